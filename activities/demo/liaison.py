"""Invented leaders' posts, contacts and demands, in every state."""

from datetime import date, timedelta

from django.utils import timezone

from activities.models import ContactActivity, ContactAssignment, Demand, DemandStep
from activities.models.liaison.contact import ContactKind
from activities.models.liaison.demand import (
    TRANSITIONS,
    WITHOUT_UNIT,
    DemandState,
    Satisfaction,
)
from chambers.models import Branch, Role
from redleader.records.steps import path_to

NUMBERS = "一二三四五六"
# The kinds of a year's contacts of each assignment in turn.
HABITS = [
    [ContactKind.SURVEY, ContactKind.MEETING, ContactKind.VISIT, ContactKind.TALK],
    [ContactKind.SURVEY, ContactKind.VISIT],
    [ContactKind.MEETING, ContactKind.CALL, ContactKind.SURVEY],
    [ContactKind.CALL],
]
SUMMARIES = {
    ContactKind.SURVEY: "演示内容：到会员企业实地了解用工和订单情况。",
    ContactKind.MEETING: "演示内容：参加商会年度会员大会。",
    ContactKind.VISIT: "演示内容：走访商会负责人，了解商会建设情况。",
    ContactKind.TALK: "演示内容：与会员企业座谈，听取意见。",
    ContactKind.CALL: "演示内容：电话了解诉求办理情况。",
}
TITLES = [
    "演示·会员企业用工紧缺，希望组织专场招聘",
    "演示·园区道路破损，希望修复",
    "演示·希望开展茶叶品牌培训",
    "演示·融资手续较多，希望上门辅导",
]
# The state of each demand, the days since it was collected, and those until due.
DEMANDS = [
    (DemandState.COLLECTED, 3, 0),
    (DemandState.COLLECTED, 12, 0),
    (DemandState.RETURNED, 40, 0),
    (DemandState.ASSIGNED, 10, 30),
    (DemandState.HANDLING, 35, 60),
    (DemandState.HANDLING, 70, 45),  # overdue
    (DemandState.ANSWERED, 50, 60),
    (DemandState.ANSWERED, 28, 40),
    *((DemandState.CLOSED, 80 + turn * 60, 45) for turn in range(8)),
]
REASONS = {
    DemandState.RETURNED: "不属于县级办理的事项，已向商会说明。",
    DemandState.ANSWERED: "演示答复：已列入本季度工作安排，近期实施。",
}


def make_liaison(branches: list[Branch], secretaries, staff, today: date) -> None:
    """Give all branches but the last a leader, and some chambers demands."""
    first = date(today.year - 1, 1, 1)
    assignments = ContactAssignment.objects.bulk_create(
        ContactAssignment(
            post=f"演示·县领导职务{NUMBERS[turn % len(NUMBERS)]}",
            branch=branch,
            started_on=max(first, branch.founded_on or first),
            is_demo=True,
        )
        for turn, branch in enumerate(branches[:-1])
    )
    users = [
        secretaries[row.branch.chambers.order_by("pk")[0].pk] for row in assignments
    ]
    make_activities(assignments, users, today)
    make_demands(assignments, users, staff[Role.FEDERATION], today)


def make_activities(assignments, users, today: date) -> None:
    rows = []
    for turn, (assignment, user) in enumerate(zip(assignments, users, strict=True)):
        for year in (today.year - 1, today.year):
            first = max(date(year, 1, 1), assignment.started_on)
            days = (min(date(year, 12, 31), today) - first).days
            if days < 0:
                continue
            habit = HABITS[(turn + year) % len(HABITS)]
            rows += [
                ContactActivity(
                    assignment=assignment,
                    kind=kind,
                    held_on=first + timedelta(days=days * (place + 1) // 6),
                    summary=SUMMARIES[kind],
                    created_by=user,
                    is_demo=True,
                )
                for place, kind in enumerate(habit)
            ]
    ContactActivity.objects.bulk_create(rows)


def make_demands(assignments, users, reviewer, today: date) -> None:
    """Make demands and take them to their states, all of one level at once."""
    rows, paths = [], []
    for turn, (state, days, term) in enumerate(DEMANDS):
        assignment, user = assignments[turn % 6], users[turn % 6]
        collected_on = today - timedelta(days=days)
        row = Demand(
            chamber=assignment.branch.chambers.order_by("pk")[0],
            assignment=assignment if turn % 2 else None,
            title=TITLES[turn % len(TITLES)],
            content="演示内容：商会收集会员意见后提出，希望有关单位研究办理。",
            collected_on=collected_on,
            created_by=user,
            is_demo=True,
        )
        if state not in WITHOUT_UNIT:
            row.unit = "演示·承办单位"
            row.due_on = collected_on + timedelta(days=term)
        rows.append(row)
        paths.append(path_to(TRANSITIONS, DemandState.COLLECTED, state))
    rows = Demand.objects.bulk_create(rows)
    for turn in range(max(map(len, paths))):
        moved = [
            (row, path[turn])
            for row, path in zip(rows, paths, strict=True)
            if len(path) > turn
        ]
        take_steps(moved, turn, reviewer)


def take_steps(moved, turn: int, reviewer) -> None:
    steps = []
    for row, state in moved:
        day = row.collected_on + timedelta(days=turn * 5 + 2)
        at = timezone.now() - (timezone.localdate() - day)
        steps.append(
            DemandStep(
                demand=row,
                number=row.version + 1,
                before=row.state,
                state=state,
                by=row.created_by if state == DemandState.CLOSED else reviewer,
                at=min(at, timezone.now()),
                reason=REASONS.get(state, ""),
            )
        )
        row.state, row.version = state, row.version + 1
        if state == DemandState.CLOSED:
            row.closed_on = day
            row.satisfaction = Satisfaction.values[row.pk % 2]
    DemandStep.objects.bulk_create(steps)
    Demand.objects.bulk_update(
        [row for row, _ in moved], ["state", "version", "closed_on", "satisfaction"]
    )
