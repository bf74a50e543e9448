from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from chambers.forms.chamber import ChamberForm
from chambers.models import AnnualInspection, Chamber, ChamberTerm
from redleader.admin import DASHBOARD, SearchAdmin, TabularInline


class ChamberTermInline(TabularInline):
    model = ChamberTerm


class AnnualInspectionInline(TabularInline):
    model = AnnualInspection


class TermDueFilter(admin.SimpleListFilter):
    """Chambers by the state of their present term."""

    title = "换届"
    parameter_name = "term"

    def lookups(self, request, model_admin):
        return [("overdue", "已逾期"), ("soon", "六个月内到期")]

    def queryset(self, request, queryset):
        if self.value() == "overdue":
            return queryset.term_overdue()
        if self.value() == "soon":
            return queryset.term_due_soon()
        return queryset


@admin.register(Chamber)
class ChamberAdmin(SearchAdmin):
    form = ChamberForm
    list_display = ["name", "kind", "township", "state", "founded_on", "charter_clause"]
    list_filter = ["kind", "state", TermDueFilter, "charter_clause", "township"]
    list_select_related = ["township"]
    autocomplete_fields = ["township"]
    inlines = [ChamberTermInline, AnnualInspectionInline]
    fieldsets = [
        (
            "基本情况",
            {
                "fields": [
                    "name",
                    "short_name",
                    "kind",
                    "township",
                    "trades",
                    "credit_code",
                    "state",
                    "founded_on",
                    "closed_on",
                ]
            },
        ),
        (
            "党建入章",
            {"fields": ["charter_clause", "charter_adoption", "charter_approved_on"]},
        ),
        ("公开介绍", {"fields": ["introduction", "new_logo"]}),
    ]


@DASHBOARD.at(10)
def overdue_terms(request: HttpRequest) -> tuple[str, int, str]:
    count = Chamber.objects.term_overdue().count()
    address = f"{reverse('admin:chambers_chamber_changelist')}?term=overdue"
    return "换届已逾期的商会", count, address
