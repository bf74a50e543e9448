"""Gifts, charity activities and funds: what was pledged, a card, the registers."""

from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from activities.counting import Scope, is_whole, of_year, totals, until
from activities.desks import CARDS, MENU, PAGES, SITE_MAP, TODOS, leads_chamber
from activities.desks.base import Desk, PartDesk, chamber_choice, rights
from activities.forms.welfare import (
    CharityActivityForm,
    DonationForm,
    FundEntryForm,
    FundForm,
)
from activities.models import CharityActivity, Donation, Fund, FundEntry
from activities.models.welfare.charity import CharityKind
from activities.models.welfare.donation import (
    RECEIPT_ERROR,
    DonationMeans,
    DonationPurpose,
)
from activities.models.welfare.fund import Direction
from activities.services import welfare as services
from activities.services.export import Export, table_answer
from chambers.models import User
from redleader.records.column import Column, Kind, Shown, in_sheet
from redleader.records.filters import (
    Choice,
    Filters,
    text_choice,
    year_choice,
    year_words,
    years_of,
)
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.money import say_money
from redleader.records.paging import page_newest_first
from redleader.records.register import REGISTERS, serve
from redleader.records.todos import Todo, first_rows

PLEDGED = "认捐未到"


PLEDGE_DAYS = 90


MENU.at(140)(MenuEntry("workbench:work-list", sections=["welfare"]))


SITE_MAP.at(340)(MenuEntry("public:welfare-list", "公益与基金", "工作"))


PAGES.at(170)(PublicPage("public:welfare-list", "公益与基金", "捐赠 慈善"))


@TODOS.at(280, leads_chamber)
def not_received(user: User) -> list[Todo]:
    """Return the donations pledged long ago and not received yet."""
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


NAV = "workbench/welfare/_nav.html"


def is_received(rows: Any, value: str) -> Any:
    return rows.filter(received_on__isnull=value == "no")


def yes_no(value: bool) -> str:
    return "是" if value else "否"


@serve
class Donations(Desk):
    name, address, model = "donation", "welfare/donations/", Donation
    rights = rights("list", "create", "export", "detail", "update", "delete")
    title, noun, nav = "公益捐赠", "捐赠", NAV
    empty = "还没有捐赠。有会员通过商会捐赠时，点“登记捐赠”。"
    note = "按日期排列，捐赠自愿，不排名次。"
    hint = "捐赠自愿，没有任务，不排名次。捐赠者从三项中按类别填一项，匿名的都不填。"
    codes = ["donations-received", "donations-pledged"]
    sheet, importer = "公益捐赠（内部使用）", "donations"
    day, form = "day", DonationForm
    detail_template = "workbench/welfare/donation_detail.html"
    choices = [
        text_choice(
            "捐赠者或受赠单位",
            "商会和企业可用拼音",
            columns=["donor_name", "recipient"],
            names=["donor_chamber__", "donor_enterprise__"],
        ),
        year_choice("day"),
        Choice("purpose", "用途", dict(DonationPurpose.choices)),
        Choice("form", "形式", dict(DonationMeans.choices)),
        Choice("received", "到账", {"yes": "已到账", "no": "已认捐未到"}, is_received),
        chamber_choice(Donation, "经由商会"),
    ]
    columns = [
        Column("编号", Kind.INTEGER, 8, "pk"),
        Shown("经由商会", width=26, value="chamber", place=4),
        Column("捐赠者类别", width=12, value="get_donor_kind_display"),
        Shown("捐赠者", width=28, value="donor", place=1, is_link=True),
        Shown("用途", width=12, value="get_purpose_display", place=2, small="fund"),
        Column("形式", width=8, value="get_form_display"),
        Shown("金额或折价", Kind.MONEY, 18, "value", place=3, small="get_form_display"),
        Shown(
            "日期",
            Kind.DATE,
            value="day",
            place=5,
            small=lambda row: "到账" if row.received_on else "认捐，未到账",
            in_sheet=False,
        ),
        Column("认捐日期", Kind.DATE, 12, "pledged_on"),
        Column("到账日期", Kind.DATE, 12, "received_on"),
        Column("捐给基金", width=24, value="fund"),
        Column("受赠单位", width=24, value="recipient"),
        Column("受益人数", Kind.INTEGER, 10, "beneficiaries"),
        Column("同意公开", width=10, value=lambda row: yes_no(row.publish_consent)),
    ]

    def visible(self, user):
        return super().visible(user).with_day()

    def in_sheet(self, rows):
        return rows.order_by("-day", "-pk")

    def save(self, user, row, *, version):
        return services.save_donation(row, version=version)

    def delete(self, row):
        services.delete_donation(row)


@serve
class Charities(Desk):
    name, address, model = "charity", "welfare/activities/", CharityActivity
    rights = rights("list", "create", "export", "detail", "update", "delete")
    title, noun, nav = "公益活动", "活动", NAV
    create_title, update_title = "登记公益活动", "修改公益活动"
    empty = "还没有公益活动。开展慰问、助学、志愿服务以后，点“登记活动”。"
    hint = "受助人和当事人只登记数字，不登记姓名。"
    codes = ["charity-activities", "charity-person-times", "charity-value"]
    sheet, importer = "公益活动", "charity-activities"
    day, form = "held_on", CharityActivityForm
    detail_template = "workbench/welfare/charity_detail.html"
    choices = [
        text_choice(
            "名称或商会", "商会可用拼音", columns=["title"], names=["chamber__"]
        ),
        year_choice("held_on"),
        Choice("kind", "类别", dict(CharityKind.choices)),
        chamber_choice(CharityActivity),
    ]
    columns = [
        Column("编号", Kind.INTEGER, 8, "pk"),
        Shown("商会", width=26, value="chamber", place=3),
        Shown("类别", width=14, value="get_kind_display", place=2),
        Shown("名称", width=36, value="title", place=1, is_link=True),
        Shown("日期", Kind.DATE, 12, "held_on", place=4),
        Column("人数", Kind.INTEGER, 9, "people"),
        Shown("人次", Kind.INTEGER, 9, "person_times", place=5),
        Shown("慰问金和物品折价", Kind.MONEY, 22, "value", place=6),
        Column("说明", width=40, value="note"),
    ]

    def save(self, user, row, *, version):
        return services.save_activity(row, version=version)


def entry_years(user: Any, rows: Any) -> dict[str, str]:
    return year_words(years_of(FundEntry.objects.visible_to(user), "happened_on"))


@serve
class Funds(Desk):
    name, address, model = "fund", "welfare/funds/", Fund
    rights = rights("list", "create", "export", "detail", "update")
    title, noun, nav = "公益基金", "基金", NAV
    empty = "还没有公益基金。商会设立了基金，点“登记基金”。"
    hint = "基金名称、管理商会、收支合计和余额会显示在网站上。"
    codes = ["fund-receipts", "fund-payments", "fund-balance"]
    sheet, form = "公益基金", FundForm
    detail_template = "workbench/welfare/fund_detail.html"
    choices = [
        text_choice(
            "基金、用途或商会",
            "商会可用拼音",
            columns=["name", "purpose"],
            names=["chamber__"],
        ),
        # The sums of the year; the funds stay.
        Choice("year", "年度", entry_years, lambda funds, year: funds),
        chamber_choice(Fund, "管理商会"),
    ]
    columns = [
        Shown("基金", width=30, value="name", place=1, is_link=True),
        Shown("管理商会", width=26, value="chamber", place=2),
        Column("设立日期", Kind.DATE, 12, "founded_on"),
        Column("用途", width=40, value="purpose"),
        Shown("收入", Kind.MONEY, 16, "receipts", place=3),
        Shown("支出", Kind.MONEY, 16, "payments", place=4),
        Shown("余额", Kind.MONEY, 16, "balance", place=5),
    ]

    def scope(self, filters: Filters) -> Scope:
        """Return the days whose sums are asked for: a year, or all until today."""
        if not filters.get("year"):
            return until(timezone.localdate())
        year = int(filters.get("year"))
        return Scope(date(year, 1, 1), date(year, 12, 31))

    def narrowed(self, request):
        filters, funds = super().narrowed(request)
        scope = self.scope(filters)
        return filters, funds.with_sums(scope.first, scope.last)

    def totals(self, filters, rows):
        entries = FundEntry.objects.all()
        if not is_whole(rows):
            entries = entries.filter(fund__in=rows.order_by().values("pk"))
        return totals(self.codes, self.scope(filters), entries)

    def save(self, user, row, *, version):
        return services.save_fund(row, version=version)

    def detail_context(self, request, row):
        entries = row.entries.with_balance()
        token = request.GET.get("older", "")
        return {
            "page": page_newest_first(entries, token, field="happened_on"),
            "entry_columns": FundEntries.columns,
            "totals": totals(
                self.codes, until(timezone.localdate()), row.entries.all()
            ),
        }


def amount_of(direction: Direction):
    """Return a function that reads the amount of one of two columns."""
    return lambda row: row.amount if row.direction == direction else None


@serve
class FundEntries(PartDesk):
    name, address, model = "fund-entry", "welfare/entries/", FundEntry
    rights = rights("create", "export", "update", "delete")
    owner, link = REGISTERS["fund"], "fund"
    noun = "基金收支"
    hint = "任何一天的余额都不能为负；已登记为捐赠的收入不要重复登记。"
    sheet, form = "基金收支", FundEntryForm
    columns = [
        Shown("日期", Kind.DATE, 12, "happened_on", place=1),
        Column("收支", width=8, value="get_direction_display"),
        Column("金额", Kind.MONEY, 16, "amount"),
        Shown("摘要或用途", width=40, value="purpose", place=2),
        Shown(
            "收入",
            Kind.MONEY,
            value=amount_of(Direction.INCOME),
            place=3,
            in_sheet=False,
        ),
        Shown(
            "支出",
            Kind.MONEY,
            value=amount_of(Direction.EXPENSE),
            place=4,
            in_sheet=False,
        ),
        Shown("当日余额", Kind.MONEY, 18, "balance", place=5),
    ]

    def route(self, action):
        if action == "export":
            return f"{self.owner.address}<int:pk>/export/"
        return super().route(action)

    def export_of(self, request, pk) -> Export:  # type: ignore[override]
        fund = self.owner.find(request, pk)
        rows = fund.entries.with_balance()
        return table_answer(self.sheet, in_sheet(self.columns), rows, words=[fund.name])

    def save(self, user, row, *, version):
        return services.save_entry(row, version=version)

    def closed(self, row):
        return RECEIPT_ERROR if row.donation_id else ""

    def delete(self, row):
        services.delete_entry(row)
