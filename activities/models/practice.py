"""典型做法 (系统 8; public report, line 15): a way of working others can follow."""

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse

from chambers.models import Chamber
from redleader.records.record import DemoMark
from redleader.records.search import (
    SEARCH_COLUMNS,
    SearchGramsField,
    SearchTextField,
    SortKeyField,
    search_index,
)


class PracticeQuerySet(models.QuerySet["Practice"]):
    def public(self):
        return self.filter(is_public=True)


@pghistory.track(exclude=SEARCH_COLUMNS)
class Practice(DemoMark):
    """A practice with its items and results, and the chamber it comes from."""

    name = models.CharField("名称", max_length=60, unique=True)
    chamber = models.ForeignKey(
        Chamber,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="practices",
        verbose_name="商会",
    )
    summary = models.TextField("概述", max_length=1000, blank=True)
    source = models.CharField("来源", max_length=100, blank=True)
    is_public = models.BooleanField("在网站公开", default=False)
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    search_text = SearchTextField("name")
    search_grams = SearchGramsField()
    sort_key = SortKeyField("name")

    objects = PracticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "典型做法"
        ordering = ["sort_key", "pk"]
        indexes = [search_index()]  # admin and public list

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("public:practice-detail", args=[self.pk])


@pghistory.track()
class PracticeItem(models.Model):
    """One of the things that a practice consists of."""

    practice = models.ForeignKey(
        Practice, models.CASCADE, related_name="items", verbose_name="典型做法"
    )
    number = models.PositiveSmallIntegerField("序号", default=1)
    name = models.CharField("要点", max_length=40)
    content = models.CharField("内容", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "做法要点"
        ordering = ["practice", "number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "number"],
                name="%(app_label)s_%(class)s_number_unique",
                violation_error_message="这个序号已经用过。",
            )
        ]

    def __str__(self):
        return self.name


@pghistory.track()
class PracticeResult(models.Model):
    """What came of a practice: a figure as its source states it, or a sentence."""

    practice = models.ForeignKey(
        Practice, models.CASCADE, related_name="results", verbose_name="典型做法"
    )
    label = models.CharField("成效", max_length=60)
    value = models.CharField(
        "数值", max_length=20, blank=True, help_text="照来源填写，如 15%左右。"
    )
    source = models.CharField("来源", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "做法成效"
        ordering = ["practice", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(label=""),
                name="%(app_label)s_%(class)s_label_given",
                violation_error_message="请填写成效。",
            )
        ]

    def __str__(self):
        return f"{self.label} {self.value}".strip()
