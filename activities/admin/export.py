from django.contrib import admin

from activities.models import ExportLog
from redleader.admin import ModelAdmin


@admin.register(ExportLog)
class ExportLogAdmin(ModelAdmin):
    """Who exported what; read-only, for the administrator."""

    addable = changeable = False
    list_display = ["at", "by", "address", "what", "narrowed", "rows"]
    list_filter = ["at", "by__role", "what"]
    list_select_related = ["by"]
    search_fields = ["by__username", "by__name"]
    date_hierarchy = "at"
