from activities.admin import course, figure, honour, lecture, requirement

__all__ = ["course", "figure", "honour", "lecture", "requirement"]
