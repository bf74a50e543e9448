"""Gifts, charity activities and funds: what was pledged, a card, the files."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from activities.counting import of_year, totals, until
from activities.desks import CARDS, MENU, PAGES, SITE_MAP, TODOS, leads_chamber
from activities.models import CharityActivity, Donation, FundEntry
from chambers.models import User
from redleader.records.column import Column, Kind
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.money import WAN, say_money
from redleader.records.todos import Todo, first_rows

PLEDGED = "认捐未到"
PLEDGE_DAYS = 90

MENU.at(140)(MenuEntry("workbench:work-list", sections=["welfare"]))
SITE_MAP.at(340)(MenuEntry("public:welfare-list", "公益与基金", "工作"))
PAGES.at(170)(PublicPage("public:welfare-list", "公益与基金", "捐赠 慈善"))


@TODOS.at(280, leads_chamber)
def not_received(user: User) -> list[Todo]:
    """Return the donations that were pledged long ago and are not there yet."""
    last = timezone.localdate() - timedelta(days=PLEDGE_DAYS)
    late = Donation.objects.visible_to(user).pledged().filter(pledged_on__lt=last)
    address = f"{reverse('workbench:donation-list')}?received=no"
    return first_rows(
        late.with_names().order_by("pledged_on", "pk"),
        pledge_todo,
        Todo(PLEDGED, "其余认捐未到的捐赠", "", address),
    )


def pledge_todo(donation: Donation) -> Todo:
    return Todo(
        PLEDGED,
        str(donation),
        f"{donation.pledged_on:%Y-%m-%d} 认捐，{say_money(donation.value)}。"
        "到账了请补填到账日期；捐赠自愿，不催缴。",
        donation.get_absolute_url(),
    )


@CARDS.at(40)
def card(user: User) -> dict[str, object]:
    today = timezone.localdate()
    donations = Donation.objects.visible_to(user)
    activities = CharityActivity.objects.visible_to(user)
    entries = FundEntry.objects.visible_to(user)
    return {
        "name": "公益与基金",
        "about": "通过商会的捐赠、商会管理的公益基金和公益活动；捐赠自愿，不排名。",
        "totals": [
            *totals(["donations-received"], of_year(today), donations),
            *totals(["charity-activities"], of_year(today), activities),
            *totals(["fund-balance"], until(today), entries),
        ],
        "links": [
            ("登记捐赠", "workbench:donation-create"),
            ("登记活动", "workbench:charity-create"),
            ("公益基金", "workbench:fund-list"),
        ],
    }


def wan(name: str):
    """Return how to read an amount of a row in 万元."""
    return lambda row: getattr(row, name) / WAN


DONATION_COLUMNS = [
    Column("编号", Kind.INTEGER, 8, lambda row: row.pk),
    Column("经由商会", width=26, value=lambda row: str(row.chamber)),
    Column("捐赠者类别", width=12, value=lambda row: row.get_donor_kind_display()),
    Column("捐赠者", width=28, value=lambda row: row.donor),
    Column("用途", width=12, value=lambda row: row.get_purpose_display()),
    Column("形式", width=8, value=lambda row: row.get_form_display()),
    Column("金额或折价（万元）", Kind.DECIMAL, 18, wan("value")),
    Column("认捐日期", Kind.DATE, 12, lambda row: row.pledged_on),
    Column("到账日期", Kind.DATE, 12, lambda row: row.received_on),
    Column("捐给基金", width=24, value=lambda row: str(row.fund or "")),
    Column("受赠单位", width=24, value=lambda row: row.recipient),
    Column("受益人数", Kind.INTEGER, 10, lambda row: row.beneficiaries),
    Column(
        "同意公开", width=10, value=lambda row: "是" if row.publish_consent else "否"
    ),
]

CHARITY_COLUMNS = [
    Column("编号", Kind.INTEGER, 8, lambda row: row.pk),
    Column("商会", width=26, value=lambda row: str(row.chamber)),
    Column("类别", width=14, value=lambda row: row.get_kind_display()),
    Column("名称", width=36, value=lambda row: row.title),
    Column("日期", Kind.DATE, 12, lambda row: row.held_on),
    Column("人数", Kind.INTEGER, 9, lambda row: row.people),
    Column("人次", Kind.INTEGER, 9, lambda row: row.person_times),
    Column("慰问金和物品折价（万元）", Kind.DECIMAL, 22, wan("value")),
    Column("说明", width=40, value=lambda row: row.note),
]

FUND_COLUMNS = [
    Column("基金", width=30, value=lambda row: row.name),
    Column("管理商会", width=26, value=lambda row: str(row.chamber)),
    Column("设立日期", Kind.DATE, 12, lambda row: row.founded_on),
    Column("用途", width=40, value=lambda row: row.purpose),
    Column("收入（万元）", Kind.DECIMAL, 16, wan("receipts")),
    Column("支出（万元）", Kind.DECIMAL, 16, wan("payments")),
    Column("余额（万元）", Kind.DECIMAL, 16, wan("balance")),
]

FUND_ENTRY_COLUMNS = [
    Column("日期", Kind.DATE, 12, lambda row: row.happened_on),
    Column("收支", width=8, value=lambda row: row.get_direction_display()),
    Column("金额（万元）", Kind.DECIMAL, 16, wan("amount")),
    Column("摘要或用途", width=40, value=lambda row: row.purpose),
    Column("当日余额（万元）", Kind.DECIMAL, 18, wan("balance")),
]
