"""Places by their codes of GB/T 2260, extended down to the village."""

import pghistory
from django.db import models
from django.db.models import F, Q

from redleader.records.constraints import one_of
from redleader.records.search import (
    SEARCH_COLUMNS,
    SearchGramsField,
    SearchTextField,
    SortKeyField,
    search_index,
)


class Level(models.TextChoices):
    PROVINCE = "province", "省"
    CITY = "city", "市"
    COUNTY = "county", "县"
    TOWNSHIP = "township", "乡镇"
    VILLAGE = "village", "村（社区）"


CODE_LENGTHS = {
    Level.PROVINCE: 2,
    Level.CITY: 4,
    Level.COUNTY: 6,
    Level.TOWNSHIP: 9,
    Level.VILLAGE: 12,
}


class RegionQuerySet(models.QuerySet["Region"]):
    def townships(self):
        return self.filter(level=Level.TOWNSHIP)


@pghistory.track(exclude=SEARCH_COLUMNS)
class Region(models.Model):
    """A place; its code begins with the code of the place above it."""

    code = models.CharField("区划代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=50)
    level = models.CharField("级别", max_length=10, choices=Level)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级",
    )
    search_text = SearchTextField("name")
    search_grams = SearchGramsField()
    sort_key = SortKeyField("name")

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "区划"
        ordering = ["code"]
        constraints = [
            one_of(Level, "level", "级别"),
            models.CheckConstraint(
                condition=Q(
                    *(
                        Q(level=level, code__regex=rf"^\d{{{length}}}$")
                        for level, length in CODE_LENGTHS.items()
                    ),
                    _connector=Q.OR,
                ),
                name="%(app_label)s_%(class)s_code_length",
                violation_error_message="区划代码的位数与级别不符："
                "省 2 位、市 4 位、县 6 位、乡镇 9 位、村 12 位数字。",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | Q(code__startswith=F("parent")),
                name="%(app_label)s_%(class)s_code_in_parent",
                violation_error_message="区划代码应以上级的代码开头。",
            ),
        ]
        indexes = [
            search_index(),  # the search boxes of the admin
            # townships in order, and how many there are
            models.Index(fields=["level", "code"], name="chambers_region_level"),
        ]

    def __str__(self):
        return self.name
