from django.contrib import admin

from activities.admin.project import ReadInline
from activities.models import Pairing, PairingProgramme, PairingStep
from redleader.admin import ModelAdmin
from redleader.records.search import search


@admin.register(PairingProgramme)
class PairingProgrammeAdmin(ModelAdmin):
    list_display = ["name", "is_open"]


class PairingStepInline(ReadInline):
    model = PairingStep
    fields = ["before", "state", "by", "at", "reason"]
    readonly_fields = ["before", "state", "by", "at", "reason"]


@admin.register(Pairing)
class PairingAdmin(ModelAdmin):
    """Staff read and correct them; new ones and steps are made in the workbench."""

    addable = False
    list_display = ["enterprise", "village", "programme", "chamber", "state"]
    list_filter = ["state", "programme"]
    list_select_related = ["enterprise", "village", "programme", "chamber"]
    autocomplete_fields = ["village", "enterprise", "chamber"]
    search_fields = ["enterprise__name"]
    search_help_text = "按企业名称、拼音或首字母查找"
    readonly_fields = ["state", "reason"]
    fields = [
        "village",
        "enterprise",
        "programme",
        "chamber",
        "started_on",
        "ended_on",
        "areas",
        "publish_consent",
        "state",
        "reason",
    ]

    inlines = [PairingStepInline]

    def get_search_results(self, request, queryset, search_term):
        return search(queryset, search_term, prefix="enterprise__"), False
