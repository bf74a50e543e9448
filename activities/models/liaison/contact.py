"""定点联系: which leader, by post, keeps contact with which branch."""

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from chambers.models import Branch
from chambers.models.lifetime import inside_life
from redleader.records.constraints import Refuse, ends_after_start, one_of, period
from redleader.records.record import DemoMark, Record, Written


class ContactKind(models.TextChoices):
    SURVEY = "survey", "调研"
    MEETING = "meeting", "参会"
    VISIT = "visit", "走访慰问"
    TALK = "talk", "座谈"
    CALL = "call", "电话"


OUTSIDE_ERROR = "联系日期不在这项定点联系的起止日期内。"


@pghistory.track()
class ContactDuty(models.Model):
    """What a leader should do each year for a branch; staff edit it, never a score."""

    name = models.CharField("名称", max_length=30)
    kind = models.CharField(
        "方式",
        max_length=10,
        choices=ContactKind,
        help_text="这种方式的联系活动计入这项任务。",
    )
    times = models.PositiveSmallIntegerField(
        "每年至少（次）",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(52)],
    )
    source = models.CharField("依据", max_length=120, blank=True)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "定点联系年度任务"
        ordering = ["pk"]
        constraints = [
            one_of(ContactKind, "kind", "方式"),
            models.CheckConstraint(
                condition=Q(times__range=(1, 52)),
                name="%(app_label)s_%(class)s_times_limited",
                violation_error_message="每年次数应为 1–52 的整数。",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(is_active=True),
                name="%(app_label)s_%(class)s_one_active",
                violation_error_message="这一方式已有启用的任务，请修改原来的一条。",
            ),
        ]

    def __str__(self):
        return f"{self.name}：每年不少于 {self.times} 次"


class ContactAssignmentQuerySet(models.QuerySet["ContactAssignment"]):
    def visible_to(self, user):
        """All for staff; for a secretary those of the branches of their chambers."""
        if user.is_staff:
            return self
        return self.filter(branch__in=Branch.objects.visible_to(user))

    def during(self, first, last):
        """Assignments that were in force on some of these days."""
        return self.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gte=first), started_on__lte=last
        )

    def on(self, day):
        return self.during(day, day)

    def by_post(self):
        """With their branches, in order of post and name of the branch."""
        return self.select_related("branch").order_by(
            "post", "branch__sort_key", "started_on", "pk"
        )

    def with_names(self):
        """With what every row of a list names."""
        return self.select_related("branch")


@pghistory.track()
class ContactAssignment(Record, DemoMark):
    """A leader's post that is responsible for contact with one branch.

    The name of the holder is optional and internal.
    """

    post = models.CharField(
        "领导职务", max_length=60, help_text="只写职务，例如：县委常委、组织部部长。"
    )
    name = models.CharField(
        "姓名",
        max_length=30,
        blank=True,
        help_text="可不填；只供内部使用，不公开，也不导出。",
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        related_name="contact_assignments",
        verbose_name="党组织",
    )
    started_on = models.DateField("开始日期", default=timezone.localdate)
    ended_on = models.DateField(
        "结束日期", null=True, blank=True, help_text="仍在联系的不填。"
    )

    objects = ContactAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "定点联系"
        ordering = ["post", "-started_on", "pk"]
        indexes = [
            # list of the admin
            models.Index(
                fields=["post", "-started_on", "id"], name="activities_assignment_post"
            ),
        ]
        constraints = [
            ends_after_start(),
            ExclusionConstraint(
                expressions=[
                    ("post", RangeOperators.EQUAL),
                    ("branch", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                name="%(app_label)s_%(class)s_no_overlap",
                violation_error_message="这一职务在这段时间已经联系该党组织，"
                "请先填写前一项的结束日期。",
            ),
        ]
        triggers = [
            *inside_life("assignment", "chambers_branch", "branch_id", "dissolved_on"),
            Refuse(
                name="period_holds_activities",
                operation=pgtrigger.Update,
                test="""EXISTS (
                    SELECT 1 FROM activities_contactactivity c
                    WHERE c.assignment_id = NEW.id AND c.held_on NOT BETWEEN
                        NEW.started_on AND COALESCE(NEW.ended_on, 'infinity')
                )""",
                message="已登记的联系活动在起止日期以外，请先核对活动的日期。",
            ),
        ]

    def __str__(self):
        return f"{self.post} – {self.branch}"

    def get_absolute_url(self):
        return reverse("workbench:liaison-detail", args=[self.pk])

    def covers(self, day):
        return self.started_on <= day and (not self.ended_on or day <= self.ended_on)


class ContactActivityQuerySet(models.QuerySet["ContactActivity"]):
    def visible_to(self, user):
        """All for staff; for a secretary those of the branches of their chambers."""
        if user.is_staff:
            return self
        return self.filter(assignment__branch__in=Branch.objects.visible_to(user))

    def with_names(self):
        """With what every row of a list names."""
        return self.select_related("assignment__branch")


@pghistory.track()
class ContactActivity(Record, Written, DemoMark):
    """What a leader did for a branch on a day; internal, the public sees totals.

    Its kind says which yearly duty it fulfils.
    """

    assignment = models.ForeignKey(
        ContactAssignment,
        models.PROTECT,
        related_name="activities",
        verbose_name="定点联系",
    )
    kind = models.CharField("方式", max_length=10, choices=ContactKind)
    held_on = models.DateField("日期", default=timezone.localdate)
    summary = models.TextField(
        "内容",
        max_length=500,
        blank=True,
        help_text="可不填；只供内部使用，不公开，500 字以内。",
    )

    objects = ContactActivityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联系活动"
        ordering = ["-held_on", "-pk"]
        indexes = [
            # lists of staff, newest first
            models.Index(fields=["-held_on", "-id"], name="activities_contact_newest"),
        ]
        constraints = [
            one_of(ContactKind, "kind", "方式"),
            models.UniqueConstraint(
                fields=["assignment", "held_on", "kind"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这一天同一方式的联系活动已经登记，"
                "请修改原来的一条。",
            ),
        ]
        triggers = [
            Refuse(
                name="held_during_assignment",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""EXISTS (
                    SELECT 1 FROM activities_contactassignment a
                    WHERE a.id = NEW.assignment_id AND NEW.held_on NOT BETWEEN
                        a.started_on AND COALESCE(a.ended_on, 'infinity')
                )""",
                message=OUTSIDE_ERROR,
            )
        ]

    def __str__(self):
        return f"{self.held_on:%Y-%m-%d} {self.get_kind_display()}"

    def get_absolute_url(self):
        return f"{self.assignment.get_absolute_url()}#contact-{self.pk}"

    def clean(self):
        """Say at the date what the trigger would say of the whole row."""
        if (
            self.assignment_id
            and self.held_on
            and not self.assignment.covers(self.held_on)
        ):
            raise ValidationError({"held_on": OUTSIDE_ERROR})
