from django.contrib import admin
from django.shortcuts import redirect
from django.urls import reverse

from activities.models import Deadlines, MeetingRequirement, RequirementExemption
from redleader.admin import ModelAdmin
from redleader.records.search import search


@admin.register(MeetingRequirement)
class MeetingRequirementAdmin(ModelAdmin):
    list_display = ["kind", "period", "minimum", "applies_if", "is_active", "source"]
    list_filter = ["is_active", "period"]


@admin.register(RequirementExemption)
class RequirementExemptionAdmin(ModelAdmin):
    """The administrator may withdraw an exemption; the history keeps it."""

    deletable = True
    list_display = ["branch", "requirement", "started_on", "ended_on", "reason"]
    list_filter = ["requirement", "started_on"]
    list_select_related = ["branch", "requirement"]
    autocomplete_fields = ["branch"]
    search_fields = ["reason"]
    search_help_text = "按原因，或党组织的名称、拼音、首字母查找"

    def get_search_results(self, request, queryset, search_term):
        by_reason, _ = super().get_search_results(request, queryset, search_term)
        return by_reason | search(queryset, search_term, prefix="branch__"), False


@admin.register(Deadlines)
class DeadlinesAdmin(ModelAdmin):
    """A single row, created when staff first open it."""

    addable = False

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        Deadlines.objects.get_or_create(pk=1)
        return redirect(reverse("admin:activities_deadlines_change", args=[1]))

    def response_post_save_change(self, request, obj):
        return redirect("admin:index")
