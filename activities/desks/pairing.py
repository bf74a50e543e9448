"""村企共建: what is to be closed, a card; the registers of pairings and projects."""

from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone

from activities.counting import Total, is_whole, totals, until
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
from activities.desks.base import PartDesk, SteppedDesk, rights, township_choice
from activities.forms.pairing import PairingForm, PairingProjectForm, PairingStepForm
from activities.models import Pairing, PairingProgramme, PairingProject
from activities.models.pairing import AMOUNTS, CLOSED_ERROR, PairingState
from activities.services import pairing as services
from chambers.models import Chamber, User
from chambers.rights import Right, sees_records
from redleader.records.column import Column, Kind, Shown
from redleader.records.filters import Choice, text_choice
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.register import REGISTERS, serve
from redleader.records.stepped import badge
from redleader.records.todos import Matters, Todo, counted, matters

ENDED = [PairingState.DONE, PairingState.TERMINATED]


MENU.at(120)(MenuEntry("workbench:work-list", sections=["pairings"]))


SITE_MAP.at(330)(MenuEntry("public:pairing-list", "村企共建", "工作"))


PAGES.at(160)(PublicPage("public:pairing-list", "村企共建", "结对 乡村振兴"))


@TODOS.at(70, opens("workbench:pairing-list"))
def to_close(user: User) -> list[Todo]:
    rows = Pairing.objects.visible_to(user).overdue(timezone.localdate())
    address = f"{reverse('workbench:pairing-list')}?state=active"
    return counted(WORKS, rows, "项村企结对到期，待登记完成或修改日期", address)


@HANDOVER.at(40)
def going_on(chamber: Chamber, user: User) -> Matters:
    pairings = Pairing.objects.visible_to(user).filter(chamber=chamber)
    return matters(
        "进行中的村企结对",
        reverse("workbench:pairing-list"),
        pairings.exclude(state__in=ENDED).with_names(),
    )


@CARDS.at(20)
def card(user: User) -> dict[str, object]:
    mine = Pairing.objects.visible_to(user)
    codes = ["paired-villages", "paired-enterprises"]
    return {
        "name": "村企共建",
        "about": "村和企业结对，登记共建项目、资金和就业。",
        "totals": totals(codes, until(timezone.localdate()), mine),
        "links": [
            ("登记结对", "workbench:pairing-create"),
            ("全部结对", "workbench:pairing-list"),
        ],
    }


PROJECT_CODES = [
    "pairing-projects",
    "pairing-paid-in",
    "pairing-donations",
    "pairing-jobs",
    "pairing-income",
]


def programmes(user: Any, pairings: Any) -> dict[str, str]:
    return {str(row.pk): row.name for row in PairingProgramme.objects.all()}


def sum_of(name: str, pairing: Pairing):
    """Return what the prefetched projects of a pairing add up to."""
    return sum(getattr(row, name) for row in pairing.projects.all())


def days_of(pairing: Pairing) -> str:
    return f"{pairing.started_on} 至 {pairing.ended_on or '今'}"


@serve
class Pairings(SteppedDesk):
    name, address, model = "pairing", "pairings/", Pairing
    rights = {
        **rights("list", "create", "export", "detail", "update"),
        "step": Right(sees_records),
    }
    title, noun = "村企共建", "结对"
    empty = "还没有结对。点“登记结对”，选村和企业即可。"
    hint = "名录里没有的村或企业，请工作人员在后台添加。"
    codes = ["pairings", "paired-villages", "paired-enterprises"]
    sheet = "村企共建结对"
    day, alone = "created_at", ("created_by",)
    form, step_form = PairingForm, PairingStepForm
    detail_template = "workbench/pairing/detail.html"
    choices = [
        text_choice(
            "村或企业", "汉字、拼音或首字母", names=["enterprise__", "village__"]
        ),
        Choice("programme", "行动", programmes),
        Choice("state", "状态", dict(PairingState.choices)),
        township_choice("village__parent"),
    ]
    columns = [
        Shown(
            "村",
            width=20,
            value="village.name",
            place=1,
            is_link=True,
            small="village.parent",
        ),
        Column("所在乡镇", width=12, value="village.parent"),
        Shown("企业", width=30, value="enterprise.name", place=2),
        Shown("所属行动", width=24, value="programme.name", place=3),
        Shown("牵头商会", width=24, value="chamber", place=4),
        Shown("状态", width=10, value="get_state_display", place=6, html=badge),
        Shown(
            "起止",
            value=days_of,
            place=5,
            small=lambda row: "已到期，待登记" if row.is_overdue else "",
            in_sheet=False,
        ),
        Column("开始日期", Kind.DATE, 12, "started_on"),
        Column("结束日期", Kind.DATE, 12, "ended_on"),
        Column("项目数", Kind.INTEGER, 9, lambda row: len(row.projects.all())),
        *(
            Column(label, Kind.MONEY, 16, partial(sum_of, name))
            for name, label in AMOUNTS.items()
        ),
        Column("就业岗位", Kind.INTEGER, 10, partial(sum_of, "jobs")),
    ]

    def totals(self, filters, rows) -> list[Total]:
        """Return what pairings and their projects add up to until today."""
        scope = until(timezone.localdate())
        projects = PairingProject.objects.all()
        if not is_whole(rows):
            projects = projects.filter(pairing__in=rows.order_by())
        return [
            *totals(self.codes, scope, rows),
            *totals(PROJECT_CODES, scope, projects),
        ]

    def in_sheet(self, rows):
        return rows.prefetch_related("projects")

    def save(self, user, row, *, version):
        return services.save_pairing(row, user=user, version=version)

    def closed(self, row):
        return "" if row.is_live else CLOSED_ERROR

    def take_step(self, row, **fields):
        return services.take_step(row, **fields)

    def detail_context(self, request, row):
        return {"projects": row.projects.all()}


@serve
class PairingProjects(PartDesk):
    name, address, model = "pairing-project", "pairings/projects/", PairingProject
    rights = rights("create", "update", "delete")
    owner, link = REGISTERS["pairing"], "pairing"
    noun = "共建项目"
    hint = "金额以万元填写，都是到“数据截至”这一天的累计数；没有的不填。"
    delete_note = "合计数会随之减少；变更历史中仍有记录。"
    form = PairingProjectForm

    def shown(self, rows, user):
        return rows.select_related("pairing__village", "pairing__enterprise")

    def says(self, row):
        return f"{row}（{row.pairing}）"

    def refused(self, owner):
        return self.owner.closed(owner)

    def closed(self, row):
        return self.owner.closed(row.pairing)

    def save(self, user, row, *, version):
        return services.save_project(row, version=version)

    def delete(self, row):
        services.delete_project(row)
