"""Counting rules: what a number means, how it is counted, and from which rows.

Each module of this package registers the rules of one noun; a new module needs no
change anywhere else. Everything that shows a number looks up its rule in ``RULES``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import (
    Aggregate,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    Field,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce
from django.db.models.sql.constants import INNER

from activities.models import Tally
from chambers.models import Chamber, Region, User
from redleader.records.money import say_money

EVER = date(1949, 10, 1)  # before the first row of any model
FOREVER = date(2999, 12, 31)  # after the last one


@dataclass(frozen=True)
class Scope:
    """Which rows count: whose and of which days, inclusive; by default the county's."""

    first: date
    last: date
    chamber: Chamber | None = None
    township: Region | None = None

    @property
    def is_ever(self) -> bool:
        return self.first == EVER

    @property
    def period(self) -> str:
        """The days in words: 截至今天, a year, or from and to."""
        if self.is_ever:
            return f"截至 {self.last}"
        if (self.first.month, self.first.day) == (1, 1) and self.is_one_year:
            return f"{self.first.year}年"
        return f"{self.first} 至 {self.last}"

    @property
    def days(self) -> str:
        """The days as the address of a rule says them."""
        return "" if self.is_ever else f"first={self.first}&last={self.last}"

    @property
    def is_one_year(self) -> bool:
        return self.first.year == self.last.year

    def of(self, rows: Any, *, chamber: str = "chamber", day: str = "") -> Any:
        """Return the rows of this scope.

        ``chamber`` is the path to the chamber of a row and ``day`` to its date; without
        it, the rows of all days.
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
    """One row that is counted in a number, as a reader sees it."""

    label: str
    detail: str = ""
    address: str = ""


ALWAYS = Scope(EVER, FOREVER)


@dataclass(frozen=True)
class KeptSums:
    """How the daily sums of a number are kept, so that no total reads all rows.

    ``day`` is the day from which a row counts, a field or an expression. A stock figure
    is that of the last day of a scope; ``until`` is then the first day on which a row
    no longer counts, and ``rows`` are those of every day. ``facets`` are the fields
    that pages break the number down by; each is never null. ``once`` is a field of
    which each distinct value counts once, on the days on which any of its rows does.
    ``is_ever_only`` marks sums that only answer for all days up to one, because rows or
    values of a period may have begun before it.
    """

    day: Any
    is_standing: bool = False
    until: Any = None
    rows: Callable[[], QuerySet] | None = None
    facets: tuple[str, ...] = ()
    once: str = ""
    is_ever_only: bool = False


@dataclass(frozen=True)
class CountingRule:
    """How one number is counted.

    ``query`` returns the rows of a scope; the number is how many there are, or
    ``measure`` over them. ``describe`` turns a row into words. ``is_yes_no`` marks
    rules whose number is 1 or 0. ``source`` names the law or definition. ``place`` is
    the path from a row to its chamber, empty if there is no single chamber. ``is_open``
    says that everybody may read the rows; ``is_sensitive`` that the public sees only
    the total, nothing narrower. ``is_working`` marks numbers of pending work, such as
    what is waiting today: never published and never locked. ``kept`` says how its sums
    are kept; without it every total is counted from rows.
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
    is_working: bool = False
    kept: KeptSums | None = None

    def tally(
        self, scope: Scope, rows: QuerySet | None, *fields: str
    ) -> QuerySet[Tally] | None:
        """Return the kept sums that answer a question, or None if it needs the rows.

        They only cover the whole county, by one facet or by year.
        """
        kept = self.kept
        if kept is None or scope.chamber or scope.township or not is_whole(rows):
            return None
        if kept.is_ever_only and not scope.is_ever:
            return None
        facets = [name for name in fields if name != f"{kept.day}__year"]
        if len(facets) > 1 or not {*facets} <= {*kept.facets}:
            return None
        if (kept.is_standing or kept.once) and len(facets) < len(fields):
            return None
        lines = Tally.objects.filter(
            rule=self.code, facet="".join(facets), day__lte=scope.last
        )
        return lines if kept.is_standing else lines.filter(day__gte=scope.first)

    def among(self, scope: Scope, rows: QuerySet | None) -> QuerySet:
        """Return those rows, of some or (None) of all, that count in a scope."""
        found = self.query(scope).order_by()
        if rows is None or is_whole(rows):
            return found
        return found.filter(pk__in=rows.order_by().values("pk"))

    def count(self, scope: Scope, rows: QuerySet | None = None) -> int:
        """Return the number for a scope, or the contribution of some rows."""
        lines = self.tally(scope, rows)
        if lines is not None:
            return int(lines.aggregate(n=Sum("number"))["n"] or 0)
        found = self.among(scope, rows)
        if self.measure is None:
            return found.count()
        return int(found.aggregate(n=self.measure)["n"] or 0)

    def by(
        self, scope: Scope, *fields: str, rows: QuerySet | None = None
    ) -> dict[Any, int]:
        """Return the number of each value of a field, such as ``programme__name``.

        With several fields the keys are tuples.
        """
        lines = self.tally(scope, rows, *fields)
        if lines is not None and self.kept:
            day = f"{self.kept.day}__year"
            names = ["day__year" if name == day else "value" for name in fields]
            found = lines.values_list(*names).annotate(n=Sum("number"), of=Sum("rows"))
            found = found.exclude(of=0).values_list(*names, "n").order_by(*names)
            read = [self.type_of(name).to_python for name in fields]
        else:
            measure = self.measure or Count("pk", distinct=True)
            found = self.among(scope, rows).values_list(*fields).annotate(n=measure)
            found = found.order_by(*fields)
            read = [lambda value: value] * len(fields)
        return {
            key if len(fields) > 1 else key[0]: int(n or 0)
            for *values, n in found
            for key in [
                tuple(to(value) for to, value in zip(read, values, strict=True))
            ]
        }

    def type_of(self, path: str) -> Field:
        """Return the type at the end of a path from a row; sums store it as text."""
        rows = self.query(ALWAYS).annotate(value_of_path=F(path))
        return rows.query.annotations["value_of_path"].output_field

    def values(self, facet: str) -> list[str]:
        """Return the values of a facet that any row has had."""
        lines = Tally.objects.filter(rule=self.code, facet=facet)
        return list(lines.order_by().values_list("value", flat=True).distinct())

    def each(self, scope: Scope, field: str, rows: QuerySet | None = None) -> Coalesce:
        """Return an expression: the contribution of the rows of one object."""
        measure = self.measure or Count("pk", distinct=True)
        found = self.among(scope, rows).filter(**{field: OuterRef("pk")})
        number = found.values(field).annotate(n=measure).values("n")
        return Coalesce(Subquery(number), 0)

    def visible(self, scope: Scope, user: User | AnonymousUser) -> QuerySet:
        """Return the rows of a scope that a user may read; closed by default."""
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
        """Return the first rows that a user may read, in words."""
        return [self.describe(row) for row in self.visible(scope, user)[:limit]]

    def parts(self, scope: Scope) -> dict[str, str]:
        """Return the contribution of each row by its key: 1, an amount, a name."""
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


def day_after(field: str) -> ExpressionWrapper:
    """Return the day after a date, for rows that still count on that date."""
    one = Value(1, output_field=IntegerField())
    return ExpressionWrapper(F(field) + one, output_field=DateField())


def is_whole(rows: QuerySet | None) -> bool:
    """Tell whether some rows are simply all rows of their model, as for staff."""
    if rows is None:
        return True
    query = rows.query
    return not (
        query.where
        or query.is_sliced
        or query.combinator
        or query.extra_tables
        or any(
            join.join_type == INNER
            for join in query.alias_map.values()
            if join.parent_alias
        )
    )


@dataclass(frozen=True)
class Total:
    """A counted number with its rule, as a page shows it."""

    rule: CountingRule
    value: int
    scope: Scope
    note: str = ""

    @property
    def words(self) -> str:
        return self.rule.words(self.value)


RULES: dict[str, CountingRule] = {}


def totals(
    codes: Iterable[str], scope: Scope, rows: QuerySet | None = None
) -> list[Total]:
    """Return the totals of some rules for a scope, or among some rows, in order."""
    return count_all([(RULES[code], scope) for code in codes], rows)


def count_all(
    questions: Iterable[tuple[CountingRule, Scope]], rows: QuerySet | None = None
) -> list[Total]:
    """Return answers in the order of the questions; one query for all kept sums."""
    questions = list(questions)
    found: dict[int, int] = {}
    kept = []
    for place, (rule, scope) in enumerate(questions):
        lines = rule.tally(scope, rows)
        if lines is None:
            found[place] = rule.count(scope, rows)
        else:
            number = Value(place, output_field=IntegerField())
            by_place = lines.order_by().annotate(place=number).values("place")
            kept.append(by_place.annotate(n=Sum("number")).values_list("place", "n"))
    if kept:
        sums = kept[0].union(*kept[1:], all=True) if kept[1:] else kept[0]
        found |= {place: int(n or 0) for place, n in sums}
    return [
        Total(rule, found.get(place, 0), scope)
        for place, (rule, scope) in enumerate(questions)
    ]


def totals_by(
    codes: Iterable[str], scope: Scope, field: str, rows: QuerySet | None = None
) -> dict[Any, list[Total]]:
    """Return totals by each value of a field that any of the rules counts."""
    rules = [RULES[code] for code in codes]
    found = [rule.by(scope, field, rows=rows) for rule in rules]
    return {
        key: [
            Total(rule, values.get(key, 0), scope)
            for rule, values in zip(rules, found, strict=True)
        ]
        for key in dict.fromkeys(key for values in found for key in values)
    }


def published() -> list[CountingRule]:
    """Return the rules whose numbers are published, by code."""
    return [rule for _, rule in sorted(RULES.items()) if not rule.is_working]


def of_year(day: date, **place: Any) -> Scope:
    """Return the scope from the start of a day's year to that day."""
    return Scope(date(day.year, 1, 1), day, **place)


def until(last: date, **place: Any) -> Scope:
    """Return the scope of all days up to one; ``place`` narrows it."""
    return Scope(EVER, last, **place)


def register(rule: CountingRule) -> CountingRule:
    if rule.code in RULES:
        raise ValueError(f"counting rule {rule.code} stands twice")
    RULES[rule.code] = rule
    return rule


def choices() -> list[tuple[str, str]]:
    return [(rule.code, rule.name) for rule in published()]
