from activities.admin import course, figure, honour, lecture

__all__ = ["course", "figure", "honour", "lecture"]
