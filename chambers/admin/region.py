from django.contrib import admin

from chambers.models import Region
from redleader.admin import SearchAdmin


@admin.register(Region)
class RegionAdmin(SearchAdmin):
    list_display = ["code", "name", "level", "parent"]
    list_filter = ["level"]
    list_select_related = ["parent"]
    autocomplete_fields = ["parent"]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []
