"""Rows of numbered lectures, such as 红土初心讲堂, and their issues."""

import pghistory
import pgtrigger
from django.db import models

from redleader.records.constraints import Refuse
from redleader.records.record import DemoMark


@pghistory.track()
class Series(DemoMark):
    """A series of numbered lectures, such as 红土初心讲堂."""

    name = models.CharField("名称", max_length=40, unique=True)
    introduction = models.TextField("简介", max_length=1000, blank=True)
    is_open = models.BooleanField("可登记新一期", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "讲堂系列"
        ordering = ["pk"]

    def __str__(self):
        return self.name


@pghistory.track()
class Issue(models.Model):
    """第 N 期 of a series. Numbers begin at 1 and leave no gap."""

    series = models.ForeignKey(
        Series, models.PROTECT, related_name="issues", verbose_name="讲堂系列"
    )
    number = models.PositiveSmallIntegerField("期数")

    class Meta:
        verbose_name = verbose_name_plural = "期"
        ordering = ["series", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "number"],
                name="%(app_label)s_%(class)s_number_unique",
                violation_error_message="这一期已经登记。",
            )
        ]
        triggers = [
            # The lock on the series makes two writers take turns.
            Refuse(
                name="number_follows",
                operation=pgtrigger.Insert,
                before="""
                    PERFORM 1 FROM activities_series
                    WHERE id = NEW.series_id FOR UPDATE;
                    SELECT COALESCE(MAX(number), 0) INTO latest
                    FROM activities_issue WHERE series_id = NEW.series_id;
                """,
                declare=[("latest", "integer")],
                test="NEW.number <> latest + 1",
                message="期数必须连续，不能跳号。",
            ),
            Refuse(
                name="number_stays",
                operation=pgtrigger.Update,
                test="NEW.number <> OLD.number OR NEW.series_id <> OLD.series_id",
                message="期数登记后不能改动。",
            ),
            Refuse(
                name="last_goes_first",
                operation=pgtrigger.Delete,
                test="""EXISTS (
                    SELECT 1 FROM activities_issue
                    WHERE series_id = OLD.series_id AND number > OLD.number
                )""",
                message="后面已有新的一期，不能删除这一期。",
            ),
        ]

    def __str__(self):
        return f"{self.series}第{self.number}期"
