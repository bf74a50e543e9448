"""Plans of a quarter, and the meetings that the requirements still ask for."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from activities.desks import (
    MENU,
    TODOS,
    keeps_records,
    leads_chamber,
    opens,
    sees_numbers,
)
from activities.models import Deadlines, Lecture
from activities.models.requirement import Period
from activities.services.requirement import Meetings, Summary, quarter_summary
from chambers.models import Branch, Chamber, User
from redleader.records.menus import MenuEntry
from redleader.records.quarters import Quarter, span
from redleader.records.todos import LIMIT, Todo, counted

PLANS, ASKED = "季度计划", "还要开的会"

MENU.at(30, opens("workbench:plan"))(
    MenuEntry("workbench:plan", "计划", sections=["plan", "meetings"])
)


def plan_of(quarter: Quarter) -> str:
    return f"{reverse('workbench:plan')}?quarter={quarter.code}"


def without_plan(user: User, quarter: Quarter) -> QuerySet[Chamber]:
    """Return the chambers with nothing planned or held in a quarter."""
    begin, end = span(quarter.first, quarter.last)
    planned = Lecture.objects.filter(
        chamber=OuterRef("pk"), started_at__gte=begin, started_at__lt=end
    )
    return Chamber.objects.visible_to(user).active().filter(~Exists(planned))


@TODOS.at(120, sees_numbers)
def number_without_plan(user: User) -> list[Todo]:
    quarter = Quarter.present()
    rows = without_plan(user, quarter)
    return counted(PLANS, rows, f"个商会还没有{quarter}的计划", plan_of(quarter))


@TODOS.at(260, leads_chamber)
def plans_to_report(user: User) -> list[Todo]:
    quarter = Quarter.present()
    due_on = quarter.first.replace(day=Deadlines.load().plan_day)
    return [
        Todo(
            PLANS,
            f"报{quarter}的计划",
            f"{chamber}还没有计划。",
            plan_of(quarter),
            due_on,
            due_on < timezone.localdate(),
        )
        for chamber in without_plan(user, quarter)[:LIMIT]
    ]


@TODOS.at(270, keeps_records)
def meetings_asked(user: User) -> list[Todo]:
    """Return what the requirements still ask of each branch at present."""
    quarter = Quarter.present()
    branches = Branch.objects.visible_to(user)
    found = []
    for row in quarter_summary(branches, quarter.year, quarter.number)[:LIMIT]:
        words = list(asked_words(row.summaries, quarter))
        if words:
            label = "、".join(words)
            found.append(Todo(ASKED, label, str(row.branch), plan_of(quarter)))
    return found


def asked_words(summaries: Iterable[Summary], quarter: Quarter) -> Iterable[str]:
    """Say what is still to be held, less what is planned or waits for review.

    A yearly meeting is named in the last quarter only.
    """
    for summary in summaries:
        for period in summary.periods:
            if period.is_current and period.last <= quarter.last:
                count = still_open(period)
                if count:
                    when = {"month": "本月", "quarter": "本季度", "year": "今年"}
                    kind = summary.requirement.get_kind_display()
                    word = when[Period(summary.requirement.period).value]
                    yield f"{kind}{word}还要开 {count} 次"


def still_open(period: Meetings) -> int:
    return max(0, period.missing - period.waiting - period.planned)
