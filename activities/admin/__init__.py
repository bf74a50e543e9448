from activities.admin import course, figure, honour, lecture, requirement, scheme

__all__ = ["course", "figure", "honour", "lecture", "requirement", "scheme"]
