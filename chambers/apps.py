from django.apps import AppConfig


class ChambersConfig(AppConfig):
    name = "chambers"
    verbose_name = "商会与组织"

    def ready(self):
        from chambers import imports

        imports.discover()
