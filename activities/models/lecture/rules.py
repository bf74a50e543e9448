"""What a row of lectures must keep to, each rule with its words."""

from django.db import models
from django.db.models import F, Q

from activities.models.lecture.kinds import (
    CONTENT_FIELDS,
    MAX_PEOPLE,
    PLAN_STATES,
    AttendanceBasis,
    LectureKind,
    LecturerRole,
    LectureState,
    Organiser,
    Theme,
)
from redleader.records.constraints import one_of, one_of_or_blank
from redleader.records.steps import OWN_REVIEW

LECTURE_CONSTRAINTS = [
    one_of(LectureKind, "kind", "类别"),
    one_of_or_blank(LecturerRole, "lecturer_role", "主讲人身份"),
    one_of_or_blank(Theme, "theme", "三项活动"),
    one_of(Organiser, "organiser", "主办单位类型"),
    one_of(AttendanceBasis, "attendance_basis", "人数依据"),
    one_of(LectureState, "state", "状态"),
    models.CheckConstraint(
        condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("started_at")),
        name="%(app_label)s_%(class)s_ends_after_start",
        violation_error_message="结束时间应晚于开始时间。",
    ),
    models.CheckConstraint(
        condition=Q(expected__isnull=True) | Q(present__lte=F("expected")),
        name="%(app_label)s_%(class)s_present_within_expected",
        violation_error_message="实到人数多于应到人数，请核对。",
    ),
    models.CheckConstraint(
        condition=Q(expected__isnull=True)
        | Q(present__isnull=True)
        | Q(expected=F("present") + F("on_leave") + F("absent")),
        name="%(app_label)s_%(class)s_attendance_adds_up",
        violation_error_message="应到人数应等于实到、请假、缺席之和，请核对。",
    ),
    *(
        models.CheckConstraint(
            condition=Q(**{f"{name}__isnull": True})
            | Q(**{f"{name}__lte": MAX_PEOPLE}),
            name=f"%(app_label)s_%(class)s_{name}_limited",
            violation_error_message=f"人数应为 0–{MAX_PEOPLE} 的整数。",
        )
        for name in ("expected", "present", "guests")
    ),
    models.CheckConstraint(
        condition=Q(organiser=Organiser.FEDERATION, chamber__isnull=True)
        | Q(organiser=Organiser.CHAMBER, chamber__isnull=False)
        | Q(
            organiser=Organiser.BRANCH,
            chamber__isnull=False,
            branch__isnull=False,
        ),
        name="%(app_label)s_%(class)s_organiser_named",
        violation_error_message="商会主办须选择商会，党组织主办须选择党组织；"
        "县工商联主办的不选商会。",
    ),
    models.CheckConstraint(
        condition=Q(state__in=PLAN_STATES)
        | Q(present__isnull=False)
        & ~Q(venue="")
        & ~Q(lecturer_name="")
        & ~Q(lecturer_role=""),
        name="%(app_label)s_%(class)s_record_complete",
        violation_error_message="请填写地点、主讲人、主讲人身份和实到人数。",
    ),
    models.CheckConstraint(
        condition=~Q(state=LectureState.CANCELLED) | ~Q(cancel_reason=""),
        name="%(app_label)s_%(class)s_cancel_has_reason",
        violation_error_message="取消计划须写明原因。",
    ),
    models.CheckConstraint(
        condition=Q(corrects__isnull=True) | ~Q(correction_reason=""),
        name="%(app_label)s_%(class)s_correction_has_reason",
        violation_error_message="更正须写明原因。",
    ),
    models.CheckConstraint(
        condition=Q(return_fields__contained_by=CONTENT_FIELDS),
        name="%(app_label)s_%(class)s_return_fields_known",
        violation_error_message="所选需要改正的项目无效，请重新选择。",
    ),
    models.CheckConstraint(
        condition=Q(state__in=[*PLAN_STATES, LectureState.DRAFT])
        | Q(
            submitted_at__isnull=False,
            submitted_by__isnull=False,
            started_at__lte=F("submitted_at"),
        ),
        name="%(app_label)s_%(class)s_held_before_submitted",
        violation_error_message="开讲时间晚于当前时间，不能提交。",
    ),
    models.CheckConstraint(
        condition=~Q(state=LectureState.RETURNED) | ~Q(return_reason=""),
        name="%(app_label)s_%(class)s_return_has_reason",
        violation_error_message="退回须写明原因。",
    ),
    models.CheckConstraint(
        condition=~Q(
            state__in=[
                LectureState.ACCEPTED,
                LectureState.RETURNED,
                LectureState.ARCHIVED,
                LectureState.SUPERSEDED,
            ]
        )
        | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
        name="%(app_label)s_%(class)s_review_is_signed",
        violation_error_message="审核须有审核人和时间。",
    ),
    models.CheckConstraint(
        condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("submitted_by")),
        name="%(app_label)s_%(class)s_not_own_review",
        violation_error_message=OWN_REVIEW,
    ),
]
