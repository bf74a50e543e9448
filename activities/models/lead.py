"""Leads of 引才网络: what a chamber brings, whether it is valid, what becomes of it."""

from datetime import date

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from chambers.models import Chamber
from redleader.records.constraints import Refuse, one_of
from redleader.records.record import DemoMark, Record, Written
from redleader.records.search import SearchGramsField, SearchTextField, search_index
from redleader.records.steps import (
    Step,
    not_own,
    state_field,
    state_triggers,
    step_constraints,
    steps_stay,
)

FIRST_DAY = date(2000, 1, 1)
TOO_EARLY = "提供日期不能早于 2000 年 1 月 1 日。"


class LeadKind(models.TextChoices):
    """The four kinds of the public report."""

    INVESTMENT = "investment", "投资项目"
    TALENT = "talent", "高端人才"
    INSTITUTE = "institute", "科研院所"
    TECHNOLOGY = "technology", "先进技术"


class LeadState(models.TextChoices):
    WAITING = "waiting", "待核"
    VALID = "valid", "有效"
    INVALID = "invalid", "无效"
    HANDED = "handed", "转交"
    CONTACT = "contact", "对接"
    LANDED = "landed", "落地"
    FAILED = "failed", "未成"


# The only legal steps; the database refuses every other one.
TRANSITIONS = {
    LeadState.WAITING: [LeadState.VALID, LeadState.INVALID],
    LeadState.VALID: [LeadState.HANDED],
    LeadState.INVALID: [],
    LeadState.HANDED: [LeadState.CONTACT],
    LeadState.CONTACT: [LeadState.LANDED, LeadState.FAILED],
    LeadState.LANDED: [],
    LeadState.FAILED: [],
}
# Checked and found valid, whatever became of it since.
VALID_STATES = [
    LeadState.VALID,
    LeadState.HANDED,
    LeadState.CONTACT,
    LeadState.LANDED,
    LeadState.FAILED,
]
CHECKS = [LeadState.VALID, LeadState.INVALID]
REASONED = [LeadState.INVALID, LeadState.FAILED]
CLOSED_ERROR = "该信息已经核实，不能修改；有变化请联系工作人员记入办理。"


@pghistory.track()
class KeyIndustry(models.Model):
    """A key industry of the county; staff keep the list."""

    name = models.CharField("重点产业", max_length=30, unique=True)
    is_active = models.BooleanField(
        "可选", default=True, help_text="不再列入重点产业时取消勾选，已有信息不受影响。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "重点产业"
        ordering = ["pk"]

    def __str__(self):
        return self.name


@pghistory.track()
class LeadTarget(models.Model):
    """How many valid leads a year should bring; a setting of staff, never a score."""

    year = models.PositiveSmallIntegerField(
        "年度",
        unique=True,
        validators=[MinValueValidator(2000), MaxValueValidator(2100)],
    )
    target = models.PositiveSmallIntegerField(
        "有效信息不少于（条）",
        validators=[MinValueValidator(1), MaxValueValidator(9999)],
    )
    source = models.CharField("依据", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "引才年度目标"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(year__range=(2000, 2100), target__range=(1, 9999)),
                name="%(app_label)s_%(class)s_limited",
                violation_error_message="年度应为 2000–2100，目标应为 1–9999 的整数。",
            ),
        ]

    def __str__(self):
        return f"{self.year}年不少于 {self.target} 条"


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, user):
        """All for staff; for a secretary those of the chambers they keep."""
        if user.is_staff:
            return self
        return self.filter(chamber__in=Chamber.objects.visible_to(user))

    def waiting(self):
        return self.filter(state=LeadState.WAITING)

    def valid(self):
        """Leads that were found valid, whatever became of them since."""
        return self.filter(state__in=VALID_STATES)

    def landed(self):
        return self.filter(state=LeadState.LANDED)

    def with_names(self):
        """With what every row of a list names."""
        return self.select_related("chamber", "industry")


@pghistory.track(exclude=["search_text", "search_grams"])
class Lead(Record, Written, DemoMark):
    """A hint at an investor, a person, an institute or a technology.

    Content and contact are internal for good; the public sees totals only.
    ``state`` changes only together with a row of ``LeadStep``.
    """

    chamber = models.ForeignKey(
        Chamber, models.PROTECT, related_name="leads", verbose_name="提供商会"
    )
    kind = models.CharField("类别", max_length=12, choices=LeadKind)
    title = models.CharField("标题", max_length=80)
    industry = models.ForeignKey(
        KeyIndustry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name="重点产业",
        help_text="没有合适的可不选。",
    )
    content = models.TextField(
        "内容", max_length=2000, help_text="只供内部使用，不公开，2000 字以内。"
    )
    contact = models.CharField(
        "联系方式",
        max_length=120,
        blank=True,
        help_text="可不填；只供办理人员使用，不公开。",
    )
    submitted_on = models.DateField(
        "提供日期",
        default=timezone.localdate,
        validators=[MinValueValidator(FIRST_DAY, TOO_EARLY)],
    )
    state = models.CharField(
        "状态",
        max_length=10,
        choices=LeadState,
        default=LeadState.WAITING,
        editable=False,
    )

    search_text = SearchTextField("title")
    search_grams = SearchGramsField()

    STATES = LeadState

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "引才信息"
        ordering = ["-submitted_on", "-pk"]
        constraints = [
            one_of(LeadKind, "kind", "类别"),
            one_of(LeadState, "state", "状态"),
            models.CheckConstraint(
                condition=Q(submitted_on__gte=FIRST_DAY),
                name="%(app_label)s_%(class)s_not_too_early",
                violation_error_message=TOO_EARLY,
            ),
        ]
        triggers = [
            *state_triggers(
                TRANSITIONS,
                begins=[LeadState.WAITING],
                steps="activities_leadstep",
                owner="lead_id",
            ),
            Refuse(
                name="content_is_closed",
                operation=pgtrigger.Update,
                test="""OLD.state <> 'waiting' AND (
                    NEW.chamber_id <> OLD.chamber_id
                    OR NEW.kind <> OLD.kind
                    OR NEW.title <> OLD.title
                    OR NEW.industry_id IS DISTINCT FROM OLD.industry_id
                    OR NEW.content <> OLD.content
                    OR NEW.contact <> OLD.contact
                    OR NEW.submitted_on <> OLD.submitted_on
                )""",
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="checked_ones_stay",
                operation=pgtrigger.Delete,
                test="OLD.state <> 'waiting'",
                message="已经核实的引才信息不能删除。",
            ),
        ]
        indexes = [
            search_index(),  # the one box of the workbench, lists of staff
            # lists of staff, newest first
            models.Index(
                fields=["-submitted_on", "-id"], name="activities_lead_newest"
            ),
            # list of a chamber in the workbench
            models.Index(
                fields=["chamber", "-submitted_on", "-id"],
                name="activities_lead_chamber",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("workbench:lead-detail", args=[self.pk])

    @property
    def is_waiting(self):
        return self.state == LeadState.WAITING

    @property
    def next_states(self):
        return TRANSITIONS[LeadState(self.state)]


@pghistory.track()
class LeadStep(Step):
    """Who took a lead from one state to the next, when, to whom or why."""

    lead = models.ForeignKey(
        Lead, models.PROTECT, related_name="steps", verbose_name="引才信息"
    )
    before = state_field(LeadState, "原状态")
    state = state_field(LeadState)
    unit = models.CharField("接收单位", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "引才办理记录"
        ordering = ["lead", "number"]
        constraints = [
            *step_constraints(LeadState, "lead"),
            models.CheckConstraint(
                condition=~Q(state__in=REASONED) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_reason_given",
                violation_error_message="无效和未成须写明原因。",
            ),
            models.CheckConstraint(
                condition=~Q(state=LeadState.HANDED) | ~Q(unit=""),
                name="%(app_label)s_%(class)s_unit_given",
                violation_error_message="转交须填写接收单位。",
            ),
        ]
        triggers = [
            not_own(
                CHECKS,
                table="activities_lead",
                owner="lead_id",
                by=["created_by_id"],
            ),
            *steps_stay(),
        ]

    @property
    def detail(self):
        return self.unit
