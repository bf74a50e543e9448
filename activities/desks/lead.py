"""Leads of 引才网络: to be checked, on a card, found, as a file."""

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
from activities.models import Lead
from activities.services.lead import CODES_AT_WORK, target_of
from chambers.models import Chamber, User
from chambers.rights import may_review
from redleader.records.column import Column, Kind
from redleader.records.finds import SHOWN, Findable, Hit, joined
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.search import search
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


COLUMNS = [
    Column("编号", Kind.INTEGER, 8, lambda row: row.pk),
    Column("提供商会", width=26, value=lambda row: str(row.chamber)),
    Column("类别", width=10, value=lambda row: row.get_kind_display()),
    Column("标题", width=36, value=lambda row: row.title),
    Column("重点产业", width=16, value=lambda row: str(row.industry or "")),
    Column("提供日期", Kind.DATE, 12, lambda row: row.submitted_on),
    Column("状态", width=9, value=lambda row: row.get_state_display()),
    Column("接收单位", width=24, value=lambda row: last_of(row, "unit")),
    Column("原因或说明", width=36, value=lambda row: last_of(row, "reason")),
    Column("内容", width=50, value=lambda row: row.content),
]
