"""Who took a lecture from one state to the next, when, and why."""

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import Q

from activities.models.lecture.kinds import LectureState
from activities.models.lecture.session import Lecture
from redleader.records.steps import (
    RecoveredStep,
    not_own,
    recovered_triggers,
    state_field,
    step_constraints,
)

REVIEWS = [LectureState.ACCEPTED, LectureState.RETURNED]
REASONED = [LectureState.RETURNED, LectureState.CANCELLED]


@pghistory.track()
class LectureStep(RecoveredStep):
    lecture = models.ForeignKey(
        Lecture, models.CASCADE, related_name="steps", verbose_name="讲课记录"
    )
    before = state_field(LectureState, "原状态")
    state = state_field(LectureState)
    LABELS: ClassVar[dict[tuple[str, str], str]] = {
        (LectureState.PLANNED, LectureState.DRAFT): "登记到会情况",
        (LectureState.SUBMITTED, LectureState.DRAFT): "撤回",
        (LectureState.CANCELLED, LectureState.PLANNED): "恢复计划",
        (LectureState.DRAFT, LectureState.SUBMITTED): "提交",
        (LectureState.RETURNED, LectureState.SUBMITTED): "再次提交",
    }

    class Meta:
        verbose_name = verbose_name_plural = "讲课办理记录"
        ordering = ["lecture", "number"]
        constraints = [
            *step_constraints(LectureState, "lecture"),
            models.CheckConstraint(
                condition=~Q(state__in=REASONED) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_reason_given",
                violation_error_message="退回和取消须写明原因。",
            ),
        ]
        triggers = [
            not_own(
                REVIEWS,
                table="activities_lecture",
                owner="lecture_id",
                by=["created_by_id", "submitted_by_id"],
            ),
            *recovered_triggers("activities_lecture", "lecture_id"),
        ]
