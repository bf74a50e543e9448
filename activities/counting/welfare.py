"""Rules over gifts, funds and charity work; beneficiaries are counts only.

The numbers of one chamber and a few days could be those of one donor or person, so the
public sees totals only.
"""

from functools import partial

from django.db.models import QuerySet, Sum

from activities.counting import CountingRule, KeptSums, Row, Scope, register
from activities.models import CharityActivity, Donation, FundEntry
from activities.models.welfare.charity import CharityKind
from activities.models.welfare.donation import DonationPurpose
from activities.models.welfare.fund import SIGNED, Direction
from redleader.records.money import say_money

PUBLISHED = "《社会团体登记管理条例》第二十六条：接受捐赠的情况向社会公布。"
FREE_WILL = "《公益事业捐赠法》第四条：捐赠应当自愿、无偿。"
RECEIVED = KeptSums("received_on", facets=("purpose", "form"))
HELD = KeptSums("held_on", facets=("kind",))


def donations(scope: Scope, purpose: str = "") -> QuerySet[Donation]:
    found = Donation.objects.received().with_names()
    if purpose:
        found = found.filter(purpose=purpose)
    return scope.of(found, day="received_on").order_by("-received_on", "-pk")


def donation_row(donation: Donation) -> Row:
    return Row(
        str(donation),
        f"{donation.received_on:%Y-%m-%d} 到账，{say_money(donation.value)}，"
        f"{donation.get_form_display()}",
        donation.get_absolute_url(),
    )


def pledge_row(donation: Donation) -> Row:
    return Row(
        str(donation),
        f"{donation.pledged_on:%Y-%m-%d} 认捐，{say_money(donation.value)}",
        donation.get_absolute_url(),
    )


def pledges(scope: Scope) -> QuerySet[Donation]:
    found = Donation.objects.pledged().with_names()
    return scope.of(found, day="pledged_on").order_by("-pledged_on", "-pk")


def entries(scope: Scope, direction: str) -> QuerySet[FundEntry]:
    found = FundEntry.objects.filter(direction=direction).select_related("fund")
    rows = scope.of(found, chamber="fund__chamber", day="happened_on")
    return rows.order_by("-happened_on", "-pk")


def entries_until(scope: Scope) -> QuerySet[FundEntry]:
    """A balance is that of the last day, regardless of the first day."""
    found = FundEntry.objects.filter(happened_on__lte=scope.last)
    rows = scope.of(found.select_related("fund"), chamber="fund__chamber")
    return rows.order_by("-happened_on", "-pk")


def entry_row(entry: FundEntry) -> Row:
    return Row(str(entry), entry.purpose, entry.get_absolute_url())


def activities(scope: Scope, kind: str = "") -> QuerySet[CharityActivity]:
    found = CharityActivity.objects.all()
    if kind:
        found = found.filter(kind=kind)
    return scope.of(found, day="held_on").order_by("-held_on", "-pk")


def activity_row(activity: CharityActivity) -> Row:
    return Row(
        activity.title,
        f"{activity.held_on:%Y-%m-%d}，{activity.get_kind_display()}，"
        f"{activity.person_times} 人次，{say_money(activity.value)}",
        activity.get_absolute_url(),
    )


register(
    CountingRule(
        "donations-received",
        "到账捐赠",
        "元",
        "周期内到账的捐赠合计，现金和实物折价都计；已认捐未到账的不计。",
        donations,
        donation_row,
        measure=Sum("value"),
        source=PUBLISHED,
        is_sensitive=True,
        kept=RECEIVED,
    )
)
register(
    CountingRule(
        "donations-pledged",
        "已认捐未到账",
        "元",
        "认捐日期在周期内、还没有到账的捐赠合计；到账以后计入到账捐赠，两个数不能相加。",
        pledges,
        pledge_row,
        measure=Sum("value"),
        is_working=True,
        is_sensitive=True,
        kept=KeptSums("pledged_on"),
    )
)
register(
    CountingRule(
        "donations-beneficiaries",
        "捐赠受益人数",
        "人次",
        "周期内到账捐赠登记的受益人数合计，没有填写的不计；同一个人从两笔受益的计 2。",
        donations,
        donation_row,
        measure=Sum("beneficiaries"),
        is_sensitive=True,
        kept=RECEIVED,
    )
)
register(
    CountingRule(
        "donations-education",
        "教育捐赠",
        "元",
        "周期内到账、用途为教育的捐赠合计，已包含在到账捐赠中。",
        lambda scope: donations(scope, DonationPurpose.EDUCATION),
        donation_row,
        measure=Sum("value"),
        source=FREE_WILL,
        is_sensitive=True,
        kept=RECEIVED,
    )
)
register(
    CountingRule(
        "donations-pandemic",
        "疫情防控捐赠",
        "元",
        "周期内到账、用途为疫情防控的捐赠合计，已包含在到账捐赠中。",
        lambda scope: donations(scope, DonationPurpose.PANDEMIC),
        donation_row,
        measure=Sum("value"),
        source=FREE_WILL,
        is_sensitive=True,
        kept=RECEIVED,
    )
)
register(
    CountingRule(
        "fund-receipts",
        "基金收入",
        "元",
        "周期内商会管理的公益基金的收入合计，支出不减；"
        "其中来自捐赠的部分也计入到账捐赠，两个数不能相加。",
        partial(entries, direction=Direction.INCOME),
        entry_row,
        measure=Sum("amount"),
        place="fund__chamber",
        is_sensitive=True,
        kept=KeptSums("happened_on"),
    )
)
register(
    CountingRule(
        "fund-payments",
        "基金支出",
        "元",
        "周期内商会管理的公益基金的支出合计。",
        partial(entries, direction=Direction.EXPENSE),
        entry_row,
        measure=Sum("amount"),
        place="fund__chamber",
        is_sensitive=True,
        kept=KeptSums("happened_on"),
    )
)
register(
    CountingRule(
        "fund-balance",
        "基金余额",
        "元",
        "商会管理的公益基金到周期最后一天为止的全部收入减全部支出。",
        entries_until,
        entry_row,
        measure=Sum(SIGNED),
        place="fund__chamber",
        is_sensitive=True,
        kept=KeptSums("happened_on", is_standing=True),
    )
)
register(
    CountingRule(
        "charity-activities",
        "公益活动",
        "次",
        "周期内开展的慰问、助学、志愿服务和基层问题调解，每次计 1。",
        activities,
        activity_row,
        kept=HELD,
    )
)
register(
    CountingRule(
        "charity-person-times",
        "公益活动人次",
        "人次",
        "周期内各类公益活动的人次合计，同一个人每次都计；包含慰问人次。",
        activities,
        activity_row,
        measure=Sum("person_times"),
        is_sensitive=True,
        kept=HELD,
    )
)
register(
    CountingRule(
        "charity-value",
        "公益活动折价",
        "元",
        "周期内各类公益活动发放的慰问金和物品折价合计；包含慰问金和慰问品。",
        activities,
        activity_row,
        measure=Sum("value"),
        is_sensitive=True,
        kept=HELD,
    )
)
register(
    CountingRule(
        "visit-person-times",
        "慰问人次",
        "人次",
        "周期内慰问活动的人次合计，同一个人每次都计。",
        lambda scope: activities(scope, CharityKind.VISIT),
        activity_row,
        measure=Sum("person_times"),
        is_sensitive=True,
        kept=HELD,
    )
)
register(
    CountingRule(
        "visit-value",
        "慰问金和慰问品",
        "元",
        "周期内慰问活动发放的慰问金和慰问品折价合计；与用途为慰问的捐赠不能相加。",
        lambda scope: activities(scope, CharityKind.VISIT),
        activity_row,
        measure=Sum("value"),
        is_sensitive=True,
        kept=HELD,
    )
)
register(
    CountingRule(
        "students-aided",
        "资助学子",
        "名",
        "周期内助学活动资助的人数合计，一次活动中一个人只计一次，只填了人次的不计。",
        lambda scope: activities(scope, CharityKind.STUDENTS),
        activity_row,
        measure=Sum("people"),
        is_sensitive=True,
        kept=HELD,
    )
)
register(
    CountingRule(
        "grassroots-mediation",
        "参与基层问题调解",
        "件",
        "周期内党员和会员以志愿服务参与的基层问题调解，每次计 1；"
        "不是商会调解委员会受理的调解案件，两个数不能相加。",
        lambda scope: activities(scope, CharityKind.GRASSROOTS),
        activity_row,
        is_sensitive=True,
        kept=HELD,
    )
)
