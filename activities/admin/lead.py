from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from activities.models import KeyIndustry, Lead, LeadStep, LeadTarget
from redleader.admin import DASHBOARD, ModelAdmin, TabularInline
from redleader.records.search import search


@admin.register(KeyIndustry)
class KeyIndustryAdmin(ModelAdmin):
    deletable = True
    list_display = ["name", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name"]


@admin.register(LeadTarget)
class LeadTargetAdmin(ModelAdmin):
    list_display = ["year", "target", "source"]


class LeadStepInline(TabularInline):
    addable = changeable = False
    model = LeadStep
    fields = ["before", "state", "by", "at", "unit", "reason"]
    readonly_fields = ["before", "state", "by", "at", "unit", "reason"]
    extra = 0


@admin.register(Lead)
class LeadAdmin(ModelAdmin):
    """Read-only; leads are edited and advanced in the workbench."""

    addable = changeable = False
    list_display = ["title", "kind", "chamber", "submitted_on", "state"]
    list_filter = ["state", "kind", "submitted_on"]
    list_select_related = ["chamber"]
    search_fields = ["title"]
    search_help_text = "按标题或商会的名称、拼音、首字母查找"
    inlines = [LeadStepInline]

    def get_search_results(self, request, queryset, search_term):
        by_title = search(queryset, search_term)
        return by_title | search(queryset, search_term, prefix="chamber__"), False


@DASHBOARD.at(30)
def waiting_leads(request: HttpRequest) -> tuple[str, int, str]:
    count = Lead.objects.visible_to(request.user).waiting().count()
    return "待核的引才信息", count, f"{reverse('workbench:lead-list')}?state=waiting"
