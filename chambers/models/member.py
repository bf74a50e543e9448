"""Members of the chambers: firms and persons."""

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from chambers.models.branch import Branch
from chambers.models.chamber import Chamber
from chambers.models.consent import Consent
from redleader.records.constraints import Refuse, ends_after_start, one_of, period
from redleader.records.record import DemoMark
from redleader.records.search import (
    SEARCH_COLUMNS,
    SearchGramsField,
    SearchTextField,
    SortKeyField,
    beginning_indexes,
    search_index,
)

ERASED = "（已清除）"  # replaces the name of an erased person


class MemberKind(models.TextChoices):
    FIRM = "firm", "企业会员"
    PERSON = "person", "个人会员"


class PartyStatus(models.TextChoices):
    """Status of a person in the Party; internal, never public. domain.md 2.5."""

    UNKNOWN = "unknown", "未登记"
    NONE = "none", "非党员"
    APPLICANT = "applicant", "入党申请人"
    ACTIVIST = "activist", "入党积极分子"
    CANDIDATE = "candidate", "发展对象"
    PROBATIONARY = "probationary", "预备党员"
    FULL = "full", "正式党员"


class MemberQuerySet(models.QuerySet["Member"]):
    def kept(self):
        """Without the rows that turned out to be another member."""
        return self.filter(merged_into__isnull=True)

    def persons(self):
        return self.kept().filter(kind=MemberKind.PERSON, erased_on__isnull=True)

    def agreeing_to(self, purpose):
        """Members whose consent for a purpose holds today."""
        consents = Consent.objects.live().filter(member=OuterRef("pk"), purpose=purpose)
        return self.filter(Exists(consents))

    def visible_to(self, user):
        """Members of the chambers that this user may see."""
        if user.is_staff:
            return self.kept()
        memberships = Membership.objects.filter(
            member=OuterRef("pk"), chamber__in=Chamber.objects.visible_to(user)
        )
        return self.filter(Exists(memberships))


@pghistory.track(exclude=SEARCH_COLUMNS)
class Member(DemoMark):
    """A firm or a person known to the chambers, stored once, whichever they join.

    No ID number, birthday or home address is kept.
    """

    kind = models.CharField("类别", max_length=10, choices=MemberKind)
    name = models.CharField("姓名或名称", max_length=100)
    note = models.CharField(
        "区分说明",
        max_length=50,
        blank=True,
        help_text="同名时用来区分，如单位或职务。",
    )
    enterprise = models.ForeignKey(
        "chambers.Enterprise",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name="所属企业",
    )
    phone = models.CharField(
        "手机号",
        max_length=11,
        blank=True,
        validators=[
            RegexValidator(r"^1\d{10}\Z", "手机号应为 11 位数字，例如 138xxxx1234。")
        ],
    )
    party_status = models.CharField(
        "党员状况（内部）",
        max_length=15,
        choices=PartyStatus,
        default=PartyStatus.UNKNOWN,
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name="所在党组织",
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name="已合并到",
    )
    erased_on = models.DateField("个人信息清除日期", null=True, editable=False)
    chambers = models.ManyToManyField(
        Chamber, through="Membership", related_name="members", verbose_name="所属商会"
    )
    search_text = SearchTextField("name", surname=True)
    search_grams = SearchGramsField()
    sort_key = SortKeyField("name", surname=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会员"
        ordering = ["sort_key", "pk"]
        constraints = [
            one_of(MemberKind, "kind", "类别"),
            one_of(PartyStatus, "party_status", "党员状况"),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^1\d{10}$"),
                name="%(app_label)s_%(class)s_phone_valid",
                violation_error_message="手机号应为 11 位数字，例如 138xxxx1234。",
            ),
            models.CheckConstraint(
                condition=Q(kind=MemberKind.PERSON)
                | Q(
                    enterprise__isnull=False,
                    branch__isnull=True,
                    party_status=PartyStatus.UNKNOWN,
                ),
                name="%(app_label)s_%(class)s_firm_is_enterprise",
                violation_error_message="企业会员须选择企业，且没有党员状况和党组织。",
            ),
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(kind=MemberKind.FIRM),
                name="%(app_label)s_%(class)s_firm_once",
                violation_error_message="该企业已登记为企业会员。",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="%(app_label)s_%(class)s_not_into_itself",
                violation_error_message="不能把会员合并到自己。",
            ),
            models.CheckConstraint(
                condition=Q(erased_on__isnull=True)
                | Q(name=ERASED, note="", phone="", enterprise__isnull=True),
                name="%(app_label)s_%(class)s_erased_is_nameless",
                violation_error_message="已清除个人信息的会员不能再填写姓名等信息。",
            ),
        ]
        triggers = [
            Refuse(
                name="erased_stays",
                operation=pgtrigger.Update,
                test="OLD.erased_on IS NOT NULL AND NEW.erased_on IS NULL",
                message="个人信息已经清除，不能恢复。",
            )
        ]
        indexes = [
            search_index(),  # rosters and the admin
            models.Index(fields=["sort_key", "id"], name="chambers_member_by_name"),
            *beginning_indexes("chambers_member"),  # the box of the workbench
            models.Index(  # suspected doubles
                fields=["phone"], condition=~Q(phone=""), name="chambers_member_phone"
            ),
        ]

    def __str__(self):
        return f"{self.name}（{self.note}）" if self.note else self.name


@pghistory.track()
class Membership(models.Model):
    """A member's time in one chamber."""

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="memberships", verbose_name="会员"
    )
    chamber = models.ForeignKey(
        Chamber, models.PROTECT, related_name="memberships", verbose_name="商会"
    )
    started_on = models.DateField("入会日期")
    ended_on = models.DateField("退会日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "会籍"
        ordering = ["-started_on", "pk"]
        constraints = [
            ends_after_start(),
            ExclusionConstraint(
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("chamber", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                name="%(app_label)s_%(class)s_no_overlap",
                violation_error_message="该会员在这段时间已是本商会会员。",
            ),
        ]

    def __str__(self):
        return f"{self.member} – {self.chamber}"
