from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.template.response import TemplateResponse

from chambers.forms.member import EraseForm, MemberForm
from chambers.models import Consent, Member, Membership, Role
from chambers.services.member import erase_member
from redleader.admin import SearchAdmin, TabularInline
from redleader.records.forms import Form, attempt


class MembershipInline(TabularInline):
    model = Membership
    autocomplete_fields = ["chamber"]


class ConsentInline(TabularInline):
    """A consent is withdrawn as of a day, never deleted."""

    model = Consent
    can_delete = False


class ConsentFilter(admin.SimpleListFilter):
    """Persons with a consent that holds today."""

    title = "本人同意"
    parameter_name = "consent"

    def lookups(self, request, model_admin):
        return Consent._meta.get_field("purpose").choices

    def queryset(self, request, queryset):
        return queryset.agreeing_to(self.value()) if self.value() else queryset


@admin.register(Member)
class MemberAdmin(SearchAdmin):
    form = MemberForm
    deletable = True
    list_display = ["name", "note", "kind", "enterprise", "party_status", "branch"]
    list_filter = ["kind", "party_status", ConsentFilter]
    list_select_related = ["enterprise", "branch"]
    autocomplete_fields = ["enterprise", "branch"]
    inlines = [MembershipInline, ConsentInline]
    actions = ["erase_selected"]

    def get_queryset(self, request):
        return super().get_queryset(request).kept()

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.erased_on is None)

    def has_erase_permission(self, request):
        return request.user.role == Role.ADMINISTRATOR

    @admin.action(description="清除个人信息（不可恢复）", permissions=["erase"])
    def erase_selected(self, request, queryset):
        is_confirmed = "confirmed" in request.POST
        form = EraseForm(request.POST if is_confirmed else None)
        if is_confirmed and form.is_valid():
            self.erase(request, queryset, form.cleaned_data["reason"])
            return None
        context = self.admin_site.each_context(request) | {
            "title": "清除个人信息",
            "opts": self.opts,
            "members": list(queryset),
            "form": form,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/chambers/member/erase.html", context)

    def erase(self, request, queryset, reason: str) -> None:
        """Erase each, and say which ones could not be erased."""
        actor = f"{request.user}（{request.user.username}）"
        for member in queryset:
            form = Form({})
            if attempt(form, erase_member, member, actor=actor, reason=reason):
                text = f"已清除编号 {member.pk} 的个人信息。"
                messages.success(request, text)
            else:
                messages.error(request, f"{member}：{form.first_error()}")
