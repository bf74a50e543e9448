from activities.admin import course, figure, honour, lecture, practice, requirement

__all__ = ["course", "figure", "honour", "lecture", "practice", "requirement"]
