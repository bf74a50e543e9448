"""Rules over 定点联系: assignments, contacts and demands."""

from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from activities.counting import CountingRule, KeptSums, Row, Scope, day_after, register
from activities.models import ContactActivity, ContactAssignment, Demand
from activities.models.liaison.demand import OPEN, DemandState, late_on
from chambers.models import Branch

PRACTICE = "外地通行做法：统计联系覆盖、年度任务和诉求办结。"


def of_branches(scope: Scope, rows: Any, branch: str) -> Any:
    """Return the rows whose branch covers a chamber of the scope, each once."""
    if scope.chamber or scope.township:
        branches = scope.of(Branch.objects.all(), chamber="chambers")
        rows = rows.filter(**{f"{branch}__in": branches.order_by().values("pk")})
    return rows


def assignments(scope: Scope) -> QuerySet[ContactAssignment]:
    found = ContactAssignment.objects.on(scope.last).by_post()
    return of_branches(scope, found, "branch")


def activities(scope: Scope) -> QuerySet[ContactActivity]:
    found = ContactActivity.objects.filter(held_on__range=(scope.first, scope.last))
    found = of_branches(scope, found, "assignment__branch")
    return found.with_names().order_by("-held_on", "-pk")


def received(scope: Scope) -> QuerySet[Demand]:
    found = scope.of(Demand.objects.with_names(), day="collected_on")
    return found.order_by("-collected_on", "-pk")


def overdue(scope: Scope) -> QuerySet[Demand]:
    return received(scope).filter(late_on(timezone.localdate()))


def closed(scope: Scope) -> QuerySet[Demand]:
    found = Demand.objects.filter(state=DemandState.CLOSED).with_names()
    return scope.of(found, day="closed_on").order_by("-closed_on", "-pk")


def assignment_row(row: ContactAssignment) -> Row:
    return Row(str(row), f"{row.started_on} 起", row.get_absolute_url())


def activity_row(row: ContactActivity) -> Row:
    return Row(str(row.assignment), str(row), row.get_absolute_url())


def demand_row(row: Demand) -> Row:
    detail = f"{row.collected_on} 收集，{row.get_state_display()}"
    return Row(row.title, detail, row.get_absolute_url())


register(
    CountingRule(
        "contact-assignments",
        "定点联系",
        "项",
        "周期最后一天有效的定点联系，一个领导职务联系一个党组织计 1。",
        assignments,
        assignment_row,
        place="",
        source=PRACTICE,
        kept=KeptSums(
            "started_on",
            is_standing=True,
            until=day_after("ended_on"),
            rows=ContactAssignment.objects.all,
        ),
    )
)
register(
    CountingRule(
        "contact-branches",
        "有领导联系的党组织",
        "个",
        "周期最后一天有领导职务定点联系的党组织，一个党组织只计一次。",
        assignments,
        assignment_row,
        place="",
        measure=Count("branch", distinct=True),
        source=PRACTICE,
    )
)
register(
    CountingRule(
        "contact-activities",
        "联系活动",
        "次",
        "日期在周期内的调研、参会、走访慰问、座谈和电话联系，每次计 1。",
        activities,
        activity_row,
        place="",
        source=PRACTICE,
        kept=KeptSums("held_on", facets=("kind",)),
    )
)
register(
    CountingRule(
        "demands-received",
        "收集诉求",
        "件",
        "收集日期在周期内的商会诉求，不论办到哪一步，退回的也计，每件计 1。",
        received,
        demand_row,
        source=PRACTICE,
        kept=KeptSums("collected_on"),
    )
)
register(
    CountingRule(
        "demands-open",
        "在办诉求",
        "件",
        "收集日期在周期内、现在还没有办结也没有退回的商会诉求，每件计 1。",
        lambda scope: received(scope).filter(state__in=OPEN),
        demand_row,
        is_working=True,
        kept=KeptSums("collected_on"),
    )
)
register(
    CountingRule(
        "demands-overdue",
        "超期诉求",
        "件",
        "收集日期在周期内、已交办、今天已过答复期限的商会诉求，每件计 1；"
        "已包含在在办诉求中。",
        overdue,
        demand_row,
        is_working=True,
    )
)
register(
    CountingRule(
        "demands-closed",
        "办结诉求",
        "件",
        "办结日期在周期内的商会诉求，每件计 1；收集日期可以在周期以前。",
        closed,
        demand_row,
        source=PRACTICE,
        kept=KeptSums("closed_on"),
    )
)
