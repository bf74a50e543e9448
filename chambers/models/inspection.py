"""年检: the yearly work report that a chamber hands in."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from chambers.models.chamber import Chamber
from redleader.records.constraints import one_of_or_blank


class InspectionResult(models.TextChoices):
    PASSED = "passed", "合格"
    BARELY = "barely", "基本合格"
    FAILED = "failed", "不合格"


@pghistory.track()
class AnnualInspection(models.Model):
    """That a chamber handed in its report on a year, and what came of it.

    Source: 社会团体登记管理条例, the report on a year goes to the body in charge by
    31 March of the next and to the registration authority by 31 May.
    """

    chamber = models.ForeignKey(
        Chamber, models.PROTECT, related_name="inspections", verbose_name="商会"
    )
    year = models.PositiveSmallIntegerField(
        "年检年度", validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    filed_on = models.DateField("报送日期")
    result = models.CharField(
        "结论", max_length=10, choices=InspectionResult, blank=True
    )

    class Meta:
        verbose_name = verbose_name_plural = "年检"
        ordering = ["-year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["chamber", "year"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这个商会这一年的年检已经登记。",
            ),
            one_of_or_blank(InspectionResult, "result", "结论"),
            models.CheckConstraint(
                condition=Q(filed_on__year__gt=F("year")),
                name="%(app_label)s_%(class)s_after_the_year",
                violation_error_message="年检在次年报送，报送日期应晚于年检年度。",
            ),
        ]

    def __str__(self):
        return f"{self.chamber} {self.year}年度年检"
