from django.contrib import admin

from activities.models import Project, ProjectEntry, ProjectStep, PromotionEvent
from redleader.admin import ModelAdmin, TabularInline
from redleader.records.search import search


class ReadInline(TabularInline):
    addable = changeable = False
    extra = 0


class ProjectStepInline(ReadInline):
    model = ProjectStep
    fields = ["before", "state", "happened_on", "by", "at", "reason"]
    readonly_fields = ["before", "state", "happened_on", "by", "at", "reason"]


class ProjectEntryInline(ReadInline):
    model = ProjectEntry
    fields = ["day", "paid_in", "jobs", "note", "created_by"]
    readonly_fields = ["day", "paid_in", "jobs", "note", "created_by"]


class ReadAdmin(ModelAdmin):
    """Read-only; these rows are written in the workbench."""

    addable = changeable = False


@admin.register(Project)
class ProjectAdmin(ReadAdmin):
    list_display = ["name", "kind", "chamber", "township", "signed_on", "state"]
    list_filter = ["state", "is_return", "is_rural", "signed_on"]
    list_select_related = ["chamber", "township"]
    search_fields = ["name", "investor"]
    search_help_text = "按项目、投资方，或商会的名称、拼音、首字母查找"
    inlines = [ProjectStepInline, ProjectEntryInline]

    @admin.display(description="类别")
    def kind(self, project):
        return project.kind

    def get_search_results(self, request, queryset, search_term):
        by_name, _ = super().get_search_results(request, queryset, search_term)
        return by_name | search(queryset, search_term, prefix="chamber__"), False


@admin.register(PromotionEvent)
class PromotionEventAdmin(ReadAdmin):
    list_display = ["name", "held_on", "place", "organiser"]
    list_filter = ["held_on"]
    list_select_related = ["organiser"]
    search_fields = ["name", "place"]
