from activities.admin import (
    certificate,
    course,
    figure,
    honour,
    lecture,
    requirement,
)

__all__ = ["certificate", "course", "figure", "honour", "lecture", "requirement"]
