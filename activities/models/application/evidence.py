"""What an application brings for each indicator, and the papers that show it."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from activities.models.application.application import Application
from activities.models.application.states import (
    CLOSED_ERROR,
    EDITABLE_STATES,
)
from activities.models.scheme import Criterion
from redleader.records.constraints import Refuse, sql_list
from redleader.uploads.storage import random_name


def closed_to(row: str) -> str:
    """Return SQL: the application of this evidence takes no more changes."""
    return f"""EXISTS (
        SELECT 1 FROM activities_application a
        WHERE a.id = {row}.application_id
            AND a.state NOT IN ({sql_list(EDITABLE_STATES)})
    )"""


@pghistory.track()
class Evidence(models.Model):
    """What an application brings for one indicator.

    ``value`` is what the counting rule gave at the last submission.
    """

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="evidence", verbose_name="申报"
    )
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="evidence", verbose_name="指标"
    )
    text = models.TextField("说明", max_length=1000, blank=True)
    points = models.DecimalField(
        "自评分", max_digits=5, decimal_places=1, null=True, blank=True
    )
    value = models.PositiveIntegerField("申报时的数", null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "佐证"
        ordering = ["application", "criterion"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "criterion"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这项指标已有佐证。",
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0),
                name="%(app_label)s_%(class)s_points_not_negative",
                violation_error_message="自评分不能为负。",
            ),
        ]
        triggers = [
            Refuse(
                name="evidence_is_closed",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test=closed_to("NEW"),
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="evidence_stays",
                operation=pgtrigger.Delete,
                test=closed_to("OLD"),
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="criterion_fits",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""NOT EXISTS (
                    SELECT 1 FROM activities_criterion c
                    JOIN activities_application a ON a.id = NEW.application_id
                    JOIN activities_schemelevel l ON l.id = a.level_id
                    WHERE c.id = NEW.criterion_id AND c.version_id = l.version_id
                        AND c.parent_id IS NOT NULL
                )""",
                message="这项指标不属于所申报的项目版本。",
            ),
        ]

    def __str__(self):
        return f"{self.criterion}"


def file_closed_to(row: str) -> str:
    """Return SQL: the application of this file takes no more changes."""
    return f"""EXISTS (
        SELECT 1 FROM activities_evidence e
        JOIN activities_application a ON a.id = e.application_id
        WHERE e.id = {row}.evidence_id
            AND a.state NOT IN ({sql_list(EDITABLE_STATES)})
    )"""


def evidence_path(file, filename):
    return random_name("evidence", ".pdf" if file.is_pdf else ".jpg")


@pghistory.track()
class EvidenceFile(models.Model):
    """A picture or PDF that shows an indicator; internal."""

    evidence = models.ForeignKey(
        Evidence, models.CASCADE, related_name="files", verbose_name="佐证"
    )
    file = models.FileField("文件", upload_to=evidence_path, editable=False)
    name = models.CharField("文件名", max_length=100)
    is_pdf = models.BooleanField("PDF", default=False)
    size = models.PositiveIntegerField("字节", editable=False)
    sha256 = models.CharField("原件摘要", max_length=64, editable=False)
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "佐证材料"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "sha256"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这份材料已在这项指标下上传过，未重复保存。",
            )
        ]
        triggers = [
            Refuse(
                name="file_is_closed",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test=file_closed_to("NEW"),
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="file_stays",
                operation=pgtrigger.Delete,
                test=file_closed_to("OLD"),
                message=CLOSED_ERROR,
            ),
        ]

    def __str__(self):
        return self.name
