from activities.models.course import Site
from activities.models.figure import OfficialFigure
from activities.models.honour import Award, Scheme, SchemeVersion
from activities.models.lecture import Attendance, Issue, Lecture, Photo, Series

__all__ = [
    "Attendance",
    "Award",
    "Issue",
    "Lecture",
    "OfficialFigure",
    "Photo",
    "Scheme",
    "SchemeVersion",
    "Series",
    "Site",
]
