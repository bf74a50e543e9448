"""Signing in, and what the administrator enters about an account."""

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm as AllauthActivateTOTPForm
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.forms import UserChangeForm as DjangoUserChangeForm

from chambers.models import Role, User
from redleader.admin import AdminForm
from redleader.records.forms import PlainFormMixin


class LoginForm(PlainFormMixin, AllauthLoginForm):
    """Name and password, labelled in Chinese."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, label in [("login", "用户名"), ("password", "密码")]:
            field = self.fields[name]
            field.label = label
            field.help_text = ""  # allauth would link to a page that is closed.
            field.widget.attrs.pop("placeholder", None)
            self.plain_messages(field)

    def user_credentials(self):
        """Also pass the field as typed: django-axes counts failures by it."""
        credentials = super().user_credentials()
        return credentials | {"login": credentials.get("username")}


class CodeMixin(PlainFormMixin):
    """A form that asks for the code of the second factor, in the words of its page."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = "验证码"
        field.widget.attrs.pop("placeholder", None)
        self.plain_messages(field)


class AuthenticateForm(CodeMixin, AllauthAuthenticateForm):
    pass


class ReauthenticateForm(CodeMixin, AllauthReauthenticateForm):
    pass


class ActivateTOTPForm(CodeMixin, AllauthActivateTOTPForm):
    pass


class RoleFitsMixin:
    """A secretary's access comes from a person's posts, so the person is required."""

    def clean(self):
        data = super().clean() or self.cleaned_data
        role = data.get("role")
        by_post = role in (Role.SECRETARY, Role.BRANCH_SECRETARY)
        if by_post and not data.get("member"):
            self.add_error("member", f"{Role(role).label}须选择对应的会员。")
        if role == Role.TOWNSHIP and not data.get("township"):
            self.add_error("township", "乡镇账号须选择所在乡镇。")
        if role and role != Role.TOWNSHIP and data.get("township"):
            self.add_error("township", "只有乡镇账号才填写所在乡镇。")
        return data


class UserCreationForm(RoleFitsMixin, PlainFormMixin, AdminUserCreationForm):
    class Meta:
        model = User
        fields = ["username", "name", "role", "member", "township"]


class UserChangeForm(RoleFitsMixin, AdminForm, DjangoUserChangeForm):
    class Meta:
        model = User
        fields = ["username", "name", "role", "is_active", "member", "township"]
