"""Days off and working weekends, as the State Council announces them each year."""

import pghistory
from django.db import models

from redleader.records.constraints import one_of


class HolidayKind(models.TextChoices):
    OFF = "off", "放假"
    WORK = "work", "调休上班"


@pghistory.track()
class Holiday(models.Model):
    """A day that differs from its weekday; all other weekdays are working days."""

    day = models.DateField("日期", unique=True)
    kind = models.CharField("安排", max_length=8, choices=HolidayKind)
    name = models.CharField("名称", max_length=20)
    source = models.CharField("依据", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "节假日"
        ordering = ["day"]
        constraints = [one_of(HolidayKind, "kind", "安排")]

    def __str__(self):
        return f"{self.day:%Y-%m-%d} {self.name}"
