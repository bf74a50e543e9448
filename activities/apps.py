from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "活动与成果"

    def ready(self):
        from activities import counting, imports, reports

        counting.discover()  # Tables name the rules they show.
        imports.discover()
        reports.discover()
