"""定点联系年度表, and the demands of each chamber."""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from activities.counting import RULES, Scope
from activities.models import ContactAssignment
from activities.models.liaison.contact import ContactKind
from activities.reports import (
    Report,
    ReportColumn,
    ReportLine,
    ReportPeriod,
    chamber_report,
    register,
)
from redleader.records.column import Kind

RULE = "contact-activities"


def lines(scope: Scope) -> list[ReportLine]:
    """Return a line for each assignment of a year with its contacts by kind."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for (key, kind), count in RULES[RULE].by(scope, "assignment", "kind").items():
        found[key][kind] = count
    assignments = ContactAssignment.objects.during(scope.first, scope.last)
    return [ReportLine(row, found[row.pk]) for row in assignments.by_post()]


def column(kind: ContactKind) -> ReportColumn:
    def total(scope: Scope) -> Any:
        return RULES[RULE].by(scope, "kind").get(kind, 0)

    return number(str(kind.label), lambda line: line.values[kind], total)


def number(
    label: str, value: Callable[[ReportLine], Any], total: Callable[[Scope], Any]
) -> ReportColumn:
    label = f"{label}（次）"
    return ReportColumn(label, Kind.INTEGER, 12, value, group="联系活动", total=total)


register(
    Report(
        "liaison",
        "定点联系年度表",
        ReportPeriod.YEAR,
        "每项定点联系一年中的联系活动；按职务和党组织名称排列，不是名次。",
        [
            ReportColumn("领导职务", width=28, value=lambda line: line.place.post),
            ReportColumn("党组织", width=28, value=lambda line: str(line.place.branch)),
            *(column(kind) for kind in ContactKind),
            number(
                "合计",
                lambda line: sum(line.values.values()),
                lambda scope: RULES[RULE].count(scope),
            ),
        ],
        lines,
    )
)
register(
    chamber_report(
        "demands",
        "商会诉求年度表",
        ReportPeriod.YEAR,
        "各商会一年中收集和办结的诉求；按商会名称排列，不是名次。",
        [("诉求", ["demands-received", "demands-closed"])],
    )
)
