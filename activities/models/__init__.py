from activities.models.course import Course, Site
from activities.models.figure import OfficialFigure
from activities.models.honour import Award, Scheme, SchemeVersion
from activities.models.lecture import Attendance, Issue, Lecture, Photo, Series
from activities.models.requirement import (
    Deadlines,
    MeetingRequirement,
    RequirementExemption,
)

__all__ = [
    "Attendance",
    "Award",
    "Course",
    "Deadlines",
    "Issue",
    "Lecture",
    "MeetingRequirement",
    "OfficialFigure",
    "Photo",
    "RequirementExemption",
    "Scheme",
    "SchemeVersion",
    "Series",
    "Site",
]
