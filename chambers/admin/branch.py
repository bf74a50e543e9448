from django.contrib import admin

from chambers.forms.branch import CoverageFormSet
from chambers.models import Branch, BranchCoverage, BranchTerm
from redleader.admin import SearchAdmin, TabularInline


class BranchCoverageInline(TabularInline):
    model = BranchCoverage
    formset = CoverageFormSet
    autocomplete_fields = ["chamber"]
    extra = 1

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)


class BranchTermInline(TabularInline):
    model = BranchTerm


@admin.register(Branch)
class BranchAdmin(SearchAdmin):
    list_display = ["name", "kind", "parent", "founded_on", "dissolved_on"]
    list_filter = ["kind", ("dissolved_on", admin.EmptyFieldListFilter)]
    list_select_related = ["parent"]
    autocomplete_fields = ["parent"]
    inlines = [BranchCoverageInline, BranchTermInline]
