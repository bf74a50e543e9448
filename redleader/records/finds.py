"""One box over everything that has a name, noun by noun."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from redleader.records.search import WORDS, first_found, fold, search, syllables

MAX_QUERY = 60  # characters
SHOWN = (
    10  # hits per noun in the workbench; one more is read, to see if there are others
)


@dataclass(frozen=True)
class Hit:
    """One row that was found: its name, what distinguishes it, its page."""

    name: str
    about: str
    address: str = ""


@dataclass(frozen=True)
class HitGroup:
    """Some of the rows of one noun; ``more`` leads to the others, if any."""

    noun: str
    hits: list[Hit]
    has_more: bool
    more: str


@dataclass(frozen=True)
class Findable:
    """What a query finds of a noun, and how each row is described.

    Both may depend on the user. ``page`` is the list that takes the same query.
    """

    noun: str
    rows: Callable[..., Iterable[Any]]
    hit: Callable[..., Hit]
    page: str = ""

    def group(self, query: str, shown: int, *who: Any, page: bool = True) -> HitGroup:
        some = list(islice(self.rows(query, *who), shown + 1))
        more = ""
        if self.page and page:
            more = f"{reverse(self.page)}?{urlencode({'q': query})}"
        hits = [self.hit(row, *who) for row in some[:shown]]
        return HitGroup(self.noun, hits, len(some) > shown, more)


def fault_of(query: str) -> str:
    """Return what is wrong with a query in words, or nothing."""
    if len(query) > MAX_QUERY:
        return (
            f"查找的内容最多 {MAX_QUERY} 个字，现有 {len(query)} 个字。请只写要紧的词。"
        )
    words = query.split()
    if len(words) > WORDS:
        return f"一次最多查 {WORDS} 个词，现有 {len(words)} 个词。请只写要紧的词。"
    if query and all(len(fold(word)) < 2 and word.isascii() for word in words):
        return "查找的内容太短。请至少写一个汉字，或两个字母、数字。"
    return ""


def matches(query: str, *names: str) -> bool:
    """Tell whether each word is in one of some names, their pinyin or initials.

    Pinyin counts from the beginning of a syllable; "gt" is not in "xiang tou".
    """
    return all(any(is_in(fold(word), name) for name in names) for word in query.split())


def is_in(word: str, name: str) -> bool:
    parts = syllables(name)
    initials = "".join(part[0] for part in parts)
    tails = ("".join(parts[turn:]) for turn in range(len(parts)))
    return (
        word in fold(name)
        or word in initials
        or any(tail.startswith(word) for tail in tails)
    )


def some_of_many(rows: QuerySet, query: str, user: Any) -> list[Any]:
    """Return the first hits in a table that may be very long."""
    if user.is_staff:
        return first_found(rows, query, SHOWN + 1)
    return list(search(rows, query)[: SHOWN + 1])


def admin_page(user: Any, row: Model) -> str:
    """Return the page of a row in the back office, for users with access to it."""
    meta = row._meta
    name = f"admin:{meta.app_label}_{meta.model_name}_change"
    return reverse(name, args=[row.pk]) if user.is_staff else ""


def joined(parts: Iterable[object]) -> str:
    return " · ".join(str(part) for part in parts if part)


def as_is(hit: Hit) -> Hit:
    return hit
