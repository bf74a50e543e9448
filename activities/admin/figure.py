from django.contrib import admin

from activities.models import OfficialFigure
from redleader.admin import ModelAdmin


@admin.register(OfficialFigure)
class OfficialFigureAdmin(ModelAdmin):
    list_display = ["number", "label", "text", "as_of", "source"]
    list_display_links = ["number", "label"]
    list_filter = ["qualifier", ("as_of", admin.EmptyFieldListFilter)]
    search_fields = ["number", "label"]

    @admin.display(description="公布数")
    def text(self, figure):
        return figure.text
