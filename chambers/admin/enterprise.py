from django.contrib import admin

from chambers.models import Enterprise
from redleader.admin import SearchAdmin


@admin.register(Enterprise)
class EnterpriseAdmin(SearchAdmin):
    deletable = True
    list_display = ["name", "credit_code", "township"]
    list_filter = ["township"]
    list_select_related = ["township"]
    autocomplete_fields = ["township"]
