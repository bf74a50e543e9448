from django.contrib import admin

from activities.models import Course, Site
from redleader.admin import SearchAdmin


@admin.register(Site)
class SiteAdmin(SearchAdmin):
    deletable = True
    list_display = ["name", "kind", "township", "chamber", "address"]
    list_filter = ["kind", "township"]
    list_select_related = ["township", "chamber"]
    autocomplete_fields = ["township", "chamber"]
    fields = ["name", "kind", "township", "address", "chamber", "introduction"]


@admin.register(Course)
class CourseAdmin(SearchAdmin):
    deletable = True
    list_display = ["name", "site", "audience", "minutes", "is_public", "is_open"]
    list_filter = ["is_public", "is_open", "site__kind"]
    list_select_related = ["site"]
    autocomplete_fields = ["site"]
    fields = [
        "name",
        "site",
        "audience",
        "minutes",
        "summary",
        "is_public",
        "is_open",
    ]
