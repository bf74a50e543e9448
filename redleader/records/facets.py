"""Parts that every noun may give, each said in the noun's own module.

A facet is one kind of parts: the things to do, the entries of the menu, the cards of
a page. A noun gives its own by ``at``; who shows them all asks the facet and need not
know the nouns.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Given = TypeVar("Given")
May = Callable[[Any], bool]  # tells whether a part is there for a user


def everybody(user: Any) -> bool:
    return True


class Facet(Generic[Item]):
    """Parts in the order of their places; ``at`` keeps functions and other values.

    @TODOS.at(40, may_review)
    def leads_to_check(user): ...

    PAGES.at(130)(PublicPage("public:lead-totals", "引才网络"))
    """

    def __init__(self) -> None:
        self.parts: dict[int, tuple[Item, May]] = {}

    def at(self, place: int, may: May = everybody) -> Callable[[Given], Given]:
        """Keep a part at a place of its own, for those who may."""

        def keep(part: Any) -> Any:
            if place in self.parts:
                raise ValueError(f"place {place} is taken by {self.parts[place][0]}")
            self.parts[place] = (part, may)
            return part

        return keep

    def __iter__(self) -> Iterator[Item]:
        """Yield every part."""
        return (self.parts[place][0] for place in sorted(self.parts))

    def of(self, user: Any) -> Iterator[Item]:
        """Yield the parts that are there for a user."""
        found = (self.parts[place] for place in sorted(self.parts))
        return (part for part, may in found if may(user))


def import_modules(package: ModuleType) -> None:
    """Import every module of a package, so that what each of them gives is known."""
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
