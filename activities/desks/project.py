"""Projects that were brought home: to be checked, handed over, on a card."""

from functools import partial

from django.urls import reverse

from activities.desks import (
    CARDS,
    HANDOVER,
    MENU,
    PAGES,
    SITE_MAP,
    TODOS,
    WORKS,
    opens,
)
from activities.models import Project
from activities.models.project import DATES, ProjectState
from activities.services.project import totals_of
from chambers.models import Chamber, User
from redleader.records.column import Column, Kind
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.money import WAN
from redleader.records.todos import Matters, Todo, counted, matters

NAME = "回乡投资和乡村振兴项目"

MENU.at(130)(MenuEntry("workbench:work-list", sections=["projects", "promotions"]))
SITE_MAP.at(320)(MenuEntry("public:project-list", NAME, "工作"))
PAGES.at(190)(PublicPage("public:project-list", NAME, "投资 项目"))


@TODOS.at(80, opens("workbench:project-list"))
def to_check(user: User) -> list[Todo]:
    projects = Project.objects.visible_to(user)
    address = f"{reverse('workbench:project-list')}?check="
    return [
        *counted(
            WORKS,
            projects.without_entry(),
            "个签约以后的项目还没有登记到位资金和就业",
            f"{address}no-entry",
        ),
        *counted(
            WORKS,
            projects.overpaid(),
            "个项目到位资金超过签约金额，请核对",
            f"{address}over",
        ),
    ]


@HANDOVER.at(50)
def going_on(chamber: Chamber, user: User) -> Matters:
    projects = Project.objects.visible_to(user).filter(chamber=chamber)
    return matters(
        f"没有终止的{NAME}",
        reverse("workbench:project-list"),
        projects.exclude(state=ProjectState.TERMINATED).with_names(),
        "name",
    )


@CARDS.at(60)
def card(user: User) -> dict[str, object]:
    return {
        "name": "乡贤回归和乡村振兴项目",
        "about": "引回来的投资、为乡村做的项目，从线索到投产；资金分签约和到位。",
        "totals": totals_of(Project.objects.visible_to(user)),
        "links": [
            ("登记项目", "workbench:project-create"),
            ("全部项目", "workbench:project-list"),
            ("招商推介会", "workbench:promotion-list"),
        ],
    }


def in_wan(amount):
    """Return an amount in 万元; an unknown one stays empty."""
    return None if amount is None else amount / WAN


def day_of(state: str, project: Project):
    """Return when a project came to a state, from the prefetched steps."""
    days = [step.happened_on for step in project.steps.all() if step.state == state]
    return days[0] if days else None


COLUMNS = [
    Column("项目名称", width=30, value=lambda row: row.name),
    Column("类别", width=18, value=lambda row: row.kind),
    Column("投资方", width=28, value=lambda row: row.investor),
    Column("来源地", width=12, value=lambda row: row.origin_city),
    Column("引进商会", width=24, value=lambda row: str(row.chamber)),
    Column("落地乡镇", width=12, value=lambda row: str(row.township or "")),
    Column("重点产业", width=16, value=lambda row: str(row.industry or "")),
    Column("推介会", width=24, value=lambda row: str(row.promotion or "")),
    Column("状态", width=8, value=lambda row: row.get_state_display()),
    Column("计划总投资（万元）", Kind.DECIMAL, 18, lambda row: in_wan(row.planned)),
    Column("签约金额（万元）", Kind.DECIMAL, 16, lambda row: in_wan(row.contracted)),
    Column("到位资金（万元）", Kind.DECIMAL, 16, lambda row: in_wan(row.paid_in)),
    Column("新增就业", Kind.INTEGER, 10, lambda row: row.jobs),
    *(
        Column(label, Kind.DATE, 12, partial(day_of, state))
        for state, label in DATES.items()
    ),
]
