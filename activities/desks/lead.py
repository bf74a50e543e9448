"""Leads of 引才网络: to be checked, on a card, found; and their register."""

from dataclasses import replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from activities.counting import of_year, totals
from activities.desks import (
    CARDS,
    FINDS,
    HANDOVER,
    MENU,
    PAGES,
    REVIEW,
    SITE_MAP,
    TODOS,
)
from activities.desks.base import SteppedDesk, chamber_choice, rights
from activities.forms.lead import LeadForm, LeadStepForm
from activities.models import Lead
from activities.models.lead import CHECKS, CLOSED_ERROR, LeadKind, LeadState
from activities.services import lead as services
from activities.services.lead import CODES_AT_WORK, target_of
from chambers.models import Chamber, User
from chambers.rights import Right, may_review, sees_records
from redleader.records.column import Column, Kind, Shown
from redleader.records.filters import Choice, text_choice, year_choice
from redleader.records.finds import SHOWN, Findable, Hit, joined
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.register import serve
from redleader.records.search import search
from redleader.records.stepped import badge
from redleader.records.todos import Matters, Todo, counted, matters

MENU.at(110)(MenuEntry("workbench:work-list", sections=["leads"]))


SITE_MAP.at(310)(MenuEntry("public:lead-totals", "引才网络", "工作"))


PAGES.at(130)(PublicPage("public:lead-totals", "引才网络", "人才 招才 引才信息"))


@TODOS.at(30, may_review)
def to_check(user: User) -> list[Todo]:
    address = f"{reverse('workbench:lead-list')}?state=waiting"
    return counted(REVIEW, Lead.objects.waiting(), "条引才信息等待核实", address)


@HANDOVER.at(70)
def waiting(chamber: Chamber, user: User) -> Matters:
    leads = Lead.objects.visible_to(user).filter(chamber=chamber).waiting()
    address = f"{reverse('workbench:lead-list')}?state=waiting"
    return matters("等待核实的引才信息", address, leads.with_names(), "title")


@CARDS.at(10)
def card(user: User) -> dict[str, object]:
    today = timezone.localdate()
    found = totals(CODES_AT_WORK, of_year(today), Lead.objects.visible_to(user))
    target = target_of(today.year)
    goal = f"全县目标不少于 {target} 条" if target else ""
    return {
        "name": "引才网络",
        "about": "商会提供的投资项目、高端人才、科研院所和先进技术信息。",
        "totals": [
            replace(row, note=goal) if row.rule.code == "valid-leads" else row
            for row in found
        ],
        "links": [
            ("提供信息", "workbench:lead-create"),
            ("全部信息", "workbench:lead-list"),
            ("年度汇总", "workbench:lead-board"),
        ],
    }


def found(query: str, user: User) -> QuerySet[Lead]:
    rows = Lead.objects.visible_to(user).select_related("chamber")
    return search(rows.order_by("-submitted_on", "-pk"), query)[: SHOWN + 1]


def hit(lead: Lead, user: User) -> Hit:
    about = joined([f"{lead.submitted_on:%Y-%m-%d}", lead.chamber])
    return Hit(lead.title, about, lead.get_absolute_url())


FINDS.at(60)(Findable("引才信息", found, hit, "admin:activities_lead_changelist"))


def last_of(lead: Lead, name: str) -> str:
    """Return the newest text of a kind in the prefetched steps."""
    texts = [getattr(step, name) for step in lead.steps.all() if getattr(step, name)]
    return texts[-1] if texts else ""


@serve
class Leads(SteppedDesk):
    name, address, model = "lead", "leads/", Lead
    rights = {
        **rights("list", "create", "export", "detail", "update"),
        "step": Right(sees_records, writes=may_review),
    }
    title, noun, button = "引才信息", "信息", "提供信息"
    create_title, update_title = "提供引才信息", "修改引才信息"
    empty = "还没有引才信息。有了投资、人才、院所或技术方面的线索，点“提供信息”登记。"
    hint = "核实以前可以修改，内容只供内部使用。"
    made, saved = "已提交，等待工作人员核实。", "已保存，等待核实。"
    codes, sheet = services.CODES_AT_WORK, "商会引才信息（内部使用）"
    day, alone = "submitted_on", ("created_by",)
    form, step_form = LeadForm, LeadStepForm
    detail_template = "workbench/lead/detail.html"
    begun = "提供"
    looks = {
        LeadState.WAITING: "submitted",
        LeadState.VALID: "valid",
        LeadState.LANDED: "valid",
        LeadState.INVALID: "failed",
        LeadState.FAILED: "failed",
    }
    choices = [
        text_choice("标题或商会", "标题文字，商会可用拼音", names=["", "chamber__"]),
        Choice("kind", "类别", dict(LeadKind.choices)),
        Choice("state", "状态", dict(LeadState.choices)),
        year_choice("submitted_on", years=services.lead_years),
        chamber_choice(Lead),
    ]
    columns = [
        Column("编号", Kind.INTEGER, 8, "pk"),
        Shown("提供商会", width=26, value="chamber", place=3),
        Shown("类别", width=10, value="get_kind_display", place=2),
        Shown("标题", width=36, value="title", place=1, is_link=True),
        Shown("重点产业", width=16, value="industry", place=4),
        Shown("提供日期", Kind.DATE, 12, "submitted_on", place=5),
        Shown("状态", width=9, value="get_state_display", place=6, html=badge),
        Column("接收单位", width=24, value=lambda row: last_of(row, "unit")),
        Column("原因或说明", width=36, value=lambda row: last_of(row, "reason")),
        Column("内容", width=50, value="content"),
    ]

    def links(self, request):
        return [("年度汇总", reverse("workbench:lead-board"))]

    def in_sheet(self, rows):
        return rows.prefetch_related("steps")

    def save(self, user, row, *, version):
        return services.save_lead(row, user=user, version=version)

    def closed(self, row):
        return "" if row.is_waiting else CLOSED_ERROR

    def take_step(self, row, **fields):
        return services.take_step(row, **fields)

    def offers(self, user, row, state):
        own = user.pk == row.created_by_id
        return may_review(user) and not (own and state in CHECKS)

    def detail_context(self, request, row):
        return {
            "is_own": request.user.pk == row.created_by_id,
            "may_review": may_review(request.user),
        }
