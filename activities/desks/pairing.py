"""Pairings of villages and enterprises: late ones, handed over, on a card."""

from functools import partial

from django.urls import reverse
from django.utils import timezone

from activities.counting import totals, until
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
from activities.models import Pairing
from activities.models.pairing import AMOUNTS, PairingState
from chambers.models import Chamber, User
from redleader.records.column import Column, Kind
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.money import WAN
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


def wan_of(name: str, pairing: Pairing):
    """Return an amount of all projects of a pairing in 万元."""
    return sum(getattr(row, name) for row in pairing.projects.all()) / WAN


COLUMNS = [
    Column("村", width=20, value=lambda row: row.village.name),
    Column(
        "所在乡镇",
        width=12,
        value=lambda row: row.village.parent.name if row.village.parent else "",
    ),
    Column("企业", width=30, value=lambda row: row.enterprise.name),
    Column("所属行动", width=24, value=lambda row: row.programme.name),
    Column("牵头商会", width=24, value=lambda row: str(row.chamber)),
    Column("状态", width=10, value=lambda row: row.get_state_display()),
    Column("开始日期", Kind.DATE, 12, lambda row: row.started_on),
    Column("结束日期", Kind.DATE, 12, lambda row: row.ended_on),
    Column("项目数", Kind.INTEGER, 9, lambda row: len(row.projects.all())),
    *(
        Column(f"{label}（万元）", Kind.DECIMAL, 16, partial(wan_of, name))
        for name, label in AMOUNTS.items()
    ),
    Column(
        "就业岗位",
        Kind.INTEGER,
        10,
        lambda row: sum(p.jobs for p in row.projects.all()),
    ),
]
