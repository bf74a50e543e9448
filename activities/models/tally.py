"""Sums by day that triggers keep, so that a total costs the same in a whole country."""

from django.db import models


class Tally(models.Model):
    """The change of a number on a day; the number is the sum of such lines.

    ``facet`` is a field by which the number is broken down, and ``value`` one of its
    values; both are empty for the number itself. Only triggers write here, each change
    as a line of its own, and now and then they put lines together.
    """

    rule = models.CharField("口径", max_length=40)
    facet = models.CharField("分项", max_length=40, blank=True)
    value = models.CharField("分项值", max_length=60, blank=True)
    day = models.DateField("日期")
    rows = models.BigIntegerField("行数")
    number = models.DecimalField("数", max_digits=24, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "逐日合计"
        indexes = [
            models.Index(
                fields=["rule", "facet", "day"],
                include=["value", "rows", "number"],
                name="activities_tally_read",
            )
        ]

    def __str__(self):
        return f"{self.rule} {self.day}"
