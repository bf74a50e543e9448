"""公益与基金: pledges and gifts made through a chamber (系统 13).

Donors give of their own free will and are never ranked.
"""

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from activities.models.welfare.charity import COUNTS_ONLY, PEOPLE
from chambers.models import Chamber, Enterprise
from redleader.records.constraints import Refuse, one_of
from redleader.records.money import MoneyField
from redleader.records.record import DemoMark, Record

AMOUNT_ERROR = "金额应大于 0。"
RECEIPT_ERROR = "这笔收入由捐赠登记形成，请到那笔捐赠中修改。"


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


class DonationMeans(models.TextChoices):
    CASH = "cash", "现金"
    GOODS = "goods", "实物"


# The field that names the donor; an anonymous gift has none.
DONOR_FIELDS = {
    DonorKind.CHAMBER: "donor_chamber",
    DonorKind.ENTERPRISE: "donor_enterprise",
    DonorKind.PERSON: "donor_name",
}
# Whose name needs a recorded consent before it is published.
CONSENTING = [DonorKind.ENTERPRISE, DonorKind.PERSON]
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
        """Promised but not received yet."""
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
    """Return the condition that exactly the field of the donor's kind is filled."""
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


class ReceiptConstraint(Refuse):
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
class Donation(Record, DemoMark):
    """A voluntary pledge or gift made through a chamber.

    A person's or an enterprise's name is internal until consent is recorded.
    Received cash for a fund stands there as a receipt that changes with it.
    """

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
    form = models.CharField("捐赠形式", max_length=5, choices=DonationMeans)
    value = MoneyField("金额或折价")
    pledged_on = models.DateField("认捐日期", default=timezone.localdate)
    received_on = models.DateField(
        "到账日期", null=True, blank=True, help_text="还没有到账的不填，到账后补填。"
    )
    fund = models.ForeignKey(
        "Fund",
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
            one_of(DonationMeans, "form", "捐赠形式"),
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
                condition=Q(fund__isnull=True) | ~Q(form=DonationMeans.GOODS),
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
            ReceiptConstraint(
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
