"""The door: who signs in, and whom a view's right lets through."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest

from chambers.models import User
from chambers.rights import is_public, right_of
from redleader.audit.log import locked_out


class UserRequest(HttpRequest):
    """A request of a signed-in user; the type that closed views take."""

    user: User  # type: ignore[assignment]


LOGIN_ERROR = "用户名或密码不正确。"


class RoleMiddleware:
    """Checks the right of every view that is not public.

    A view without one is closed: it answers 404 to everybody.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if is_public(view) or not user.is_authenticated:
            return
        right = right_of(view)
        if not right.opens(user):
            raise Http404
        if not right.allows(user, request.method):
            raise PermissionDenied


class RoleBackend(BaseBackend):
    """Sign-in by name and password; the answer never reveals which was wrong."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if not username or password is None:
            return None
        user = User.objects.filter(username=username).first()
        if user is None:
            User().set_password(password)  # Takes as long as for a known name.
            return None
        if user.check_password(password) and user.is_active:
            return user
        return None

    def get_user(self, user_id):
        user = User.objects.filter(pk=user_id).first()
        return user if user and user.is_active else None


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the administrator; nobody signs up.

    A refused sign-in never reveals whether the name or the password was wrong.
    """

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": LOGIN_ERROR,
        "account_inactive": LOGIN_ERROR,
        "incorrect_password": "密码不正确。",
        "enter_current_password": "请输入当前密码。",
        "too_many_login_attempts": "登录失败次数过多，请 30 分钟后再试，或联系管理员。",
        "rate_limited": "操作过于频繁，请稍后再试。",
        "incorrect_code": "验证码不正确，请核对后重新输入。",
    }

    def is_open_for_signup(self, request):
        return False

    def pre_authenticate(self, request, **credentials):
        """Refuse after too many failures, even if the password is right."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            locked_out(request, credentials.get("username", ""))
            raise


class MFAAdapter(DefaultMFAAdapter):
    """The messages of the second factor; a used code is refused like a wrong one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "动态验证码不正确或已使用，请等待新的验证码后重试。",
    }
