"""The queries of the sums by day, made from the counting rules themselves.

The query of a rule is written twice with one table replaced by the rows that a
statement changed: once by those before, once by those after. What lies between is
what the statement did to the number, to the last yuan, in the same transaction. That
holds because such a query names each table once and joins it inside; ``KeptSeries``
refuses every other.

Where a value counts once, however many rows name it, the rows of the values that the
statement touched are looked at, once as they were and once as they are; who changes
rows of one value waits for the other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connections
from django.db.models import CharField, Count, DateField, F, QuerySet, Value
from django.db.models.functions import Cast

from activities.counting import ALWAYS, RULES, CountingRule, KeptSums

TABLE = "activities_tally"
LOCK = 2026_1126  # between those who change two tables that one number is made of
BUCKETS = 256  # locks for the values of one rule that count once
NAMED = re.compile(r'(FROM|JOIN) "(\w+)"(?!\.)(?: ([A-Z]\d+)\b)?')
NOT_THERE = re.compile(r"NOT[ (]+(EXISTS|[^)]*SELECT)|OUTER JOIN")


@dataclass(frozen=True)
class RowChange:
    """Rows of a table that came (+1) or went (-1) with a statement."""

    sign: int
    table: str
    rows: str


@dataclass(frozen=True)
class KeptSeries:
    """The lines of one rule and one facet."""

    rule: CountingRule
    facet: str

    @property
    def kept(self) -> KeptSums:
        assert self.rule.kept is not None  # noqa: S101
        return self.rule.kept

    @property
    def rows(self) -> QuerySet:
        """The rows of every day, each with the value of the facet."""
        kept = self.kept
        rows = kept.rows() if kept.rows else self.rule.query(ALWAYS)
        value = Cast(F(self.facet), CharField()) if self.facet else Value("")
        return rows.order_by().annotate(tally_value=value)

    def selects(self) -> Iterator[tuple[int, QuerySet]]:
        """Yield (sign, rows by value and day): what comes, and what goes."""
        kept = self.kept
        if kept.once:
            yield 1, self.of_values()
            return
        for sign, day in ((1, kept.day), (-1, kept.until)):
            if day is None:
                continue
            found = self.rows.annotate(tally_day=expression(day))
            found = found.filter(tally_day__isnull=False)
            found = found.values("tally_value", "tally_day")
            yield (
                sign,
                found.annotate(
                    tally_rows=Count("pk"),
                    tally_number=self.rule.measure or Count("pk"),
                ),
            )

    def of_values(self) -> QuerySet:
        """Return the days on which each row counts for a value that counts once."""
        kept = self.kept
        until = Value(None) if kept.until is None else expression(kept.until)
        found = self.rows.annotate(
            tally_key=F(kept.once),
            tally_day=expression(kept.day),
            tally_until=Cast(until, DateField()),
        )
        found = found.filter(tally_day__isnull=False, tally_key__isnull=False)
        return found.values("tally_value", "tally_key", "tally_day", "tally_until")

    @cached_property
    def parts(self) -> list[tuple[int, str]]:
        """Return (sign, SQL) of each part of the number."""
        found = []
        for sign, rows in self.selects():
            sql, params = rows.query.sql_with_params()
            tables = [match[2] for match in NAMED.finditer(sql)]
            if len(tables) > len({*tables}) or NOT_THERE.search(sql):
                raise ValueError(f"the sums of {self.rule.code} cannot be kept: {sql}")
            found.append((sign, mogrified(sql, params)))
        return found

    @property
    def tables(self) -> list[str]:
        """Return the table of the rows, then those that say whether a row counts."""
        found = [match[2] for _, sql in self.parts for match in NAMED.finditer(sql)]
        return list(dict.fromkeys(found))

    def columns(self, table: str) -> set[str]:
        """Return the columns of a table that the number depends on."""
        return {
            column[1]
            for _, sql in self.parts
            for match in NAMED.finditer(sql)
            if match[2] == table
            for column in re.finditer(rf'(?:\b{match[3]}|"{table}")\."(\w+)"', sql)
        }

    def sums(self, *changes: RowChange) -> str:
        """Return the SQL of (value, day, rows, number) where there are any.

        Without changes: of the rows as they are.
        """
        lines = self.spans(changes) if self.kept.once else self.deltas(changes)
        return f"""SELECT value, day, sum(rows) AS rows,
                coalesce(sum(number), 0) AS number
            FROM ({" UNION ALL ".join(lines)}) parts GROUP BY 1, 2
            HAVING sum(rows) <> 0 OR coalesce(sum(number), 0) <> 0"""

    def deltas(self, changes: Sequence[RowChange]) -> Iterator[str]:
        for sign, sql in self.parts:
            texts = [(1, sql)]
            if changes:
                texts = [(c.sign, replaced(sql, c.table, c.rows)) for c in changes]
            for turn, text in texts:
                yield f"""SELECT tally_value AS value, tally_day AS day,
                    {sign * turn} * tally_rows AS rows,
                    {sign * turn} * tally_number AS number
                    FROM ({text}) part"""

    def spans(self, changes: Sequence[RowChange]) -> Iterator[str]:
        """Yield SQL: a line where a value begins to count, and one where it ends.

        Of changes, only the values that they touch, as they are less as they were.
        """
        ((_, sql),) = self.parts
        sides = [(1, sql, "")]
        if changes:
            table = changes[0].table
            touched = f"WHERE (tally_value, tally_key) IN ({self.touched(changes)})"
            before = " UNION ALL ".join(
                f"SELECT * FROM {table} WHERE id NOT IN (SELECT id FROM {change.rows})"
                if change.sign > 0
                else f"SELECT * FROM {change.rows}"
                for change in changes
            )
            if all(change.sign < 0 for change in changes):
                before = f"SELECT * FROM {table} UNION ALL {before}"
            were = replaced(sql, table, f"({before})")
            sides = [(1, sql, touched), (-1, were, touched)]
        for sign, text, where in sides:
            spans = f"""SELECT tally_value, unnest(range_agg(daterange(tally_day,
                    CASE WHEN tally_until < tally_day THEN tally_day
                        ELSE tally_until END))) AS span
                FROM ({text}) part {where} GROUP BY tally_value, tally_key"""
            for end, turn in (("lower", sign), ("upper", -sign)):
                yield f"""SELECT tally_value AS value, {end}(span) AS day,
                    {turn} AS rows, {turn} AS number
                    FROM ({spans}) spans WHERE NOT {end}_inf(span)"""

    def touched(self, changes: Sequence[RowChange]) -> str:
        """Return the SQL of the values that count once and that changes touch."""
        ((_, sql),) = self.parts
        return " UNION ".join(
            f"""SELECT tally_value, tally_key
            FROM ({replaced(sql, change.table, change.rows)}) part"""
            for change in changes
        )

    def lock(self, changes: Sequence[RowChange]) -> str:
        """Return the SQL by which those who change rows of one value wait."""
        if not self.kept.once:
            return ""
        return f"""PERFORM pg_advisory_xact_lock({LOCK}, bucket) FROM (
            SELECT DISTINCT hashtext('{self.rule.code}' || tally_key) % {BUCKETS}
                AS bucket FROM ({self.touched(changes)}) touched ORDER BY 1) locks;
            """

    def insert(self, *changes: RowChange) -> str:
        return f"""INSERT INTO {TABLE} (rule, facet, value, day, rows, number)
            SELECT '{self.rule.code}', '{self.facet}', value, day, rows, number
            FROM ({self.sums(*changes)}) sums"""


def expression(day: Any) -> Any:
    return F(day) if isinstance(day, str) else day


def replaced(sql: str, table: str, stand_in: str) -> str:
    """Return a query that reads other rows in the place of a table."""

    def named(match: re.Match[str]) -> str:
        if match[2] != table:
            return match[0]
        return f"{match[1]} {stand_in} " + (match[3] or f'"{table}"')

    return NAMED.sub(named, sql)


def mogrified(sql: str, params: Any) -> str:
    """Return a query with its values in it, quoted by the driver."""
    with connections["default"].cursor() as cursor:
        return cursor.cursor.mogrify(sql, params).decode()


def all_series() -> list[KeptSeries]:
    return [
        KeptSeries(rule, facet)
        for _, rule in sorted(RULES.items())
        if rule.kept
        for facet in ("", *rule.kept.facets)
    ]
