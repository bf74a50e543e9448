from activities.admin import (
    course,
    figure,
    honour,
    lecture,
    practice,
    requirement,
    scheme,
)

__all__ = [
    "course",
    "figure",
    "honour",
    "lecture",
    "practice",
    "requirement",
    "scheme",
]
