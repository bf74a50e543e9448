from django.contrib import admin
from redleader.admin import SearchAdmin, TabularInline

from chambers.models import Member, Membership


class MembershipInline(TabularInline):
    model = Membership
    autocomplete_fields = ["chamber"]


@admin.register(Member)
class MemberAdmin(SearchAdmin):
    deletable = True
    list_display = ["name", "note", "kind", "enterprise", "party_status", "branch"]
    list_filter = ["kind", "party_status", "publish_consent"]
    list_select_related = ["enterprise", "branch"]
    autocomplete_fields = ["enterprise", "branch"]
    inlines = [MembershipInline]
