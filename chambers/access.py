"""Which role may do what. Rows are narrowed by ``visible_to``, not here."""

from collections.abc import Callable

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest

from chambers.models import Role, User
from chambers.models.user import READ_ONLY_ROLES, STAFF_ROLES
from redleader.audit.log import locked_out


class UserRequest(HttpRequest):
    """A request of somebody who has signed in; the type of closed views."""

    user: User  # type: ignore[assignment]


# Admin rights by role and application. Only the administrator may delete, and
# only rows of nouns whose admin is ``deletable`` and that nothing refers to.
REGISTRY = {"view", "add", "change"}
ALL = REGISTRY | {"delete"}
RIGHTS = {
    Role.ADMINISTRATOR: {"chambers": ALL, "activities": ALL},
    Role.ORGANISATION: {"chambers": REGISTRY, "activities": REGISTRY},
    Role.FEDERATION: {"chambers": REGISTRY, "activities": REGISTRY},
    Role.TOWNSHIP: {},
    Role.SECRETARY: {},
    Role.BRANCH_SECRETARY: {},
    Role.MEDIATOR: {},
    Role.AUDITOR: {"chambers": {"view"}, "activities": {"view"}},
}
# The pages at work that a role may open, by how their names begin; "" is every one.
OPEN: dict[Role, tuple[str, ...]] = {
    Role.MEDIATOR: ("desk", "draft", "mediation"),
    Role.BRANCH_SECRETARY: (
        "desk",
        "draft",
        "lecture",
        "photo",
        "plan",
        "meeting",
        "calendar",
    ),
}
# Who may be named for cases or assigned to one; who may be named to register them.
CASE_ROLES = (*STAFF_ROLES, Role.SECRETARY, Role.MEDIATOR)
REGISTRAR_PAGES = ("mediation-create", "mediation-request")
# Pages that are there to write, by how their names end.
WRITING = ("-create", "-update", "-delete", "-correct", "-cancel", "-register")
LOGIN_ERROR = "用户名或密码不正确。"
# Accounts, and who took what out, belong to the administrator alone.
ADMINISTRATOR_MODELS = {"user", "exportlog"}


def person(role: Role) -> User:
    """Return somebody of a role, to ask the rules about the role itself."""
    return User(role=role, is_active=True)


def allows(user: User, permission: str) -> bool:
    """Tell whether a role includes an admin permission such as ``app.view_x``."""
    if not user.is_active:
        return False
    app, _, codename = permission.partition(".")
    action, _, model = codename.partition("_")
    if model in ADMINISTRATOR_MODELS and user.role != Role.ADMINISTRATOR:
        return False
    return action in RIGHTS[Role(user.role)].get(app, set())


def opens(role: str, name: str) -> bool:
    """Tell whether a page at work is there for a role; rows are narrowed later."""
    if name.startswith(REGISTRAR_PAGES) and role not in STAFF_ROLES:
        return False
    if name.startswith("mediation") and role not in CASE_ROLES:
        return False
    return name.startswith(OPEN.get(Role(role), ("",)))


def writes(role: str, name: str, method: str) -> bool:
    """Tell whether a role may use a page at work with a method."""
    if role not in READ_ONLY_ROLES:
        return True
    return method in ("GET", "HEAD") and not name.endswith(WRITING)


class RoleMiddleware:
    """Keeps each role to the pages at work that are there for it.

    What is not there answers 404. Who only reads is refused every page that writes,
    at work and in the admin; so is who lacks the right that a page asks for.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        place, user = request.resolver_match, request.user
        if place.namespace not in ("workbench", "admin") or not user.is_authenticated:
            return
        name = place.url_name or ""
        if place.namespace == "workbench" and not opens(user.role, name):
            raise Http404
        if name == "logout":
            return
        if not writes(user.role, name, request.method):
            raise PermissionDenied
        enters = place.namespace == "workbench" or user.is_staff
        if enters and not suffices(user, name, request.method):
            raise PermissionDenied


def may_review(user: User) -> bool:
    """Tell whether this user reviews records: organisation department, federation."""
    return user.is_active and user.role in (Role.ORGANISATION, Role.FEDERATION)


def may_export(user: User) -> bool:
    """Tell whether this user takes lists out as files: staff and secretaries.

    The administrator withdraws the right; which rows there are, ``visible_to`` says.
    """
    return user.is_exporter


def may_import(user: User) -> bool:
    """Tell whether this user takes rows in from files; which, the importer says."""
    return may_review(user) or (user.is_active and user.role == Role.SECRETARY)


def may_read_audit(user: User) -> bool:
    """Tell whether this user reads the audit: auditor, administrator."""
    return user.is_active and user.role in (Role.AUDITOR, Role.ADMINISTRATOR)


def is_office(user: User) -> bool:
    return user.is_staff


# Pages that ask for more than the role's door: how their names begin, the methods,
# and who may.
NEEDS: list[tuple[tuple[str, ...], str, Callable[[User], bool]]] = [
    (("audit",), "GET POST", may_read_audit),
    (("briefing", "member", "placeholder"), "GET POST", is_office),
    (("quarter", "report", "role", "style", "template"), "GET POST", is_office),
    (("quarter-detail",), "POST", may_review),
    (("import",), "GET POST", may_import),
    (("liaison-create", "liaison-update"), "GET POST", may_review),
    (("mediation-update", "mediation-assign"), "GET POST", is_office),
    (("mediation-party",), "GET POST", is_office),
    (("application-step", "lead-step", "objection-answer"), "POST", may_review),
    (("activities_lecture_accept", "activities_lecture_return"), "POST", may_review),
    (("activities_award_issue",), "POST", may_review),
]


def suffices(user: User, name: str, method: str) -> bool:
    """Tell whether a user has the right that a page asks for, beside its role."""
    if name.endswith("-export") and not may_export(user):
        return False
    method = "GET" if method == "HEAD" else method
    return all(
        may(user)
        for names, methods, may in NEEDS
        if name.startswith(names) and method in methods.split()
    )


def serves(user: User, name: str, method: str) -> bool:
    """Tell whether a page at work is there for a user and a method."""
    return (
        opens(user.role, name)
        and writes(user.role, name, method)
        and suffices(user, name, method)
    )


class RoleBackend(BaseBackend):
    """Sign-in by name and password; the answer never tells which was wrong."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if not username or password is None:
            return None
        user = User.objects.filter(username=username).first()
        if user is None:
            User().set_password(password)  # The same work as for a known name.
            return None
        if user.check_password(password) and user.is_active:
            return user
        return None

    def get_user(self, user_id):
        user = User.objects.filter(pk=user_id).first()
        return user if user and user.is_active else None


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the administrator; nobody signs up.

    A refused sign-in never tells whether the name or the password was wrong.
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
        """Refuse after too many failures, a right password like a wrong one."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            locked_out(request, credentials.get("username", ""))
            raise


class MFAAdapter(DefaultMFAAdapter):
    """The words of the second factor; a code that was used is refused alike."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "动态验证码不正确或已使用，请等待新的验证码后重试。",
    }
