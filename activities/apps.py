from django.apps import AppConfig
from django.db.models.signals import post_migrate

from redleader.records.facets import import_modules


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = "活动与成果"

    def ready(self):
        from activities import counting, desks, imports, reports

        for package in (counting, imports, reports, desks):
            import_modules(package)
        post_migrate.connect(keep_sums, sender=self)


def keep_sums(**kwargs) -> None:
    """Put the triggers of the kept sums in place; the rules may have changed."""
    from activities.sums import tally

    tally.install(**kwargs)
