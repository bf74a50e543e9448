"""Charity work of the chambers: recipients are counted, never named."""

import pghistory
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from chambers.models import Chamber
from redleader.records.constraints import one_of
from redleader.records.money import MoneyField
from redleader.records.record import DemoMark, Record

PEOPLE = 1_000_000  # of one row; more is a slip of the keyboard
COUNTS_ONLY = "只填数字，不要填写任何受助人的姓名。"


class CharityKind(models.TextChoices):
    VISIT = "visit", "慰问"
    STUDENTS = "students", "助学"
    VOLUNTEERS = "volunteers", "志愿服务"
    GRASSROOTS = "grassroots", "基层问题调解"


class CharityActivityQuerySet(models.QuerySet["CharityActivity"]):
    def visible_to(self, user):
        """All for staff; for a secretary those of the chambers they keep."""
        if user.is_staff:
            return self
        return self.filter(chamber__in=Chamber.objects.visible_to(user))

    def with_names(self):
        """With what every row of a list names."""
        return self.select_related("chamber")


@pghistory.track()
class CharityActivity(Record, DemoMark):
    """A visit, help for students, a day of volunteers, a matter settled nearby."""

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
