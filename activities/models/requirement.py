"""How often a Party organisation must meet, its exemptions, and deadlines."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from activities.models.lecture import LectureKind
from chambers.models import Branch
from redleader.records.constraints import ends_after_start, one_of


class Period(models.TextChoices):
    MONTH = "month", "每月"
    QUARTER = "quarter", "每季度"
    YEAR = "year", "每年"


class Applies(models.TextChoices):
    """Whom a requirement is for; domain.md 2.2 and 2.4."""

    ALL = "all", "所有党支部"
    COMMITTEE = "committee", "设支部委员会的党支部"


@pghistory.track()
class MeetingRequirement(models.Model):
    """How often a kind of meeting is generally held.

    National rules say 一般 (generally) and local copies differ, so this is a
    reminder that staff can edit, never a hard rule and never a score.
    """

    kind = models.CharField("类别", max_length=20, choices=LectureKind)
    period = models.CharField("周期", max_length=10, choices=Period)
    minimum = models.PositiveSmallIntegerField(
        "最少次数",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
    )
    applies_if = models.CharField(
        "适用", max_length=10, choices=Applies, default=Applies.ALL
    )
    source = models.CharField("依据", max_length=120, blank=True)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "会议要求"
        ordering = ["pk"]
        constraints = [
            one_of(LectureKind, "kind", "类别"),
            one_of(Period, "period", "周期"),
            one_of(Applies, "applies_if", "适用范围"),
            models.CheckConstraint(
                condition=Q(minimum__range=(1, 31)),
                name="%(app_label)s_%(class)s_minimum_limited",
                violation_error_message="最少次数应为 1–31 的整数。",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(is_active=True),
                name="%(app_label)s_%(class)s_one_active",
                violation_error_message="这一类别已有启用的要求，请修改原来的一条。",
            ),
        ]

    def __str__(self):
        times = f"{self.get_period_display()}不少于 {self.minimum} 次"
        return f"{self.get_kind_display()}：{times}"


@pghistory.track()
class RequirementExemption(models.Model):
    """A branch that need not hold a meeting for some time, and why."""

    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="exemptions", verbose_name="党组织"
    )
    requirement = models.ForeignKey(
        MeetingRequirement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="exemptions",
        verbose_name="会议要求",
        help_text="不选则免除全部会议要求。",
    )
    started_on = models.DateField("免除起")
    ended_on = models.DateField("免除止")
    reason = models.CharField("原因", max_length=120)

    class Meta:
        verbose_name = verbose_name_plural = "会议要求的免除"
        ordering = ["-started_on", "pk"]
        indexes = [
            # list of the admin
            models.Index(
                fields=["-started_on", "id"], name="activities_exemption_newest"
            ),
        ]
        constraints = [
            ends_after_start(),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="%(app_label)s_%(class)s_has_reason",
                violation_error_message="免除须写明原因。",
            ),
        ]

    def __str__(self):
        return f"{self.branch} {self.started_on:%Y-%m-%d} 至 {self.ended_on:%Y-%m-%d}"


@pghistory.track()
class Deadlines(models.Model):
    """The deadlines of lecture work; one row that staff edit."""

    record_days = models.PositiveSmallIntegerField(
        "活动后几日内登记",
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )
    plan_day = models.PositiveSmallIntegerField(
        "每季首月几日前报计划",
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
    )

    class Meta:
        verbose_name = verbose_name_plural = "工作时限"
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1),
                name="%(app_label)s_%(class)s_one_row",
                violation_error_message="工作时限只有一条，请修改原来的一条。",
            ),
            models.CheckConstraint(
                condition=Q(record_days__range=(1, 90), plan_day__range=(1, 28)),
                name="%(app_label)s_%(class)s_limited",
                violation_error_message="登记期限应为 1–90 日，计划期限应为 1–28 日。",
            ),
        ]

    def __str__(self):
        return "讲课工作时限"

    @classmethod
    def load(cls) -> "Deadlines":
        """Return the row, or the defaults if staff have never changed them."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)
