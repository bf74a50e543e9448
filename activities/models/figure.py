"""Figures published before the system existed, shown beside the counted ones."""

import pghistory
from django.db import models

from chambers.models import Chamber
from redleader.records.constraints import one_of


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


class FigureGroup(models.TextChoices):
    """The parts of the report, in its order."""

    OVERVIEW = "overview", "总体情况"
    PARTY = "party", "政治引领"
    HONOUR = "honour", "品牌与荣誉"
    GROWTH = "growth", "引才回归与发展"
    VILLAGE = "village", "村企共建"
    WELFARE = "welfare", "公益服务"
    MEDIATION = "mediation", "矛盾调解"


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

    group = models.CharField(
        "所属部分", max_length=12, choices=FigureGroup, default=FigureGroup.OVERVIEW
    )
    rule = models.SlugField(
        "计数口径",
        max_length=40,
        blank=True,
        help_text="由系统记录计出的数，按哪一个口径；不能计数的不填，并写明原因。",
    )
    chamber = models.ForeignKey(
        Chamber,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="official_figures",
        verbose_name="计数的商会",
        help_text="只计一个商会的才选。",
    )
    since = models.DateField("计数起始日", null=True, blank=True)
    is_yearly = models.BooleanField("只计当年", default=False)
    uncounted = models.CharField("不能计数的原因", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "公布数"
        ordering = ["number"]
        constraints = [
            one_of(Qualifier, "qualifier", "限定"),
            one_of(FigureGroup, "group", "所属部分"),
            models.CheckConstraint(
                condition=models.Q(rule="") | models.Q(uncounted=""),
                name="%(app_label)s_%(class)s_not_both",
                violation_error_message="有计数口径的，不填不能计数的原因。",
            ),
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
        """The word before the number; "约…余" encloses it."""
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
