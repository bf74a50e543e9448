"""The meetings required of each branch, compared with those held.

Plain sums for reminders and a quarterly report; never a score or ranking.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from activities.models import Lecture, MeetingRequirement, RequirementExemption
from activities.models.lecture import PUBLIC_STATES, LectureState
from activities.models.requirement import Applies, Period
from chambers.models import Appointment, Branch, Post
from chambers.models.branch import BranchKind
from redleader.records.quarters import Quarter, span

# Branches that hold 三会一课; other forms of organisation have their own rules.
MEETING_KINDS = [BranchKind.SINGLE, BranchKind.JOINT]
COMMITTEE_POSTS = [Post.ORGANISATION, Post.PUBLICITY, Post.DISCIPLINE]
PERIOD_LABELS = {Period.MONTH: "", Period.QUARTER: "", Period.YEAR: "（全年）"}


@dataclass(frozen=True)
class Meetings:
    """The meetings of one branch for one requirement in a month, quarter or year."""

    first: date
    last: date
    label: str
    minimum: int
    done: int
    waiting: int
    planned: int
    is_exempt: bool
    today: date

    @property
    def due(self) -> int:
        return 0 if self.is_exempt else self.minimum

    @property
    def exempt(self) -> int:
        return self.minimum if self.is_exempt else 0

    @property
    def is_current(self) -> bool:
        return self.first <= self.today <= self.last

    @property
    def missing(self) -> int:
        """How many are still to be held; nothing before the period has begun."""
        return max(0, self.due - self.done) if self.first <= self.today else 0

    @property
    def to_come(self) -> int:
        return max(0, self.due - self.done) if self.first > self.today else 0


@dataclass(frozen=True)
class Summary:
    """How one branch meets one requirement in a quarter, or in its year."""

    requirement: MeetingRequirement
    periods: list[Meetings]

    @property
    def label(self) -> str:
        suffix = PERIOD_LABELS[Period(self.requirement.period)]
        return f"{self.requirement.get_kind_display()}{suffix}"

    @property
    def due(self) -> int:
        return sum(period.due for period in self.periods)

    @property
    def done(self) -> int:
        return sum(period.done for period in self.periods)

    @property
    def waiting(self) -> int:
        return sum(period.waiting for period in self.periods)

    @property
    def planned(self) -> int:
        return sum(period.planned for period in self.periods)

    @property
    def exempt(self) -> int:
        return sum(period.exempt for period in self.periods)

    @property
    def missing(self) -> int:
        return sum(period.missing for period in self.periods)

    @property
    def to_come(self) -> int:
        return sum(period.to_come for period in self.periods)

    @property
    def words(self) -> str:
        counts = {
            "还缺": self.missing,
            "以后还要开": self.to_come,
            "待审": self.waiting,
            "已计划": self.planned,
        }
        return "，".join(f"{what} {n} 次" for what, n in counts.items() if n)


@dataclass(frozen=True)
class BranchSummary:
    branch: Branch
    summaries: list[Summary] = field(default_factory=list)


def quarter_summary(
    branches: QuerySet[Branch], year: int, quarter: int, *, most: int | None = None
) -> list[BranchSummary]:
    """Return each branch of a quarter with what each requirement asks, by name.

    The number of queries does not depend on the number of branches.
    """
    when, today = Quarter(year, quarter), timezone.localdate()
    rows = list(living(branches, when)[:most])
    requirements = list(MeetingRequirement.objects.filter(is_active=True))
    with_committee = branches_with_committee(rows, min(today, when.last))
    exemptions = exemptions_of(rows, year)
    counts = monthly_counts(rows, requirements, year)
    return [
        BranchSummary(
            branch,
            [
                Summary(
                    requirement,
                    [
                        meetings(branch, requirement, months, exemptions, counts, today)
                        for months in periods(requirement, when)
                        if lives(branch, months[0], end_of_month(months[-1]))
                    ],
                )
                for requirement in requirements
                if requirement.applies_if == Applies.ALL or branch.pk in with_committee
            ],
        )
        for branch in rows
    ]


def living(branches: QuerySet[Branch], quarter: Quarter) -> QuerySet[Branch]:
    """Return the branches that hold meetings and exist in a quarter."""
    return branches.filter(
        Q(founded_on__isnull=True) | Q(founded_on__lte=quarter.last),
        Q(dissolved_on__isnull=True) | Q(dissolved_on__gte=quarter.first),
        kind__in=MEETING_KINDS,
    ).order_by("sort_key", "pk")


def lives(branch: Branch, first: date, last: date) -> bool:
    founded, dissolved = branch.founded_on, branch.dissolved_on
    return not (founded and founded > last) and not (dissolved and dissolved < first)


def end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def periods(requirement: MeetingRequirement, quarter: Quarter) -> list[list[date]]:
    """Return the months of each period that a requirement counts in."""
    if requirement.period == Period.MONTH:
        return [[month] for month in quarter.months]
    if requirement.period == Period.QUARTER:
        return [quarter.months]
    return [[date(quarter.year, month, 1) for month in range(1, 13)]]


def period_label(requirement: MeetingRequirement, months: Sequence[date]) -> str:
    first = months[0]
    if requirement.period == Period.MONTH:
        return f"{first.year}年{first.month}月"
    if requirement.period == Period.QUARTER:
        return str(Quarter.of(first))
    return f"{first.year}年全年"


def meetings(branch, requirement, months, exemptions, counts, today) -> Meetings:
    first, last = months[0], end_of_month(months[-1])
    found: Counter[str] = Counter()
    for month in months:
        found.update(counts[branch.pk, requirement.kind, month])
    return Meetings(
        first=first,
        last=last,
        label=period_label(requirement, months),
        minimum=requirement.minimum,
        done=sum(found[state] for state in PUBLIC_STATES),
        waiting=found[LectureState.SUBMITTED],
        planned=found[LectureState.PLANNED],
        is_exempt=any(
            exemption.requirement_id in (None, requirement.pk)
            and exemption.started_on <= first
            and exemption.ended_on >= last
            for exemption in exemptions[branch.pk]
        ),
        today=today,
    )


def branches_with_committee(branches: Iterable[Branch], day: date) -> set[int]:
    """Return the keys of branches in which somebody holds a committee's post."""
    appointments = Appointment.objects.on(day).filter(
        branch__in=branches, post__in=COMMITTEE_POSTS
    )
    return set(appointments.values_list("branch", flat=True))


def exemptions_of(
    branches: Iterable[Branch], year: int
) -> dict[int, list[RequirementExemption]]:
    rows = RequirementExemption.objects.filter(
        branch__in=branches,
        started_on__lte=date(year, 12, 31),
        ended_on__gte=date(year, 1, 1),
    )
    found = defaultdict(list)
    for exemption in rows:
        found[exemption.branch_id].append(exemption)
    return found


def monthly_counts(
    branches: Iterable[Branch], requirements: Iterable[MeetingRequirement], year: int
) -> dict[tuple[int, str, date], Counter[str]]:
    """Return how many of each state a branch has of a kind in a month, local time."""
    begin, end = span(date(year, 1, 1), date(year, 12, 31))
    rows = (
        Lecture.objects.filter(
            branch__in=branches,
            kind__in=[requirement.kind for requirement in requirements],
            started_at__gte=begin,
            started_at__lt=end,
        )
        .order_by()
        .values_list("branch", "kind", "state")
        .annotate(month=TruncMonth("started_at"), count=Count("pk"))
    )
    found: dict[tuple[int, str, date], Counter[str]] = defaultdict(Counter)
    for branch, kind, state, month, count in rows:
        found[branch, kind, month.date()][state] += count
    return found
