"""Accounts: made by the administrator, their password changed at first sign-in."""

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from chambers.forms.user import UserChangeForm, UserCreationForm
from chambers.models import User
from redleader.admin import ModelAdmin
from redleader.audit.log import setting


@admin.register(User)
class UserAdmin(ModelAdmin, DjangoUserAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    list_display = ["username", "name", "role", "member", "is_active", "last_login"]
    list_filter = ["role", "is_active", "may_export"]
    list_select_related = ["member"]
    filter_horizontal = []
    search_fields = ["username", "name"]
    ordering = ["username"]
    autocomplete_fields = ["member", "township"]
    readonly_fields = ["last_login", "joined_at", "password_changed_at"]
    actions = ["reset_second_factor"]
    fieldsets = [
        ("账号", {"fields": ["username", "password", "name", "role"]}),
        ("权限", {"fields": ["is_active", "may_export"]}),
        ("能看到什么", {"fields": ["member", "township"]}),
        ("记录", {"fields": ["last_login", "joined_at", "password_changed_at"]}),
    ]
    add_fieldsets = [
        (
            "账号",
            {
                "fields": [
                    "username",
                    "name",
                    "role",
                    "member",
                    "township",
                    "usable_password",
                    "password1",
                    "password2",
                ]
            },
        )
    ]

    @admin.action(description="清除第二因素（手机遗失时）")
    def reset_second_factor(self, request, queryset):
        for user in queryset.filter(authenticator__isnull=False).distinct():
            setting(request, user, "管理员清除第二因素")
        removed, _ = Authenticator.objects.filter(user__in=queryset).delete()
        messages.success(request, f"已清除 {removed} 项，本人下次登录后须重新设置。")
