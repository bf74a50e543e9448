"""定点联系 and the demands of chambers: late ones, handed over, a card, the files."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone

from activities.counting import of_year, totals, until
from activities.desks import (
    CARDS,
    HANDOVER,
    MENU,
    PAGES,
    SITE_MAP,
    TODOS,
    WORKS,
    leads_chamber,
)
from activities.models import ContactActivity, ContactAssignment, ContactDuty, Demand
from activities.models.liaison.demand import OPEN, DemandState
from activities.services.liaison import board_rows
from chambers.models import Chamber, User
from chambers.rights import may_review
from redleader.records.column import Column, Kind
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.quarters import Quarter
from redleader.records.todos import LIMIT, Matters, Todo, counted, matters

MENU.at(150)(MenuEntry("workbench:work-list", sections=["liaison"]))
SITE_MAP.at(350)(MenuEntry("public:liaison-list", "定点联系", "工作"))
PAGES.at(180)(PublicPage("public:liaison-list", "定点联系", "联系商会 领导"))


@TODOS.at(40, may_review)
def demands_to_handle(user: User) -> list[Todo]:
    demands, address = Demand.objects.all(), reverse("workbench:demand-list")
    new = demands.filter(state=DemandState.COLLECTED)
    late = demands.overdue(timezone.localdate())
    return [
        *counted(WORKS, new, "件商会诉求等待交办", f"{address}?state=collected"),
        *counted(WORKS, late, "件商会诉求超过办理期限", f"{address}?overdue=1"),
    ]


@TODOS.at(240, leads_chamber)
def answered_demands(user: User) -> list[Todo]:
    """Return the demands whose answer the chamber has to accept or refuse."""
    rows = Demand.objects.visible_to(user).filter(state=DemandState.ANSWERED)
    detail = "承办单位已经答复，请确认办结或重新办理。"
    return [
        Todo(WORKS, f"诉求：{row}", detail, row.get_absolute_url())
        for row in rows[:LIMIT]
    ]


@TODOS.at(250, leads_chamber)
def duties_to_do(user: User) -> list[Todo]:
    """Return the yearly duties still open, in the last quarter only."""
    today = timezone.localdate()
    if today < Quarter(today.year, 4).first:
        return []
    assignments = ContactAssignment.objects.visible_to(user).on(today)
    found = []
    for row in board_rows(assignments, today.year):
        words = [f"{duty.duty.name}还差 {duty.missing} 次" for duty in row.missing]
        if words:
            label = f"定点联系今年{'、'.join(words)}"
            address = row.assignment.get_absolute_url()
            found.append(Todo(WORKS, label, str(row.assignment), address))
    return found[:LIMIT]


@HANDOVER.at(60)
def open_demands(chamber: Chamber, user: User) -> Matters:
    demands = Demand.objects.visible_to(user).filter(chamber=chamber, state__in=OPEN)
    address = reverse("workbench:demand-list")
    return matters("没有办结的诉求", address, demands.with_names(), "title")


@CARDS.at(50)
def card(user: User) -> dict[str, object]:
    today = timezone.localdate()
    assignments = ContactAssignment.objects.visible_to(user)
    activities = ContactActivity.objects.visible_to(user)
    demands = Demand.objects.visible_to(user)
    codes = ["demands-open", "demands-overdue", "demands-closed"]
    return {
        "name": "定点联系",
        "about": "领导职务与党组织定点联系，登记联系活动，收集和办理商会诉求。",
        "totals": [
            *totals(["contact-branches"], until(today), assignments),
            *totals(["contact-activities"], of_year(today), activities),
            *totals(codes, until(today), demands),
        ],
        "links": [
            ("登记联系活动", "workbench:contact-create"),
            ("登记诉求", "workbench:demand-create"),
            ("定点联系", "workbench:liaison-list"),
            ("全部诉求", "workbench:demand-list"),
        ],
    }


def board_columns(duties: Sequence[ContactDuty]) -> list[Column]:
    """Return the columns of a year of 定点联系: two numbers for each duty."""
    columns = [
        Column("领导职务", width=28, value=lambda row: row.assignment.post),
        Column("党组织", width=28, value=lambda row: str(row.assignment.branch)),
        Column("开始日期", Kind.DATE, 12, lambda row: row.assignment.started_on),
        Column("结束日期", Kind.DATE, 12, lambda row: row.assignment.ended_on),
    ]
    for place, duty in enumerate(duties):
        columns += [
            Column(
                f"{duty.name}（已办）",
                Kind.INTEGER,
                16,
                partial(duty_number, place, "done"),
            ),
            Column(
                f"{duty.name}（应办）",
                Kind.INTEGER,
                16,
                partial(duty_number, place, "asked"),
            ),
        ]
    return [
        *columns,
        Column("联系活动合计", Kind.INTEGER, 13, lambda row: row.activities),
    ]


def duty_number(place: int, name: str, row: Any) -> int:
    return getattr(row.duties[place], name)


CONTACT_COLUMNS = [
    Column("日期", Kind.DATE, 12, lambda row: row.held_on),
    Column("领导职务", width=28, value=lambda row: row.assignment.post),
    Column("党组织", width=28, value=lambda row: str(row.assignment.branch)),
    Column("方式", width=10, value=lambda row: row.get_kind_display()),
    Column("内容", width=50, value=lambda row: row.summary),
]


def texts_of(state: str, demand: Demand) -> str:
    """Return what was written at the last step to a state, from prefetched steps."""
    texts = [step.reason for step in demand.steps.all() if step.state == state]
    return texts[-1] if texts else ""


DEMAND_COLUMNS = [
    Column("编号", Kind.INTEGER, 8, lambda row: row.pk),
    Column("提出商会", width=26, value=lambda row: str(row.chamber)),
    Column("诉求", width=36, value=lambda row: row.title),
    Column("收集日期", Kind.DATE, 12, lambda row: row.collected_on),
    Column("状态", width=9, value=lambda row: row.get_state_display()),
    Column("承办单位", width=24, value=lambda row: row.unit),
    Column("办理期限", Kind.DATE, 12, lambda row: row.due_on),
    Column("超期", width=7, value=lambda row: "是" if row.is_overdue else ""),
    Column("答复", width=36, value=partial(texts_of, DemandState.ANSWERED)),
    Column("退回原因", width=30, value=partial(texts_of, DemandState.RETURNED)),
    Column("办结日期", Kind.DATE, 12, lambda row: row.closed_on),
    Column("满意度", width=10, value=lambda row: row.get_satisfaction_display()),
    Column("定点联系", width=36, value=lambda row: str(row.assignment or "")),
    Column("具体内容", width=50, value=lambda row: row.content),
]
