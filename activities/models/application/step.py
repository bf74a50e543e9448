"""Who took an application from one state to the next, when, and on what paper."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from activities.models.application.application import Application
from activities.models.application.states import (
    DOCUMENTED,
    REVIEW_STATES,
    ApplicationState,
)
from redleader.records.steps import (
    Step,
    not_own,
    state_field,
    step_constraints,
    steps_stay,
)

REASONED = [ApplicationState.RETURNED, ApplicationState.FAILED]


@pghistory.track()
class ApplicationStep(Step):
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="steps", verbose_name="申报"
    )
    before = state_field(ApplicationState, "原状态")
    state = state_field(ApplicationState)
    document_number = models.CharField("文件（文号）", max_length=80, blank=True)
    document_on = models.DateField("文件日期", null=True, blank=True)
    # The column keeps its old name, by which the audit reads the history.
    reason = models.CharField("意见", max_length=300, blank=True, db_column="opinion")

    LABELS: ClassVar[dict[tuple[str, str], str]] = {
        (ApplicationState.SUBMITTED, ApplicationState.DRAFT): "撤回",
    }

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        ordering = ["application", "number"]
        constraints = [
            *step_constraints(ApplicationState, "application"),
            models.CheckConstraint(
                condition=~Q(state__in=DOCUMENTED)
                | ~Q(document_number="") & Q(document_on__isnull=False),
                name="%(app_label)s_%(class)s_documented",
                violation_error_message="这一步须填写文件（文号）和文件日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=REASONED) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_reason_given",
                violation_error_message="退回和未通过须写明原因。",
            ),
        ]
        triggers = [
            not_own(
                REVIEW_STATES,
                table="activities_application",
                owner="application_id",
                by=["created_by_id", "submitted_by_id"],
            ),
            *steps_stay(),
        ]

    @property
    def detail(self):
        day = f"（{self.document_on:%Y-%m-%d}）" if self.document_on else ""
        return f"{self.document_number}{day}" if self.document_number else ""
