"""回乡投资和乡村振兴项目: what is to be checked, a card; projects and their entries."""

from functools import partial
from typing import Any

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
from activities.desks.base import (
    PartDesk,
    SteppedDesk,
    chamber_choice,
    rights,
    township_choice,
)
from activities.forms.project import ProjectEntryForm, ProjectForm, ProjectStepForm
from activities.models import Project, ProjectEntry
from activities.models.project import (
    CLOSED_ERROR,
    DATES,
    UNSIGNED_ERROR,
    ProjectKind,
    ProjectState,
)
from activities.services import project as services
from activities.services.project import totals_of
from chambers.models import Chamber, User
from chambers.rights import Right, sees_records
from redleader.records.column import Column, Kind, Shown
from redleader.records.filters import Choice, text_choice, year_choice
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.money import say_money
from redleader.records.register import REGISTERS, serve
from redleader.records.stepped import badge
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


CHECKS = {"no-entry": "还没有到位资金和就业", "over": "到位超过签约金额"}


def checked(projects: Any, check: str) -> Any:
    return projects.overpaid() if check == "over" else projects.without_entry()


def day_of(state: str, project: Project):
    """Return when a project came to a state, from the prefetched steps."""
    days = [step.happened_on for step in project.steps.all() if step.state == state]
    return days[0] if days else None


@serve
class Projects(SteppedDesk):
    name, address, model = "project", "projects/", Project
    rights = {
        **rights("list", "create", "export", "detail", "update"),
        "step": Right(sees_records),
    }
    title, noun = "回乡投资和乡村振兴项目", "项目"
    empty = "还没有项目。有了投资线索，点“登记项目”即可。"
    hint = "新的项目从“线索”开始，在项目的页面上依次登记在谈、签约、开工、投产。"
    sheet = "乡贤回归和乡村振兴项目（内部使用）"
    day, alone = "created_at", ("created_by",)
    form, step_form = ProjectForm, ProjectStepForm
    detail_template = "workbench/project/detail.html"
    begun = "线索"
    looks = {
        ProjectState.LEAD: "submitted",
        ProjectState.TALKS: "submitted",
        ProjectState.OPERATING: "valid",
        ProjectState.TERMINATED: "failed",
    }
    choices = [
        text_choice(
            "项目或商会",
            "项目名称，商会可用拼音",
            columns=["name"],
            names=["chamber__"],
        ),
        Choice(
            "kind",
            "类别",
            dict(ProjectKind.choices),
            lambda projects, kind: projects.of_kind(kind),
        ),
        Choice("state", "状态", dict(ProjectState.choices)),
        year_choice("signed_on", "签约年度", "{}年签约"),
        township_choice("township"),
        chamber_choice(Project),
        Choice("check", "核对", CHECKS, checked),
    ]
    columns = [
        Shown("项目名称", width=30, value="name", place=1, is_link=True, small="kind"),
        Column("类别", width=18, value="kind"),
        Column("投资方", width=28, value="investor"),
        Column("来源地", width=12, value="origin_city"),
        Shown("引进商会", width=24, value="chamber", place=2),
        Shown("落地乡镇", width=12, value="township", place=3),
        Column("重点产业", width=16, value="industry"),
        Column("推介会", width=24, value="promotion"),
        Shown("状态", width=8, value="get_state_display", place=8, html=badge),
        Shown("计划总投资", Kind.MONEY, 18, "planned", place=4),
        Shown("签约金额", Kind.MONEY, 16, "contracted", place=5),
        Shown("到位资金", Kind.MONEY, 16, "paid_in", place=6),
        Shown("新增就业", Kind.INTEGER, 10, "jobs", place=7),
        *(
            Column(label, Kind.DATE, 12, partial(day_of, state))
            for state, label in DATES.items()
        ),
    ]

    def totals(self, filters, rows):
        return services.totals_of(rows)

    def links(self, request):
        return [("招商推介会", reverse("workbench:promotion-list"))]

    def in_sheet(self, rows):
        return rows.prefetch_related("steps")

    def save(self, user, row, *, version):
        return services.save_project(row, user=user, version=version)

    def closed(self, row):
        return CLOSED_ERROR if row.is_closed else ""

    def take_step(self, row, **fields):
        return services.take_step(row, **fields)

    def detail_context(self, request, row):
        return {
            "entries": row.entries.all(),
            "entry_columns": ProjectEntries.columns,
            "is_over": row.takes_entries and row.paid_in > row.contracted,
        }


@serve
class ProjectEntries(PartDesk):
    name, address, model = "project-entry", "projects/entries/", ProjectEntry
    rights = rights("create", "update", "delete")
    owner, link = REGISTERS["project"], "project"
    noun = "到位资金和就业"
    hint = "一笔一条，合计由系统算出；填错了可以修改或删除。"
    form = ProjectEntryForm
    columns = [
        Shown("日期", Kind.DATE, value="day", place=1),
        Shown("到位资金", Kind.MONEY, value="paid_in", place=2),
        Shown("新增就业", Kind.INTEGER, value="jobs", place=3, unit="个"),
        Shown("说明", value="note", place=4),
    ]

    def says(self, row):
        paid_in = f"到位资金 {say_money(row.paid_in)}"
        return f"{row.project}，{row.day}：{paid_in}，新增就业 {row.jobs} 个"

    def refused(self, owner):
        if owner.takes_entries:
            return ""
        return CLOSED_ERROR if owner.is_closed else UNSIGNED_ERROR

    def closed(self, row):
        return CLOSED_ERROR if row.project.is_closed else ""

    def save(self, user, row, *, version):
        return services.save_entry(row, user=user, version=version)

    def delete(self, row):
        services.delete_entry(row)
