from django.contrib import admin

from activities.models import CharityActivity, Donation, Fund, FundEntry
from redleader.admin import ModelAdmin, TabularInline
from redleader.records.search import search


class ReadOnlyAdmin(ModelAdmin):
    """Read-only; the workbench writes, and keeps donations and funds in step."""

    addable = changeable = False
    list_select_related = ["chamber"]
    search_help_text = "按商会的名称、拼音或首字母查找"

    def get_search_results(self, request, queryset, search_term):
        return search(queryset, search_term, prefix="chamber__"), False


class FundEntryInline(TabularInline):
    addable = changeable = False
    model = FundEntry
    fields = ["happened_on", "direction", "amount", "purpose"]
    readonly_fields = ["happened_on", "direction", "amount", "purpose"]


@admin.register(Fund)
class FundAdmin(ReadOnlyAdmin):
    list_display = ["name", "chamber", "founded_on"]
    search_fields = ["name"]
    inlines = [FundEntryInline]


@admin.register(Donation)
class DonationAdmin(ReadOnlyAdmin):
    list_display = ["pledged_on", "donor", "purpose", "value", "received_on", "chamber"]
    list_filter = ["purpose", "form", "donor_kind", "pledged_on"]
    list_select_related = ["chamber", "donor_chamber", "donor_enterprise"]
    search_fields = ["recipient"]

    @admin.display(description="捐赠者")
    def donor(self, donation):
        return donation.donor


@admin.register(CharityActivity)
class CharityActivityAdmin(ReadOnlyAdmin):
    list_display = ["held_on", "title", "kind", "person_times", "value", "chamber"]
    list_filter = ["kind", "held_on"]
    search_fields = ["title"]
