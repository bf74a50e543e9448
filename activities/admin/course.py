from django.contrib import admin

from activities.models import Site
from redleader.admin import SearchAdmin


@admin.register(Site)
class SiteAdmin(SearchAdmin):
    deletable = True
    list_display = ["name", "kind", "township", "chamber"]
    list_filter = ["kind", "township"]
    list_select_related = ["township", "chamber"]
    autocomplete_fields = ["township", "chamber"]
