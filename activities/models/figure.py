"""Figures published before the system existed, beside which rows are counted."""

import pghistory
from django.db import models

from redleader.constraints import one_of


class Qualifier(models.TextChoices):
    """How a published number is to be read."""

    EXACT = "exact", "确数"
    DERIVED = "derived", "由名单得出"
    OVER = "over", "超"
    ABOUT = "about", "约"
    ABOUT_OVER = "about_over", "约…余"
    NEARLY = "nearly", "近"
    REACH = "reach", "达"
    AT_LEAST = "at_least", "不少于"


@pghistory.track()
class OfficialFigure(models.Model):
    """A number as published; never mixed with a counted one, never added."""

    number = models.CharField("编号", max_length=3, unique=True)
    code = models.SlugField("代码", max_length=40, unique=True)
    label = models.CharField("名称", max_length=60)
    value = models.DecimalField("数值", max_digits=14, decimal_places=2)
    unit = models.CharField("单位", max_length=10)
    qualifier = models.CharField("限定", max_length=10, choices=Qualifier)
    period = models.CharField("时段", max_length=30, blank=True)
    scope = models.CharField("范围", max_length=60, blank=True)
    as_of = models.DateField(
        "截止日期", null=True, blank=True, help_text="原文未载明日期时不填。"
    )
    source = models.CharField("来源", max_length=100)
    source_line = models.PositiveSmallIntegerField("来源行", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公布数"
        ordering = ["number"]
        constraints = [
            one_of(Qualifier, "qualifier", "限定"),
            models.CheckConstraint(
                condition=models.Q(value__gte=0),
                name="%(app_label)s_%(class)s_not_negative",
                violation_error_message="数值不能为负。",
            ),
        ]

    def __str__(self):
        return f"{self.label} {self.text}"

    @property
    def prefix(self):
        """The word before the number; "约…余" stands on both sides of it."""
        return self.words[0]

    @property
    def suffix(self):
        return self.words[1]

    @property
    def words(self):
        if self.qualifier in (Qualifier.EXACT, Qualifier.DERIVED):
            return "", ""
        before, _, after = self.get_qualifier_display().partition("…")
        return before, after

    @property
    def text(self):
        return f"{self.prefix}{self.plain_value}{self.suffix}{self.unit}"

    @property
    def plain_value(self):
        """The number without trailing zeros, with thousands separators."""
        return f"{self.value.normalize():,f}"
