from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "活动与成果"

    def ready(self):
        from activities import counting, imports, reports

        counting.discover()  # Tables name the rules they show.
        imports.discover()
        reports.discover()
        post_migrate.connect(keep_sums, sender=self)


def keep_sums(*, using: str, **kwargs) -> None:
    """Put the triggers of the kept sums in place; the rules may have changed."""
    from activities.services import tally

    tally.install(using=using)
