"""公益与基金: gifts through a chamber, its funds, its charity work (系统 13).

Who gives decides freely and is never ranked; who receives is counted, never named.
"""

import uuid
from datetime import date
from decimal import Decimal

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Sum, When, Window
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from chambers.models import Chamber, Enterprise
from redleader.constraints import Refuse, one_of
from redleader.money import MoneyField, say_money
from redleader.search import SortKeyField

PEOPLE = 1_000_000  # of one row; more is a slip of the keyboard
COUNTS_ONLY = "只填数字，不要填写任何受助人的姓名。"
AMOUNT_ERROR = "金额应大于 0。"
RECEIPT_ERROR = "这笔收入由捐赠登记形成，请到那笔捐赠中修改。"
OVERDRAWN = "基金余额不足：这笔变动会使某一天的余额为负，请核对日期和金额。"


class Direction(models.TextChoices):
    INCOME = "income", "收入"
    EXPENSE = "expense", "支出"


class DonorKind(models.TextChoices):
    CHAMBER = "chamber", "商会"
    ENTERPRISE = "enterprise", "企业"
    PERSON = "person", "个人"
    ANONYMOUS = "anonymous", "匿名"


class DonationPurpose(models.TextChoices):
    EDUCATION = "education", "教育"
    VISIT = "visit", "慰问"
    PANDEMIC = "pandemic", "疫情防控"
    VILLAGE = "village", "村建"
    RELIEF = "relief", "救灾"
    OTHER = "other", "其他"


class DonationForm(models.TextChoices):
    CASH = "cash", "现金"
    GOODS = "goods", "实物"


class CharityKind(models.TextChoices):
    VISIT = "visit", "慰问"
    STUDENTS = "students", "助学"
    VOLUNTEERS = "volunteers", "志愿服务"
    GRASSROOTS = "grassroots", "基层问题调解"


# The field that says who gave; nobody stands behind an anonymous gift.
DONOR_FIELDS = {
    DonorKind.CHAMBER: "donor_chamber",
    DonorKind.ENTERPRISE: "donor_enterprise",
    DonorKind.PERSON: "donor_name",
}
# Whose name needs a recorded consent before it is published.
CONSENTING = [DonorKind.ENTERPRISE, DonorKind.PERSON]
# Receipts add to a balance, payments take from it.
SIGNED = Case(When(direction=Direction.INCOME, then=F("amount")), default=-F("amount"))


class FundQuerySet(models.QuerySet["Fund"]):
    def visible_to(self, user):
        """All for staff; for a secretary those that their chambers keep."""
        if user.is_staff:
            return self
        return self.filter(chamber__in=Chamber.objects.visible_to(user))

    def with_sums(self, first: date, last: date):
        """With receipts and payments of these days, and the balance of the last.

        Each fund sums its own entries, so a page costs what its funds hold.
        """
        until = FundEntry.objects.filter(fund=OuterRef("pk"), happened_on__lte=last)
        days = until.filter(happened_on__gte=first)

        def total(entries, amount="amount"):
            sums = entries.order_by().values("fund").values(total=Sum(amount))
            return Coalesce(Subquery(sums), Decimal(0), output_field=MoneyField())

        return self.annotate(
            receipts=total(days.filter(direction=Direction.INCOME)),
            payments=total(days.filter(direction=Direction.EXPENSE)),
            balance=total(until, SIGNED),
        )


@pghistory.track(exclude=["sort_key"])
class Fund(models.Model):
    """Money that a chamber keeps for one purpose.

    Its balance is never negative at the end of any day.
    """

    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    name = models.CharField("基金名称", max_length=60, unique=True)
    chamber = models.ForeignKey(
        Chamber, models.PROTECT, related_name="funds", verbose_name="管理商会"
    )
    purpose = models.TextField("用途", max_length=500)
    founded_on = models.DateField("设立日期")
    is_demo = models.BooleanField("演示数据", default=False, editable=False)
    sort_key = SortKeyField("name")

    objects = FundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公益基金"
        ordering = ["sort_key", "pk"]
        indexes = [
            # lists of staff
            models.Index(fields=["sort_key", "id"], name="activities_fund_by_name"),
        ]
        triggers = [
            Refuse(
                name="founded_before_entries",
                operation=pgtrigger.Update,
                test="""EXISTS (SELECT 1 FROM activities_fundentry e
                    WHERE e.fund_id = NEW.id AND e.happened_on < NEW.founded_on)""",
                message="基金设立日期不能晚于已登记的收支，请核对。",
            ),
            Refuse(
                name="chamber_stays",
                operation=pgtrigger.Update,
                test="""NEW.chamber_id <> OLD.chamber_id AND (
                    EXISTS (SELECT 1 FROM activities_fundentry e
                        WHERE e.fund_id = NEW.id)
                    OR EXISTS (SELECT 1 FROM activities_donation d
                        WHERE d.fund_id = NEW.id)
                )""",
                message="基金已有收支或捐赠，不能改换管理商会。",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("workbench:fund-detail", args=[self.pk])


# The day that counts: when it was received or, until then, pledged.
DONATION_DAY = Coalesce("received_on", "pledged_on")


class DonationQuerySet(models.QuerySet["Donation"]):
    def visible_to(self, user):
        """All for staff; for a secretary what went through their chambers."""
        if user.is_staff:
            return self
        return self.filter(chamber__in=Chamber.objects.visible_to(user))

    def received(self):
        return self.filter(received_on__isnull=False)

    def pledged(self):
        """Promised and not there yet."""
        return self.filter(received_on__isnull=True)

    def published(self):
        """Received ones whose donor may be named."""
        return self.received().filter(publish_consent=True)

    def with_day(self):
        """With ``day``: when it was received or, until then, pledged."""
        return self.annotate(day=DONATION_DAY)

    def with_names(self):
        """With what every row of a list names."""
        return self.select_related(
            "chamber", "donor_chamber", "donor_enterprise", "fund"
        )


def fits_kind() -> Q:
    """Say that the donor is where its kind says, and nowhere else."""
    condition = Q()
    for kind in DonorKind:
        chosen = DONOR_FIELDS.get(kind, "")
        name = ~Q(donor_name="") if chosen == "donor_name" else Q(donor_name="")
        condition |= name & Q(
            donor_kind=kind,
            donor_chamber__isnull=chosen != "donor_chamber",
            donor_enterprise__isnull=chosen != "donor_enterprise",
        )
    return condition


def receipt_disagrees(donations: str) -> str:
    """Return SQL: one of the donations and its receipt in the fund do not agree."""
    return f"""EXISTS (
        SELECT 1 FROM activities_donation d
        LEFT JOIN activities_fundentry e ON e.donation_id = d.id
        WHERE d.id IN ({donations}) AND CASE
            WHEN d.fund_id IS NULL OR d.received_on IS NULL THEN e.id IS NOT NULL
            ELSE e.id IS NULL OR e.direction <> 'income' OR e.fund_id <> d.fund_id
                OR e.amount <> d.value OR e.happened_on <> d.received_on
        END
    )"""


class ReceiptRule(Refuse):
    """What a fund got by a donation equals it when the transaction ends."""

    when = pgtrigger.After
    timing = pgtrigger.Deferred

    def __init__(self, *, donations: str, **kwargs):
        super().__init__(
            name="receipt_agrees",
            test=receipt_disagrees(donations),
            message=RECEIPT_ERROR,
            **kwargs,
        )


@pghistory.track()
class Donation(models.Model):
    """What somebody pledged or gave through a chamber, of free will.

    A person's or an enterprise's name is internal until consent is recorded.
    Received cash for a fund stands there as a receipt that changes with it.
    """

    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    chamber = models.ForeignKey(
        Chamber,
        models.PROTECT,
        related_name="donations",
        verbose_name="经由商会",
        help_text="通过哪个商会捐赠；捐给基金的，选管理这项基金的商会。",
    )
    donor_kind = models.CharField("捐赠者类别", max_length=10, choices=DonorKind)
    donor_chamber = models.ForeignKey(
        Chamber,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="gifts",
        verbose_name="捐赠商会",
    )
    donor_enterprise = models.ForeignKey(
        Enterprise,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="gifts",
        verbose_name="捐赠企业",
    )
    donor_name = models.CharField(
        "捐赠人姓名",
        max_length=30,
        blank=True,
        help_text="只在类别为个人时填写，未经本人同意不公开。",
    )
    purpose = models.CharField("捐赠用途", max_length=10, choices=DonationPurpose)
    form = models.CharField("捐赠形式", max_length=5, choices=DonationForm)
    value = MoneyField("金额或折价")
    pledged_on = models.DateField("认捐日期", default=timezone.localdate)
    received_on = models.DateField(
        "到账日期", null=True, blank=True, help_text="还没有到账的不填，到账后补填。"
    )
    fund = models.ForeignKey(
        Fund,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="donations",
        verbose_name="捐给基金",
        help_text="现金捐给基金的选择基金，到账后自动记入基金收入。",
    )
    recipient = models.CharField(
        "受赠单位", max_length=60, blank=True, help_text="学校、村等单位的名称。"
    )
    beneficiaries = models.PositiveIntegerField(
        "受益人数",
        null=True,
        blank=True,
        validators=[MaxValueValidator(PEOPLE)],
        help_text=COUNTS_ONLY,
    )
    publish_consent = models.BooleanField(
        "捐赠者同意公开名称",
        default=False,
        help_text="不勾选时，网站只计入合计，不显示名称；各捐赠者的金额都不公开。",
    )
    consent_on = models.DateField("同意日期", null=True, blank=True)
    consent_note = models.CharField(
        "同意的说明",
        max_length=100,
        blank=True,
        help_text="例如：本人书面同意，存商会档案。",
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = DonationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公益捐赠"
        ordering = ["-pledged_on", "-pk"]
        indexes = [
            # list of the admin, newest first
            models.Index(
                fields=["-pledged_on", "-id"], name="activities_donation_pledged"
            ),
            # list of the workbench, by the day that counts
            models.Index(
                DONATION_DAY.desc(), F("id").desc(), name="activities_donation_newest"
            ),
        ]
        constraints = [
            one_of(DonorKind, "donor_kind", "捐赠者类别"),
            one_of(DonationPurpose, "purpose", "捐赠用途"),
            one_of(DonationForm, "form", "捐赠形式"),
            models.CheckConstraint(
                condition=fits_kind() | ~Q(donor_kind__in=DonorKind.values),
                name="%(app_label)s_%(class)s_donor_fits_kind",
                violation_error_message="捐赠者与类别不符：商会和企业从名录中选，"
                "个人填姓名，匿名的都不填。",
            ),
            models.CheckConstraint(
                condition=Q(value__gt=0),
                name="%(app_label)s_%(class)s_value_positive",
                violation_error_message=AMOUNT_ERROR,
            ),
            models.CheckConstraint(
                condition=Q(received_on__isnull=True)
                | Q(received_on__gte=F("pledged_on")),
                name="%(app_label)s_%(class)s_received_after_pledged",
                violation_error_message="到账日期不能早于认捐日期。",
            ),
            models.CheckConstraint(
                condition=Q(fund__isnull=True) | ~Q(form=DonationForm.GOODS),
                name="%(app_label)s_%(class)s_fund_takes_cash",
                violation_error_message="基金只记现金，实物捐赠请不要选择基金。",
            ),
            models.CheckConstraint(
                condition=Q(publish_consent=False) | ~Q(donor_kind=DonorKind.ANONYMOUS),
                name="%(app_label)s_%(class)s_anonymous_stays",
                violation_error_message="匿名捐赠不能公开捐赠者。",
            ),
            models.CheckConstraint(
                condition=Q(publish_consent=False)
                | ~Q(donor_kind__in=CONSENTING)
                | (Q(consent_on__isnull=False) & ~Q(consent_note="")),
                name="%(app_label)s_%(class)s_consent_recorded",
                violation_error_message="公开个人或企业的名称，"
                "须填写同意日期和同意的说明。",
            ),
        ]
        triggers = [
            Refuse(
                name="fund_of_chamber",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""EXISTS (SELECT 1 FROM activities_fund f
                    WHERE f.id = NEW.fund_id AND f.chamber_id <> NEW.chamber_id)""",
                message="捐给基金的，经由商会应是管理这项基金的商会。",
            ),
            ReceiptRule(
                operation=pgtrigger.Insert | pgtrigger.Update, donations="NEW.id"
            ),
        ]

    def __str__(self):
        return f"{self.donor} {self.get_purpose_display()}捐赠"

    def get_absolute_url(self):
        return reverse("workbench:donation-detail", args=[self.pk])

    @property
    def donor(self) -> str:
        """Who gave, for internal pages."""
        field = DONOR_FIELDS.get(DonorKind(self.donor_kind))
        return str(getattr(self, field)) if field else "匿名"

    @property
    def feeds_fund(self):
        return self.fund_id is not None and self.received_on is not None


class FundEntryQuerySet(models.QuerySet["FundEntry"]):
    def visible_to(self, user):
        if user.is_staff:
            return self
        return self.filter(fund__chamber__in=Chamber.objects.visible_to(user))

    def receipts(self):
        return self.filter(direction=Direction.INCOME)

    def with_balance(self):
        """With the balance of the fund at the end of each entry's day."""
        return self.annotate(
            balance=Window(
                Sum(SIGNED), partition_by=F("fund"), order_by=F("happened_on").asc()
            )
        )


@pghistory.track()
class FundEntry(models.Model):
    """Money that a fund got or spent on one day."""

    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    fund = models.ForeignKey(
        Fund, models.PROTECT, related_name="entries", verbose_name="基金"
    )
    direction = models.CharField("收支", max_length=7, choices=Direction)
    amount = MoneyField("金额")
    happened_on = models.DateField("日期", default=timezone.localdate)
    purpose = models.CharField(
        "摘要或用途", max_length=120, help_text="不要填写受助人的姓名。"
    )
    donation = models.OneToOneField(
        Donation,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="receipt",
        verbose_name="对应的捐赠",
    )

    objects = FundEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "基金收支"
        ordering = ["-happened_on", "-pk"]
        constraints = [
            one_of(Direction, "direction", "收支"),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="%(app_label)s_%(class)s_amount_positive",
                violation_error_message=AMOUNT_ERROR,
            ),
        ]
        triggers = [
            Refuse(
                name="not_before_fund",
                operation=pgtrigger.Insert | pgtrigger.Update,
                # The lock also keeps the day of founding still.
                before="""PERFORM 1 FROM activities_fund
                    WHERE id = NEW.fund_id FOR NO KEY UPDATE;""",
                test="""EXISTS (SELECT 1 FROM activities_fund f
                    WHERE f.id = NEW.fund_id AND NEW.happened_on < f.founded_on)""",
                message="收支日期不能早于基金设立日期。",
            ),
            Refuse(
                name="never_overdrawn",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                # Of two at once the later waits here and then sees the earlier.
                before="""PERFORM 1 FROM activities_fund
                    WHERE id IN (OLD.fund_id, NEW.fund_id)
                    ORDER BY id FOR NO KEY UPDATE;""",
                test="""EXISTS (SELECT 1 FROM (
                    SELECT SUM(CASE e.direction WHEN 'income' THEN e.amount
                            ELSE -e.amount END)
                        OVER (PARTITION BY e.fund_id ORDER BY e.happened_on) AS balance
                    FROM activities_fundentry e
                    WHERE e.fund_id IN (OLD.fund_id, NEW.fund_id)
                ) days WHERE days.balance < 0)""",
                message=OVERDRAWN,
            ),
            ReceiptRule(
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                donations="OLD.donation_id, NEW.donation_id",
            ),
        ]
        indexes = [
            # years of the list of funds
            models.Index(fields=["happened_on"], name="activities_fundentry_day"),
            # the balance by day, in the trigger and on the page of a fund
            models.Index(
                fields=["fund", "happened_on"], name="activities_fundentry_days"
            ),
        ]

    def __str__(self):
        words = f"{self.get_direction_display()} {say_money(self.amount)}"
        return f"{self.fund} {self.happened_on} {words}"

    def get_absolute_url(self):
        return f"{self.fund.get_absolute_url()}#entry-{self.pk}"


class CharityActivityQuerySet(models.QuerySet["CharityActivity"]):
    def visible_to(self, user):
        """All for staff; for a secretary those of the chambers they keep."""
        if user.is_staff:
            return self
        return self.filter(chamber__in=Chamber.objects.visible_to(user))


@pghistory.track()
class CharityActivity(models.Model):
    """A visit, help for students, a day of volunteers, a matter settled nearby."""

    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    chamber = models.ForeignKey(
        Chamber,
        models.PROTECT,
        related_name="charity_activities",
        verbose_name="商会",
    )
    kind = models.CharField("类别", max_length=10, choices=CharityKind)
    title = models.CharField(
        "名称", max_length=80, help_text="不要写受助人、当事人的姓名。"
    )
    held_on = models.DateField("日期", default=timezone.localdate)
    people = models.PositiveIntegerField(
        "人数",
        null=True,
        blank=True,
        validators=[MaxValueValidator(PEOPLE)],
        help_text=f"受益的不同的人，一个人只计一次，不清楚可不填。{COUNTS_ONLY}",
    )
    person_times = models.PositiveIntegerField(
        "人次",
        default=0,
        validators=[MaxValueValidator(PEOPLE)],
        help_text=f"同一个人每次都计，不填即与人数相同。{COUNTS_ONLY}",
    )
    value = MoneyField(
        "慰问金和物品折价", default=0, help_text="现金和物品合计，没有的不填。"
    )
    note = models.TextField(
        "说明",
        max_length=500,
        blank=True,
        help_text="只供内部使用，不要写受助人、当事人的姓名，500 字以内。",
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = CharityActivityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公益活动"
        ordering = ["-held_on", "-pk"]
        indexes = [
            # lists of staff, newest first
            models.Index(fields=["-held_on", "-id"], name="activities_charity_newest"),
        ]
        constraints = [
            one_of(CharityKind, "kind", "类别"),
            models.CheckConstraint(
                condition=Q(people__isnull=True) | Q(person_times__gte=F("people")),
                name="%(app_label)s_%(class)s_times_not_fewer",
                violation_error_message="人次不能少于人数。",
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0),
                name="%(app_label)s_%(class)s_value_not_negative",
                violation_error_message="金额不能为负数，请改正。",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("workbench:charity-detail", args=[self.pk])
