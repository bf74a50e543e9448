from django.apps import AppConfig


class ChambersConfig(AppConfig):
    name = "chambers"
    verbose_name = "商会与组织"
