"""Lectures: 红土初心讲堂, 党课 and the meetings of 三会一课."""

from activities.models.lecture.kinds import (
    CLOSED_ERROR,
    CONTENT_COLUMNS,
    CONTENT_FIELDS,
    EDITABLE_SQL,
    EDITABLE_STATES,
    FIRST_STATES,
    MAX_PEOPLE,
    MEMBER_KINDS,
    PLAN_STATES,
    PUBLIC_STATES,
    RELATIONS,
    TRANSITIONS,
    AttendanceBasis,
    AttendanceStatus,
    LectureKind,
    LecturerRole,
    LectureState,
    Organiser,
    PhotoKind,
    Theme,
)
from activities.models.lecture.photo import (
    Photo,
    photo_path,
    thumbnail_path,
)
from activities.models.lecture.roll import (
    Attendance,
)
from activities.models.lecture.series import (
    Issue,
    Series,
)
from activities.models.lecture.session import (
    Lecture,
    LectureQuerySet,
)
from activities.models.lecture.step import (
    LectureStep,
)

__all__ = [
    "CLOSED_ERROR",
    "CONTENT_COLUMNS",
    "CONTENT_FIELDS",
    "EDITABLE_SQL",
    "EDITABLE_STATES",
    "FIRST_STATES",
    "MAX_PEOPLE",
    "MEMBER_KINDS",
    "PLAN_STATES",
    "PUBLIC_STATES",
    "RELATIONS",
    "TRANSITIONS",
    "Attendance",
    "AttendanceBasis",
    "AttendanceStatus",
    "Issue",
    "Lecture",
    "LectureKind",
    "LectureQuerySet",
    "LectureState",
    "LectureStep",
    "LecturerRole",
    "Organiser",
    "Photo",
    "PhotoKind",
    "Series",
    "Theme",
    "photo_path",
    "thumbnail_path",
]
