"""The county's books of numbers: what was before the system, and locked quarters."""

import pghistory
import pgtrigger
from django.contrib.postgres.functions import TransactionNow
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from chambers.models import Chamber
from redleader.records.constraints import Refuse
from redleader.records.quarters import Quarter


@pghistory.track()
class Baseline(models.Model):
    """历史基数: what a rule would have counted before the system existed.

    It is shown as a separate part of a total, never among the rows.
    """

    rule = models.SlugField("计数口径", max_length=40)
    chamber = models.ForeignKey(
        Chamber,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="baselines",
        verbose_name="商会",
        help_text="不选即全县；已按商会分别填写的，不要再在全县重复填写。",
    )
    value = models.DecimalField("数量", max_digits=16, decimal_places=2)
    until = models.DateField("截至", help_text="这一天以后的工作已在系统中逐项登记。")
    document = models.CharField("依据（文件、文号）", max_length=120)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "历史基数"
        ordering = ["rule", "chamber"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "chamber"],
                nulls_distinct=False,
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这个口径的历史基数已经填写，请修改原有的。",
            ),
            models.CheckConstraint(
                condition=Q(value__gt=0),
                name="%(app_label)s_%(class)s_positive",
                violation_error_message="数量应大于 0。",
            ),
        ]

    def __str__(self):
        return f"{self.rule} {self.value.normalize():f}"


class QuarterLock(models.Model):
    """A quarter whose numbers are locked: what was counted then cannot change.

    Rows may still be corrected; the difference is shown beside the locked number.
    """

    year = models.PositiveSmallIntegerField(
        "年度", validators=[MinValueValidator(1949), MaxValueValidator(2100)]
    )
    number = models.PositiveSmallIntegerField(
        "季度", validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    at = models.DateTimeField("封账时间", db_default=TransactionNow(), editable=False)
    by = models.ForeignKey(
        "chambers.User", models.PROTECT, related_name="+", verbose_name="封账人"
    )
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "季度封账"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "number"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这个季度已经封账。",
            ),
            models.CheckConstraint(
                condition=Q(year__range=(1949, 2100), number__range=(1, 4)),
                name="%(app_label)s_%(class)s_is_a_quarter",
                violation_error_message="季度无效，请重新选择。",
            ),
        ]
        triggers = [
            Refuse(
                name="stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                test="TRUE",
                message="已封账的季度不能改动或删除。",
            ),
            Refuse(
                name="is_over",
                operation=pgtrigger.Insert,
                test="""NEW.year * 4 + NEW.number >=
                    EXTRACT(YEAR FROM now()) * 4 + EXTRACT(QUARTER FROM now())""",
                message="季度还没有结束，不能封账。",
            ),
        ]

    def __str__(self):
        return f"{self.quarter}封账"

    def get_absolute_url(self):
        return reverse("workbench:quarter-detail", args=[self.quarter.code])

    def clean(self):
        if self.year and self.number and self.quarter.last >= timezone.localdate():
            raise ValidationError("季度还没有结束，不能封账。", code="open")

    @property
    def quarter(self):
        return Quarter(self.year, self.number)


def locked_for_good(lock: str) -> list[Refuse]:
    """Return the triggers of what a lock holds: it comes with it and stays.

    ``lock`` is SQL for the key of the lock of ``NEW``.
    """
    return [
        Refuse(
            name="stays",
            operation=pgtrigger.Update | pgtrigger.Delete,
            test="TRUE",
            message="已封账的数字不能改动或删除。",
        ),
        Refuse(
            name="comes_with_lock",
            operation=pgtrigger.Insert,
            test=f"""NOT EXISTS (SELECT 1 FROM activities_quarterlock l
                WHERE l.id = {lock} AND l.at = now())""",
            message="已封账的季度不能再添加数字。",
        ),
    ]


class LockedNumber(models.Model):
    """What a rule counted when a quarter was locked, with its words of then."""

    lock = models.ForeignKey(QuarterLock, models.PROTECT, related_name="numbers")
    rule = models.SlugField(max_length=40)
    name = models.CharField(max_length=60)
    unit = models.CharField(max_length=10)
    meaning = models.TextField()
    value = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lock", "rule"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这个数字已经封账。",
            )
        ]
        triggers = locked_for_good("NEW.lock_id")

    def __str__(self):
        return f"{self.name} {self.value}"


class LockedRow(models.Model):
    """One row behind a locked number: its name and its contribution."""

    number = models.ForeignKey(LockedNumber, models.PROTECT, related_name="rows")
    key = models.CharField(max_length=40)  # of the row in its own table
    part = models.CharField(max_length=80)  # what it gave: 1, an amount, a name
    label = models.CharField(max_length=200)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["number", "key"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这条记录已经封账。",
            )
        ]
        triggers = locked_for_good(
            """(SELECT n.lock_id FROM activities_lockednumber n
                WHERE n.id = NEW.number_id)"""
        )

    def __str__(self):
        return self.label
