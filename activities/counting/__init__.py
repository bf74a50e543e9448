"""Counting rules: what a number means, how it is counted, which rows stand behind it.

Each module of this package registers the rules of one noun; a new module needs no
change anywhere else. Everything that shows a number asks ``RULES`` by its code.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Aggregate, Count, QuerySet

from chambers.models import Chamber, Region, User
from redleader.money import say_money

EVER = date(1949, 10, 1)  # before the first row of any noun


@dataclass(frozen=True)
class Scope:
    """Whose rows and of which days, both ends included; no chamber: the county."""

    first: date
    last: date
    chamber: Chamber | None = None
    township: Region | None = None

    @property
    def is_ever(self) -> bool:
        return self.first == EVER

    def of(self, rows: Any, *, chamber: str = "chamber", day: str = "") -> Any:
        """Return the rows of this scope.

        ``chamber`` is the path to the chamber of a row and ``day`` to its date;
        without it, rows of all days stay.
        """
        if day:
            rows = rows.filter(**{f"{day}__range": (self.first, self.last)})
        if self.chamber:
            rows = rows.filter(**{chamber: self.chamber})
        if self.township:
            rows = rows.filter(**{f"{chamber}__township": self.township})
        return rows


@dataclass(frozen=True)
class Row:
    """One row behind a number, as a reader sees it."""

    label: str
    detail: str = ""
    address: str = ""


@dataclass(frozen=True)
class CountingRule:
    """How one number is counted.

    ``query`` returns the rows of a scope; the number is how many there are, or
    ``measure`` over them. ``describe`` turns a row into words. ``is_yes_no`` marks
    rules whose number is 1 or 0. ``source`` names the law or definition.
    ``place`` is the path from a row to its chamber, empty when there is no one
    chamber. ``is_open`` says that everybody may read the rows; ``is_sensitive`` that
    the public gets the one total only, nothing narrower.
    """

    code: str
    name: str
    unit: str
    meaning: str
    query: Callable[[Scope], QuerySet]
    describe: Callable[[Any], Row]
    measure: Aggregate | None = None
    source: str = ""
    is_yes_no: bool = False
    place: str = "chamber"
    is_open: bool = False
    is_sensitive: bool = False

    def count(self, scope: Scope) -> int:
        rows = self.query(scope)
        if self.measure is None:
            return rows.count()
        return int(rows.order_by().aggregate(n=self.measure)["n"] or 0)

    def by(self, scope: Scope, field: str) -> dict[Any, int]:
        """Return the number of each value of a field, such as ``programme__name``."""
        measure = self.measure or Count("pk", distinct=True)
        rows = self.query(scope).order_by().values(field).annotate(n=measure)
        return {row[field]: int(row["n"] or 0) for row in rows.order_by(field)}

    def visible(self, scope: Scope, user: User | AnonymousUser) -> QuerySet:
        """Return the rows of a scope that somebody may read; closed by default."""
        rows = self.query(scope)
        if self.is_open:
            return rows
        if not isinstance(user, User):
            return rows.none()
        if hasattr(rows, "visible_to"):
            return rows.visible_to(user)
        if user.is_staff:
            return rows
        if not self.place:
            return rows.none()
        return rows.filter(**{f"{self.place}__in": Chamber.objects.visible_to(user)})

    def rows(
        self, scope: Scope, user: User | AnonymousUser, *, limit: int
    ) -> list[Row]:
        """Return the first rows that somebody may read, in words."""
        return [self.describe(row) for row in self.visible(scope, user)[:limit]]

    def parts(self, scope: Scope) -> dict[str, str]:
        """Return by key what each row gives to the number: 1, an amount, a name."""
        rows = self.query(scope).order_by()
        if self.measure is None:
            return {str(pk): "1" for pk in rows.values_list("pk", flat=True)}
        (expression, *_) = self.measure.get_source_expressions()
        pairs = rows.values_list("pk", expression)
        return {str(pk): str(value) for pk, value in pairs}

    def words(self, value: int | None) -> str:
        """Return a value as people read it."""
        if value is None:
            return "—"
        if self.is_yes_no:
            return "是" if value else "否"
        if self.unit == "元":
            return say_money(Decimal(value))
        return f"{value:,} {self.unit}"


@dataclass(frozen=True)
class Total:
    """A counted number with its rule, as a page shows it."""

    rule: CountingRule
    value: int

    @property
    def words(self) -> str:
        return self.rule.words(self.value)


RULES: dict[str, CountingRule] = {}


def totals(codes: Iterable[str], scope: Scope) -> list[Total]:
    """Return what some rules count in a scope, in the given order."""
    return [Total(RULES[code], RULES[code].count(scope)) for code in codes]


def until(last: date, **place: Any) -> Scope:
    """Return the scope of all days up to one; ``place`` narrows it."""
    return Scope(EVER, last, **place)


def register(rule: CountingRule) -> CountingRule:
    if rule.code in RULES:
        raise ValueError(f"counting rule {rule.code} stands twice")
    RULES[rule.code] = rule
    return rule


def choices() -> list[tuple[str, str]]:
    return [(rule.code, rule.name) for rule in RULES.values()]


def discover() -> None:
    """Import every module of this package, so that its rules are known."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
