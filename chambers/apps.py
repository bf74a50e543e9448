from django.apps import AppConfig

from redleader.records.facets import import_modules


class ChambersConfig(AppConfig):
    name = "chambers"
    verbose_name = "商会与组织"

    def ready(self):
        from chambers import imports

        import_modules(imports)
