from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.db.models.signals import post_migrate


class RedleaderConfig(AppConfig):
    name = "redleader"

    def ready(self):
        from redleader.roles import grant

        post_migrate.connect(grant, sender=self)


class AdminConfig(DjangoAdminConfig):
    """The stock admin on our own site class."""

    default_site = "redleader.admin.AdminSite"
