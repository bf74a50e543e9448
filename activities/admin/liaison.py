from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from activities.models import (
    ContactActivity,
    ContactAssignment,
    ContactDuty,
    Demand,
    DemandStep,
)
from activities.models.liaison.demand import DemandState
from redleader.admin import DASHBOARD, ModelAdmin, TabularInline
from redleader.records.search import search


@admin.register(ContactDuty)
class ContactDutyAdmin(ModelAdmin):
    list_display = ["name", "kind", "times", "is_active", "source"]


@admin.register(ContactAssignment)
class ContactAssignmentAdmin(ModelAdmin):
    deletable = True
    list_display = ["post", "branch", "started_on", "ended_on"]
    list_filter = [("ended_on", admin.EmptyFieldListFilter)]
    list_select_related = ["branch"]
    autocomplete_fields = ["branch"]
    search_fields = ["post"]
    search_help_text = "按领导职务，或党组织的名称、拼音、首字母查找"
    fields = ["post", "name", "branch", "started_on", "ended_on"]

    def get_search_results(self, request, queryset, search_term):
        by_post, _ = super().get_search_results(request, queryset, search_term)
        return by_post | search(queryset, search_term, prefix="branch__"), False


@admin.register(ContactActivity)
class ContactActivityAdmin(ModelAdmin):
    """Staff read and correct them; new ones are made in the workbench."""

    addable = False
    deletable = True
    list_display = ["held_on", "kind", "assignment"]
    list_filter = ["kind", "held_on"]
    list_select_related = ["assignment__branch"]
    autocomplete_fields = ["assignment"]
    search_fields = ["assignment__post"]
    fields = ["assignment", "kind", "held_on", "summary"]


class DemandStepInline(TabularInline):
    addable = changeable = False
    model = DemandStep
    fields = ["before", "state", "by", "at", "reason"]
    readonly_fields = ["before", "state", "by", "at", "reason"]
    extra = 0


@admin.register(Demand)
class DemandAdmin(ModelAdmin):
    """Staff correct the unit and the due date; steps are taken in the workbench."""

    addable = False
    list_display = ["title", "chamber", "collected_on", "unit", "due_on", "state"]
    list_filter = ["state", "collected_on"]
    list_select_related = ["chamber"]
    search_fields = ["title"]
    search_help_text = "按诉求，或商会的名称、拼音、首字母查找"
    inlines = [DemandStepInline]
    readonly_fields = [
        "chamber",
        "assignment",
        "title",
        "content",
        "collected_on",
        "state",
        "closed_on",
        "satisfaction",
    ]
    fields = ["unit", "due_on", *readonly_fields]

    def get_search_results(self, request, queryset, search_term):
        by_title, _ = super().get_search_results(request, queryset, search_term)
        return by_title | search(queryset, search_term, prefix="chamber__"), False


@DASHBOARD.at(60)
def demands_to_assign(request: HttpRequest) -> tuple[str, int, str]:
    demands = Demand.objects.visible_to(request.user)
    count = demands.filter(state=DemandState.COLLECTED).count()
    return "待交办的诉求", count, f"{reverse('workbench:demand-list')}?state=collected"
