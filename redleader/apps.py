from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.core import checks
from django.db.models.signals import post_migrate


class RedleaderConfig(AppConfig):
    default = True
    name = "redleader"

    def ready(self):
        from redleader.audit import log as audit  # noqa: F401  (it listens)
        from redleader.audit.roles import grant
        from redleader.backup.upgrade import check_obstacles

        checks.register(check_obstacles, checks.Tags.database)
        # The signal is sent for apps with models only; one of them is enough.
        post_migrate.connect(grant, sender=apps.get_app_config("contenttypes"))


class AdminConfig(admin_apps.AdminConfig):
    """The stock admin on our own site class."""

    default = False
    default_site = "redleader.admin.AdminSite"
