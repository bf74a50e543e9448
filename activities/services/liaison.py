"""What happens to assignments, contacts and demands; the duties of a year."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from activities.counting import RULES, Scope
from activities.models import ContactActivity, ContactAssignment, ContactDuty, Demand
from activities.models.liaison.contact import ContactAssignmentQuerySet
from activities.models.liaison.demand import CLOSED_ERROR, DemandState
from chambers.models import Branch, User
from chambers.rights import may_review
from redleader.records import steps
from redleader.records.editing import next_version, refuse_future
from redleader.records.filters import years_of

NO_RIGHT = "您没有办理这一步的权限。"


@transaction.atomic
def save_assignment(
    assignment: ContactAssignment, *, user: User, version: int | None = None
) -> ContactAssignment:
    if not may_review(user):
        raise ValidationError("您没有登记定点联系的权限。", code="no_right")
    if assignment.pk:
        next_version(assignment, version)
    assignment.full_clean()
    assignment.save()
    return assignment


@transaction.atomic
def save_activity(
    activity: ContactActivity, *, user: User, version: int | None = None
) -> ContactActivity:
    if activity.pk:
        next_version(activity, version)
    else:
        activity.created_by = user
    refuse_future(activity, held_on="日期")
    activity.full_clean()
    activity.save()
    return activity


@transaction.atomic
def save_demand(demand: Demand, *, user: User, version: int | None = None) -> Demand:
    """Save a new or changed demand; one that was assigned or returned is closed."""
    if demand.pk:
        stored = next_version(demand, version)
        if not stored.is_collected:
            raise ValidationError(CLOSED_ERROR, code="closed")
    else:
        demand.created_by = user
    refuse_future(demand, collected_on="收集日期")
    demand.full_clean()
    demand.save()
    return demand


def may_take(user: User, demand: Demand, to: str) -> bool:
    """Tell whether this user may take a step of a demand that they can see.

    Reviewers may take any step; the chamber's secretary decides whether an answer
    closes the demand.
    """
    if may_review(user):
        return True
    again = to == DemandState.HANDLING and demand.is_answered
    return not user.is_staff and (to == DemandState.CLOSED or again)


def take_step(demand: Demand, *, to: str, user: User, **fields: Any) -> Demand:
    """Take a demand to its next state; see ``redleader.records.steps.take_step``.

    ``unit`` and ``due_on`` are asked for to assign, ``satisfaction`` may be given
    to close.
    """
    today = timezone.localdate()
    changes: dict[str, Any] = {
        name: fields.pop(name)
        for name in ("unit", "due_on", "satisfaction")
        if name in fields
    }
    if to == DemandState.CLOSED:
        changes["closed_on"] = today
    due_on = changes.get("due_on")
    if due_on and due_on < today:
        raise ValidationError({"due_on": "办理期限不能早于今天。"})

    def check_right(demand: Demand) -> None:
        if not may_take(user, demand, to):
            raise ValidationError(NO_RIGHT, code="no_right")

    return steps.take_step(
        demand, to=to, user=user, check=check_right, changes=changes, **fields
    )


# --- The year


def year_days(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def contact_years() -> list[int]:
    """Return this year and every other with an activity or demand, newest first."""
    held = years_of(ContactActivity.objects.all(), "held_on")
    received = years_of(Demand.objects.all(), "collected_on")
    return sorted({timezone.localdate().year, *held, *received}, reverse=True)


LINES = 200  # of the board of a year; a county has fewer


@dataclass(frozen=True)
class DutyDone:
    """How often a duty was done for a branch in a year, and how often it is due."""

    duty: ContactDuty
    done: int

    @property
    def asked(self) -> int:
        return self.duty.times

    @property
    def missing(self) -> int:
        return max(0, self.asked - self.done)

    @property
    def words(self) -> str:
        return f"还差 {self.missing} 次" if self.missing else "已完成"


@dataclass(frozen=True)
class BoardRow:
    assignment: ContactAssignment
    duties: list[DutyDone]
    activities: int  # of every kind

    @property
    def missing(self) -> list[DutyDone]:
        return [row for row in self.duties if row.missing]


@dataclass(frozen=True)
class Board:
    """A year's assignments in order of post, and the branches that have none."""

    duties: Sequence[ContactDuty]
    rows: list[BoardRow]
    branches: int
    without: list[Branch]
    missing: int  # how many branches have none; ``without`` may be cut
    is_cut: bool = False

    @property
    def sources(self) -> list[str]:
        """The sources of the duties, each once."""
        sources = dict.fromkeys(duty.source for duty in self.duties if duty.source)
        return [source.rstrip("。") for source in sources]

    @property
    def covered(self) -> int:
        return self.branches - self.missing


def year_board(
    assignments: ContactAssignmentQuerySet,
    branches: QuerySet[Branch],
    year: int,
    *,
    most: int | None = LINES,
) -> Board:
    """Return the board of a year; the number of queries does not depend on rows."""
    day = min(date(year, 12, 31), timezone.localdate())
    rows = board_rows(assignments, year, most=most and most + 1)
    living = branches.filter(
        Q(founded_on__isnull=True) | Q(founded_on__lte=day),
        Q(dissolved_on__isnull=True) | Q(dissolved_on__gte=day),
    )
    covered = assignments.on(day).filter(branch=OuterRef("pk"))
    without = living.filter(~Exists(covered.order_by()))
    return Board(
        duties=active_duties(),
        rows=rows[:most],
        branches=living.count(),
        without=list(without[:LINES]),
        missing=without.count(),
        is_cut=most is not None and len(rows) > most,
    )


def active_duties() -> list[ContactDuty]:
    return list(ContactDuty.objects.filter(is_active=True))


def board_rows(
    assignments: ContactAssignmentQuerySet, year: int, *, most: int | None = None
) -> list[BoardRow]:
    first, last = year_days(year)
    found = list(assignments.during(first, last).by_post()[:most])
    duties = active_duties()
    rows = ContactActivity.objects.filter(assignment__in=found)
    counts: Counter[tuple[int, str]] = Counter(
        RULES["contact-activities"].by(
            Scope(first, last), "assignment", "kind", rows=rows
        )
    )
    totals: Counter[int] = Counter()
    for (key, _), count in counts.items():
        totals[key] += count
    return [
        BoardRow(
            row,
            [DutyDone(duty, counts[row.pk, duty.kind]) for duty in duties],
            totals[row.pk],
        )
        for row in found
    ]
