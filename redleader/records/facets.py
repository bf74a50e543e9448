"""Parts that every noun may contribute, each from its own module.

A facet is one kind of parts: the things to do, the entries of the menu, the cards of a
page. A noun contributes its own through ``at``; whoever shows them all iterates over
the facet without knowing the nouns.
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
    """Parts in the order of their places; ``at`` registers functions and other values.

    @TODOS.at(40, may_review)
    def leads_to_check(user): ...

    PAGES.at(130)(PublicPage("public:lead-totals", "引才网络"))
    """

    def __init__(self) -> None:
        self.parts: dict[int, tuple[Item, May]] = {}

    def at(self, place: int, may: May = everybody) -> Callable[[Given], Given]:
        """Register a part at a place of its own, for those with the right."""

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
        """Yield the parts that a user may see."""
        found = (self.parts[place] for place in sorted(self.parts))
        return (part for part, may in found if may(user))


def import_modules(package: ModuleType) -> None:
    """Import every module of a package, so that each registers its parts."""
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
