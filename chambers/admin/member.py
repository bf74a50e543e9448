from django.contrib import admin

from chambers.forms.member import MemberForm
from chambers.models import Member, Membership
from redleader.admin import SearchAdmin, TabularInline


class MembershipInline(TabularInline):
    model = Membership
    autocomplete_fields = ["chamber"]


@admin.register(Member)
class MemberAdmin(SearchAdmin):
    form = MemberForm
    deletable = True
    list_display = ["name", "note", "kind", "enterprise", "party_status", "branch"]
    list_filter = ["kind", "party_status", "publish_consent"]
    list_select_related = ["enterprise", "branch"]
    autocomplete_fields = ["enterprise", "branch"]
    inlines = [MembershipInline]
