from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate


class RedleaderConfig(AppConfig):
    default = True
    name = "redleader"

    def ready(self):
        from redleader.roles import grant

        post_migrate.connect(grant, sender=self)


class AdminConfig(admin_apps.AdminConfig):
    """The stock admin on our own site class."""

    default = False
    default_site = "redleader.admin.AdminSite"
