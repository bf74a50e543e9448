"""Where the house leads to a page: its menus, the map of the site, the sitemap."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import get_script_prefix, reverse

MOST = 2000  # rows of each kind in the sitemap; the newest ones


@dataclass(frozen=True)
class PublicPage:
    """A page of the public site that people ask for by the name of the matter.

    ``words`` are other words for it; without a name it is in the sitemap only.
    """

    address: str
    name: str = ""
    words: str = ""
    in_sitemap: bool = True


@dataclass(frozen=True)
class MenuEntry:
    """An entry of a menu; ``part`` is the heading that it stands under, if any.

    ``sections`` are the parts of the addresses at work that it is marked for. One
    without a label adds its sections to the entry of the same page.
    """

    address: str
    label: str = ""
    part: str = ""
    sections: Sequence[str] = ()

    @property
    def url(self) -> str:
        return reverse(self.address)

    def leads_to(self, path: str) -> bool:
        """Tell whether a path is this page's, or below it."""
        return path == self.url or (
            self.url != get_script_prefix() and path.startswith(self.url)
        )


@dataclass(frozen=True)
class MenuItem:
    """An entry as a page shows it."""

    label: str
    url: str
    is_current: bool


def by_path(entries: Iterable[MenuEntry], path: str) -> list[MenuItem]:
    return [MenuItem(row.label, row.url, row.leads_to(path)) for row in entries]


def by_section(entries: Iterable[MenuEntry], section: str) -> list[MenuItem]:
    rows = list(entries)
    lit = {row.address for row in rows if section in row.sections}
    return [
        MenuItem(row.label, row.url, row.address in lit) for row in rows if row.label
    ]


class PublicPages(Sitemap):
    """The pages that are there once."""

    def __init__(self, pages: Iterable[PublicPage]):
        self.pages = pages

    def items(self) -> list[str]:
        return [page.address for page in self.pages if page.in_sitemap]

    def location(self, item: str) -> str:
        return reverse(item)


class NewestRows(Sitemap):
    """The pages of the newest rows of a noun."""

    def __init__(self, rows: Callable[[], QuerySet], address: str):
        self.rows, self.address = rows, address

    def items(self) -> list[Any]:
        return list(self.rows().order_by("-pk").values_list("pk", flat=True)[:MOST])

    def location(self, item: Any) -> str:
        return reverse(self.address, args=[item])
