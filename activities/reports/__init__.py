"""The quarterly and yearly reports to the higher authority, one module for each.

Every number comes from a counting rule, so that reports and pages agree.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any

from django.db.models import Model

from activities.counting import RULES, CountingRule, Scope
from chambers.models import Chamber
from redleader.records.column import Column, Kind
from redleader.records.money import WAN
from redleader.records.quarters import Quarter


class ReportPeriod(StrEnum):
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class ReportColumn(Column):
    """A column; neighbours with the same ``group`` share a heading above them."""

    group: str = ""
    # What the total line shows here; by default nothing.
    total: Callable[[Scope], Any] | None = None


@dataclass(frozen=True)
class Report:
    """A report submitted to the higher authority; ``rows(scope)`` are its lines."""

    code: str
    name: str
    period: ReportPeriod
    about: str
    columns: Sequence[ReportColumn]
    rows: Callable[[Scope], Iterable[Any]]
    source: str = ""

    @property
    def has_total(self) -> bool:
        return any(column.total for column in self.columns)

    def heads(self) -> list[tuple[str, int]]:
        """Return (group, number of columns) from the left, for the upper heading."""
        found: list[tuple[str, int]] = []
        for column in self.columns:
            if found and column.group and found[-1][0] == column.group:
                found[-1] = (column.group, found[-1][1] + 1)
            else:
                found.append((column.group, 1))
        return found

    def upper_heads(self) -> list[tuple[str, int, bool]]:
        """Return (text, number of columns, whether it spans both lines)."""
        found, place = [], 0
        for group, count in self.heads():
            text = group or self.columns[place].label
            found.append((text, count, not group))
            place += count
        return found

    def lower_heads(self) -> list[str]:
        return [column.label for column in self.columns if column.group]

    def totals(self, scope: Scope) -> list[Any]:
        """Return the cells of the total line, labelled in the first."""
        cells = [c.total(scope) if c.total else "" for c in self.columns]
        return ["全县", *cells[1:]] if self.has_total else []


def scope_of(report: Report, text: str, today: date) -> tuple[str, Scope] | None:
    """Return (words, scope) of a period such as 2026Q3 or 2026, or None."""
    if report.period == ReportPeriod.QUARTER:
        quarter = Quarter.parse(text)
        if quarter is None or quarter.first > today:
            return None
        return str(quarter), Scope(quarter.first, min(quarter.last, today))
    if not (text.isascii() and text.isdigit() and 1949 <= int(text[:5]) <= today.year):
        return None
    last = min(date(int(text), 12, 31), today)
    return f"{text}年", Scope(date(int(text), 1, 1), last)


def periods_of(report: Report, today: date, *, count: int = 12) -> dict[str, str]:
    """Return the available periods, newest first."""
    if report.period == ReportPeriod.YEAR:
        years = range(today.year, today.year - count // 2, -1)
        return {str(year): f"{year}年" for year in years}
    quarters = [Quarter.of(today)]
    while len(quarters) < count:
        quarters.append(quarters[-1].previous)
    return {quarter.code: str(quarter) for quarter in quarters}


# --- Tables of counting rules


@dataclass(frozen=True)
class ReportLine:
    """One row of a report: a chamber or the like, and its numbers."""

    place: Any
    values: dict[str, int] = field(default_factory=dict)


def rule_columns(heads: Sequence[tuple[str, Sequence[str]]]) -> list[ReportColumn]:
    """Return a column for each rule; ``heads`` are (group, codes)."""
    return [rule_column(RULES[code], group) for group, codes in heads for code in codes]


def rule_column(rule: CountingRule, group: str) -> ReportColumn:
    """Return the column of a rule, with money in 万元."""
    is_money = rule.unit == "元"
    unit = "万元" if is_money else rule.unit

    def shown(value: int) -> Any:
        return value / WAN if is_money else value

    return ReportColumn(
        f"{rule.name}（{unit}）",
        Kind.DECIMAL if is_money else Kind.INTEGER,
        14,
        lambda line: shown(line.values.get(rule.code, 0)),
        note=rule.meaning,
        group=group,
        total=lambda scope: shown(rule.count(scope)),
    )


def rule_rows(
    codes: Sequence[str],
    scope: Scope,
    *,
    model: type[Model] = Chamber,
    path: Callable[[CountingRule], str] = lambda rule: rule.place,
) -> list[ReportLine]:
    """Return a line for each chamber (or other row), ordered by name.

    At most two queries per rule, no matter how many chambers.
    """
    values = {
        code: RULES[code].by(scope, path(RULES[code]))
        for code in codes
        if path(RULES[code])
    }
    places = model._default_manager.all()
    if model is Chamber:
        places = (
            Chamber.objects.active().select_related("township").order_by("sort_key")
        )
    return [
        ReportLine(
            place, {code: found.get(place.pk, 0) for code, found in values.items()}
        )
        for place in places
    ]


def chamber_report(
    code: str,
    name: str,
    period: ReportPeriod,
    about: str,
    heads: Sequence[tuple[str, Sequence[str]]],
    source: str = "",
) -> Report:
    """Return a report with a line for each chamber and a column for each rule."""
    codes = [code for _, group in heads for code in group]
    columns = [
        ReportColumn("商会", width=26, value=lambda line: str(line.place)),
        ReportColumn(
            "乡镇",
            width=12,
            value=lambda line: str(line.place.township or ""),
        ),
        *rule_columns(heads),
    ]
    return Report(code, name, period, about, columns, partial(rule_rows, codes), source)


REPORTS: dict[str, Report] = {}


def register(report: Report) -> Report:
    if report.code in REPORTS:
        raise ValueError(f"report {report.code} stands twice")
    REPORTS[report.code] = report
    return report
