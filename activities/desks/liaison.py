"""定点联系: what is open, a card; the registers of assignments, contacts, demands."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator

from activities.counting import RULES, of_year, totals, until
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
from activities.desks.base import Desk, SteppedDesk, chamber_choice, rights
from activities.forms.liaison import (
    ActivityForm,
    AnsweredForm,
    AssignmentForm,
    DemandForm,
    DemandStepForm,
)
from activities.models import ContactActivity, ContactAssignment, ContactDuty, Demand
from activities.models.liaison.contact import ContactKind
from activities.models.liaison.demand import CLOSED_ERROR, OPEN, DemandState
from activities.services import liaison as services
from activities.services.liaison import board_rows
from chambers.models import Branch, Chamber, User
from chambers.rights import Right, may_review, sees_records
from redleader.records.column import NOTHING, Column, Kind, Shown
from redleader.records.filters import Choice, row_choice, year_choice
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.paging import page_newest_first
from redleader.records.quarters import Quarter
from redleader.records.register import serve
from redleader.records.stepped import badge
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


BOARD = ("定点联系", reverse_lazy("workbench:liaison-list"))


@serve
class Assignments(Desk):
    """Kept by the organisation department and the federation; the list is a board."""

    name, address, model = "liaison", "liaison/", ContactAssignment
    rights = {
        "create": Right(sees_records, may_review),
        "detail": Right(sees_records),
        "update": Right(sees_records, may_review),
    }
    title = noun = "定点联系"
    hint = "领导调整时填写结束日期，另登记新的一项。"
    above, form = [BOARD], AssignmentForm
    detail_template = "workbench/liaison/detail.html"

    def save(self, user, row, *, version):
        return services.save_assignment(row, user=user, version=version)

    def detail_context(self, request, row):
        year = timezone.localdate().year
        only = ContactAssignment.objects.filter(pk=row.pk)
        contacts = row.activities.select_related("created_by")
        token = request.GET.get("older", "")
        demands = Demand.objects.visible_to(request.user).filter(assignment=row)
        return {
            "year": year,
            "duties_of": next(iter(services.board_rows(only, year)), None),
            "page": page_newest_first(contacts, token, field="held_on"),
            "demands": demands.select_related("chamber"),
        }


def branches_met(user: Any, rows: Any) -> Any:
    """Return the branches of a user that somebody has met."""
    met = ContactActivity.objects.values("assignment__branch")
    return Branch.objects.visible_to(user).filter(pk__in=met)


def start_of(contact: ContactActivity) -> str:
    """Return the beginning of what was done, as much as a line of a list holds."""
    return Truncator(contact.summary).chars(40) or NOTHING


@serve
class Contacts(Desk):
    name, address, model = "contact", "liaison/contacts/", ContactActivity
    rights = rights("list", "create", "export", "update", "delete")
    title = noun = "联系活动"
    empty = "还没有联系活动。领导来调研、参会、走访以后，点“登记联系活动”。"
    hint = "同一职务、同一天、同一方式只登记一次。"
    delete_note = "删除以后不再计入年度任务，不能恢复；历史中仍可查到。"
    codes, sheet = ["contact-activities"], "定点联系活动（内部使用）"
    day, above, form = "held_on", [BOARD], ActivityForm
    list_template = "workbench/liaison/contact_list.html"
    choices = [
        year_choice("held_on", years=services.contact_years),
        Choice("kind", "方式", dict(ContactKind.choices)),
        row_choice("branch", "党组织", branches_met, "assignment__branch"),
    ]
    columns = [
        Shown("日期", Kind.DATE, 12, "held_on", place=1, is_link=True),
        Shown("领导职务", width=28, value="assignment.post", place=3),
        Shown("党组织", width=28, value="assignment.branch", place=4),
        Shown("方式", width=10, value="get_kind_display", place=2),
        Shown("内容", width=50, value="summary", place=5, html=start_of),
    ]

    def list_context(self, request, rows):
        scope = until(timezone.localdate())
        found = RULES["contact-activities"].by(scope, "kind", rows=rows)
        return {
            "kinds": [
                (kind.label, found[kind]) for kind in ContactKind if kind in found
            ]
        }

    def new(self, request):
        """``?assignment=`` says to which assignment a contact belongs."""
        contact = ContactActivity()
        key = request.GET.get("assignment", "")
        if key.isascii() and key.isdigit():
            known = ContactAssignment.objects.visible_to(request.user)
            contact.assignment = known.filter(pk=key[:9]).first()
        return contact

    def save(self, user, row, *, version):
        return services.save_activity(row, user=user, version=version)

    def says(self, row):
        return f"{row.assignment}，{row}"

    def after_delete(self, row):
        return row.assignment.get_absolute_url()


def texts_of(state: str, demand: Demand) -> str:
    """Return what was written at the last step to a state, from prefetched steps."""
    texts = [step.reason for step in demand.steps.all() if step.state == state]
    return texts[-1] if texts else ""


@serve
class Demands(SteppedDesk):
    name, address, model = "demand", "liaison/demands/", Demand
    rights = {
        **rights("list", "create", "export", "detail", "update"),
        "step": Right(sees_records),
    }
    title = noun = "诉求"
    empty = "还没有诉求。商会有困难、有建议，点“登记诉求”，由工作人员交办。"
    hint = "交办以前可以修改，内容只供内部使用。"
    saved = "已登记，等待工作人员交办。"
    codes = ["demands-received", "demands-open", "demands-overdue", "demands-closed"]
    sheet = "商会诉求（内部使用）"
    day, alone, above = "collected_on", ("created_by",), [BOARD]
    form = DemandForm
    detail_template = "workbench/liaison/demand_detail.html"
    begun = "收集"
    looks = {
        DemandState.COLLECTED: "submitted",
        DemandState.RETURNED: "failed",
        DemandState.CLOSED: "valid",
    }
    choices = [
        Choice("state", "状态", dict(DemandState.choices)),
        Choice(
            "overdue",
            "超期",
            {"1": "只看超期"},
            lambda demands, _: demands.overdue(timezone.localdate()),
        ),
        year_choice("collected_on", years=services.contact_years),
        chamber_choice(Demand),
    ]
    columns = [
        Column("编号", Kind.INTEGER, 8, "pk"),
        Shown("提出商会", width=26, value="chamber", place=2),
        Shown("诉求", width=36, value="title", place=1, is_link=True),
        Shown("收集日期", Kind.DATE, 12, "collected_on", place=3),
        Shown("状态", width=9, value="get_state_display", place=6, html=badge),
        Shown("承办单位", width=24, value="unit", place=4),
        Shown("办理期限", Kind.DATE, 12, "due_on", place=5),
        Column("超期", width=7, value=lambda row: "是" if row.is_overdue else ""),
        Column("答复", width=36, value=partial(texts_of, DemandState.ANSWERED)),
        Column("退回原因", width=30, value=partial(texts_of, DemandState.RETURNED)),
        Column("办结日期", Kind.DATE, 12, "closed_on"),
        Column("满意度", width=10, value="get_satisfaction_display"),
        Column("定点联系", width=36, value="assignment"),
        Column("具体内容", width=50, value="content"),
    ]

    def in_sheet(self, rows):
        return rows.prefetch_related("steps")

    def badge(self, row):
        mark = super().badge(row)
        if not row.is_overdue:
            return mark
        return format_html('{} <span class="state failed">{}</span>', mark, "已超期")

    def save(self, user, row, *, version):
        return services.save_demand(row, user=user, version=version)

    def closed(self, row):
        return "" if row.is_collected else CLOSED_ERROR

    def may_take(self, user, row, state):
        return services.may_take(user, row, state)

    def step_form_of(self, row):
        return AnsweredForm if row.is_answered else DemandStepForm

    def take_step(self, row, **fields):
        return services.take_step(row, **fields)
