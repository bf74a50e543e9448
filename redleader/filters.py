"""What a list is narrowed by: read from the address, shown as chips."""

from collections.abc import Mapping

from django.http import QueryDict
from django.utils.http import urlencode

MAX_LENGTH = 60


class Filters:
    """The choices of a visitor; ``offered`` gives the values and their words.

    A name that offers None takes any text. A value that is not offered is left
    out, and ``ignored`` says that there was one.
    """

    def __init__(self, query: QueryDict, **offered: Mapping[str, str] | None):
        self.offered = offered
        self.chosen: dict[str, str] = {}
        self.ignored = False
        for name, words in offered.items():
            value = query.get(name, "").replace("\0", "")[:MAX_LENGTH].strip()
            if value and (words is None or value in words):
                self.chosen[name] = value
            elif value:
                self.ignored = True

    def get(self, name: str) -> str:
        return self.chosen.get(name, "")

    @property
    def chips(self) -> list[tuple[str, str]]:
        """What the list is narrowed by, each with the query that is left without it."""
        return [
            (
                (self.offered[name] or {}).get(value, value),
                urlencode({key: v for key, v in self.chosen.items() if key != name}),
            )
            for name, value in self.chosen.items()
        ]

    @property
    def keep(self) -> str:
        """The query of these choices, ready for one more parameter."""
        return urlencode(self.chosen) + "&" if self.chosen else ""
