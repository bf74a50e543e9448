"""Places of revolutionary history and the courses held there (系统 6)."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from chambers.models import Chamber, Region
from redleader.records.constraints import one_of
from redleader.records.record import DemoMark
from redleader.records.search import (
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
class Site(DemoMark):
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
    address = models.CharField("地址", max_length=80, blank=True)
    introduction = models.TextField("公开介绍", max_length=1000, blank=True)
    search_text = SearchTextField("name")
    search_grams = SearchGramsField()
    sort_key = SortKeyField("name")

    class Meta:
        verbose_name = verbose_name_plural = "基地和地点"
        ordering = ["sort_key", "pk"]
        constraints = [one_of(SiteKind, "kind", "类型")]
        indexes = [
            search_index(),  # admin, catalogue and honour roll
            # public list and that of the admin
            models.Index(fields=["sort_key", "id"], name="activities_site_by_name"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("public:site-detail", args=[self.pk])


MINUTES = (10, 480)


class CourseQuerySet(models.QuerySet["Course"]):
    def public(self):
        return self.filter(is_public=True)


@pghistory.track(exclude=SEARCH_COLUMNS)
class Course(DemoMark):
    """A course that a lecture can be planned from; public report, line 15."""

    name = models.CharField("课程名称", max_length=60, unique=True)
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="courses",
        verbose_name="教学点",
    )
    summary = models.TextField("公开简介", max_length=1000, blank=True)
    audience = models.CharField("适合对象", max_length=40, blank=True)
    minutes = models.PositiveSmallIntegerField(
        "时长（分钟）",
        null=True,
        blank=True,
        validators=[MinValueValidator(MINUTES[0]), MaxValueValidator(MINUTES[1])],
    )
    is_public = models.BooleanField("在网站公开", default=False)
    is_open = models.BooleanField("可选用", default=True)
    search_text = SearchTextField("name")
    search_grams = SearchGramsField()
    sort_key = SortKeyField("name")

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "课程"
        ordering = ["sort_key", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__range=MINUTES),
                name="%(app_label)s_%(class)s_minutes_limited",
                violation_error_message="时长应为 10–480 分钟。",
            )
        ]
        indexes = [search_index()]  # admin and catalogue

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("public:course-detail", args=[self.pk])
