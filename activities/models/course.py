"""Sites where learning takes place."""

import pghistory
from django.db import models

from chambers.models import Chamber, Region
from redleader.constraints import one_of
from redleader.search import (
    SEARCH_COLUMNS,
    SearchGramsField,
    SearchTextField,
    SortKeyField,
    search_index,
)


class SiteKind(models.TextChoices):
    RED = "red", "红色资源"
    BASE = "base", "示范基地"
    OTHER = "other", "其他地点"


@pghistory.track(exclude=SEARCH_COLUMNS)
class Site(models.Model):
    """A place that can host an activity or receive an honour."""

    name = models.CharField("名称", max_length=60, unique=True)
    kind = models.CharField("类型", max_length=10, choices=SiteKind)
    township = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"level": "township"},
        related_name="sites",
        verbose_name="所在乡镇",
    )
    chamber = models.ForeignKey(
        Chamber,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sites",
        verbose_name="所属商会",
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)
    search_text = SearchTextField("name")
    search_grams = SearchGramsField()
    sort_key = SortKeyField("name")

    class Meta:
        verbose_name = verbose_name_plural = "基地和地点"
        ordering = ["sort_key", "pk"]
        constraints = [one_of(SiteKind, "kind", "类型")]
        indexes = [search_index()]  # admin and the honour roll

    def __str__(self):
        return self.name
