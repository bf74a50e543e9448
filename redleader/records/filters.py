"""The filters of a list: read from the address, shown as chips."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import attrgetter, or_
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Max, Min, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode

from redleader.records.forms import OFFERED, without_search
from redleader.records.search import search

MAX_LENGTH = 60
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def parse_day(text: str) -> date | None:
    """Return the day in a text such as 2024-12-31, or None."""
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None


def say_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def years_of(rows: QuerySet, field: str) -> list[int]:
    """Return the years from the last day of a column to the first, newest first.

    Only the two ends are read, from an index, no matter how many rows there are.
    """
    ends = rows.order_by().aggregate(first=Min(field), last=Max(field))
    if ends["first"] is None:
        return []
    first, last = (
        timezone.localtime(end) if isinstance(end, datetime) else end
        for end in (ends["first"], ends["last"])
    )
    return list(range(last.year, first.year - 1, -1))


def year_words(years: Iterable[int], word: str = "{}年") -> dict[str, str]:
    return {str(year): word.format(year) for year in years}


class TypedWord(str):
    """A word that was typed rather than chosen; it may be a person's name."""

    __slots__ = ()


class Days(Mapping[str, str]):
    """Offers every day from the first to the last, each with its word."""

    def __init__(self, first: date, last: date, *, word: str = "{}"):
        self.first, self.last, self.word = first, last, word

    def __getitem__(self, text: str) -> str:
        day = parse_day(text)
        if day is None or not self.first <= day <= self.last:
            raise KeyError(text)
        return self.word.format(say_day(day))

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[str]:
        days = (self.first + timedelta(days=turn) for turn in range(len(self)))
        return (day.isoformat() for day in days)


class RowOptions(Mapping[str, str]):
    """Offers the rows of a table by their keys; lists none if there are too many.

    A key is then looked up on its own, so that links to it still work.
    """

    def __init__(self, rows: QuerySet, word: Callable[[Any], str] = str):
        self.rows, self.word = rows, word

    @cached_property
    def first(self) -> list[Any]:
        """All rows, or one more than a page can offer."""
        return list(without_search(self.rows)[: OFFERED + 1])

    @property
    def is_long(self) -> bool:
        return len(self.first) > OFFERED

    @cached_property
    def listed(self) -> dict[str, str]:
        if self.is_long:
            return {}
        return {str(row.pk): self.word(row) for row in self.first}

    def __getitem__(self, text: str) -> str:
        if not self.is_long:
            return self.listed[text]
        try:
            return self.word(self.rows.get(pk=text))
        except (ObjectDoesNotExist, ValueError) as error:
            raise KeyError(text) from error

    def __len__(self) -> int:
        return len(self.listed)

    def __iter__(self) -> Iterator[str]:
        return iter(self.listed)


class Filters:
    """The choices of a visitor; ``offered`` holds the values and their words.

    A name that offers None takes any text. A value that is not offered is dropped, and
    ``ignored`` says that there was one.
    """

    choices: Sequence["Choice"] = ()

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

    @classmethod
    def among(
        cls, query: QueryDict, choices: Sequence["Choice"], user: Any, rows: QuerySet
    ) -> "Filters":
        """Return what a user chose of these choices, ready for a form."""
        offered = {choice.name: choice.offered(user, rows) for choice in choices}
        filters = cls(query, **offered)
        filters.choices = choices
        return filters

    @property
    def fields(self) -> Iterator[tuple["Choice", Mapping[str, str] | None, str]]:
        """Yield what the form shows: a choice, its words and the chosen value."""
        for choice in self.choices:
            words = self.offered[choice.name]
            if not isinstance(words, RowOptions) or words.is_long or len(words) > 1:
                yield choice, words, self.get(choice.name)

    def get(self, name: str) -> str:
        return self.chosen.get(name, "")

    @property
    def chips(self) -> list[tuple[str, str]]:
        """The active filters, each with the query that remains without it."""
        return [(self.word(name), self.query(**{name: ""})) for name in self.chosen]

    def word(self, name: str) -> str:
        value, words = self.chosen[name], self.offered[name]
        return TypedWord(value) if words is None else words.get(value, value)

    def words(self, *, without: str = "") -> list[str]:
        """The active filters in words, for a sheet where they cannot be removed."""
        return [self.word(name) for name in self.chosen if name != without]

    def query(self, **changes: str) -> str:
        """Return the query of these choices with some replaced, without empty ones."""
        return urlencode({k: v for k, v in (self.chosen | changes).items() if v})

    @property
    def keep(self) -> str:
        """The query of these choices, ready for one more parameter."""
        return self.query() + "&" if self.chosen else ""


# --- What a list offers to be narrowed by


@dataclass(frozen=True)
class Choice:
    """One thing that a list can be narrowed by, and what is left then.

    ``words`` are the values and their words, or give them for a user and the rows
    that this user may see; without any it takes any text. Without ``narrow(rows,
    value)`` those rows stay whose ``field``, by default the name, has the value.
    """

    name: str
    label: str
    words: Mapping[str, str] | Callable[[Any, QuerySet], Mapping[str, str]] | None
    narrow: Callable[[Any, str], Any] | None = None
    field: str = ""
    hint: str = ""

    def offered(self, user: Any, rows: QuerySet) -> Mapping[str, str] | None:
        return self.words(user, rows) if callable(self.words) else self.words

    def left(self, rows: Any, value: str) -> Any:
        if self.narrow:
            return self.narrow(rows, value)
        return rows.filter(**{self.field or self.name: value})


def text_choice(
    label: str, hint: str, *, columns: Sequence[str] = (), names: Sequence[str] = ()
) -> Choice:
    """Find rows by a text in ``columns``, or by a name or its pinyin.

    ``names`` are the paths to rows with that name, such as ``chamber__``.
    """

    def narrow(rows: QuerySet, text: str) -> QuerySet:
        found = [search(rows, text, prefix) for prefix in names]
        if columns:
            parts = (Q(**{f"{column}__icontains": text}) for column in columns)
            found.insert(0, rows.filter(reduce(or_, parts)))
        return reduce(or_, found)

    return Choice("q", label, None, narrow, hint=hint)


def year_choice(
    day: str,
    label: str = "年度",
    word: str = "{}年",
    years: Callable[[], Iterable[int]] | None = None,
) -> Choice:
    """Offer the years of a date, by default those of the rows themselves."""

    def words(user: Any, rows: QuerySet) -> dict[str, str]:
        return year_words(years() if years else years_of(rows, day), word)

    def narrow(rows: QuerySet, year: str) -> QuerySet:
        return rows.filter(**{f"{day}__year": int(year)})

    return Choice("year", label, words, narrow)


def row_choice(
    name: str, label: str, rows: Callable[[Any, QuerySet], QuerySet], field: str = ""
) -> Choice:
    """Offer the rows of another table by their names."""

    def words(user: Any, own: QuerySet) -> RowOptions:
        return RowOptions(rows(user, own), attrgetter("name"))

    return Choice(name, label, words, field=field)
