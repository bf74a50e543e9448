"""Writing the audit: sign-ins, refusals and files that leave the site.

Changes of rows are written by the database alone, see ``redleader.audit.chain``.
"""

import json
import logging
from dataclasses import dataclass, field
from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from axes.signals import user_locked_out
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import (
    user_logged_in,
    user_logged_out,
    user_login_failed,
)
from django.db import DatabaseError, connection
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from redleader.audit.chain import GIVEN
from redleader.people.addresses import client_address
from redleader.people.limits import is_too_often
from redleader.serving import errors

logger = logging.getLogger(__name__)

UNKNOWN = "（没有这个用户名）"
DOWNLOADS = ("application/pdf", "application/zip", "application/vnd.", "text/csv")


@dataclass
class Note:
    """What an entry will say besides the facts of the request."""

    kind: str
    user: Any = None
    person: str = ""
    row_key: str = ""
    detail: dict = field(default_factory=dict)
    result: str = "done"


def name_of(user) -> str:
    return f"{user}（{user.username}）"


def write(request: HttpRequest, note: Note) -> None:
    """Write one entry; the database sets its number, time and hash."""
    user = note.user
    if user is None and not note.person:
        user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    values = {
        "kind": note.kind,
        "person_id": user.pk if known else None,
        "person": (name_of(user) if known else note.person)[:120],
        "address": client_address(request)[:45],
        "method": (request.method or "")[:8],
        "path": request.path[:300],
        "table_name": "chambers_user" if note.row_key else "",
        "row_key": note.row_key,
        "detail": json.dumps(note.detail, ensure_ascii=False),
        "result": note.result[:20],
    }
    places = ", ".join(["%s"] * len(GIVEN))
    statement = (
        f"INSERT INTO redleader_auditentry ({', '.join(GIVEN)}) VALUES ({places})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [values[name] for name in GIVEN])


class AuditMiddleware:
    """Record what views, signals and the response itself report of a request.

    It runs outside the request's transaction: a refused request that was rolled back
    still leaves its entry, and the lock on the chain is held only briefly. A file is
    not sent if its entry cannot be written.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.audit = []  # type: ignore[attr-defined]
        response = self.get_response(request)
        notes = [*request.audit, *notes_of(request, response)]  # type: ignore[attr-defined]
        try:
            for note in notes:
                write(request, note)
        except DatabaseError as error:
            logger.error("the audit could not be written: %s", error)
            if response.status_code < 400:
                response.close()
                return errors.server_error(request, error)
        return response


def notes_of(request: HttpRequest, response: HttpResponse) -> list[Note]:
    """Return what the response shows: a refusal, or a download by a signed-in user."""
    status = response.status_code
    if status not in (200, 403, 404):
        return []
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    if status == 403:
        if known or not is_too_often(request, "refusal"):
            return [Note("refusal", result="403")]
    elif status == 404:
        if known and request.resolver_match:
            return [Note("refusal", result="404")]
    elif known and request.method != "HEAD" and leaves(response):
        return [Note("export", detail={"type": response.headers["Content-Type"]})]
    return []


def leaves(response: HttpResponse) -> bool:
    """Tell whether a response is a download: a sheet, a paper, a list."""
    kind = response.headers.get("Content-Type", "")
    disposition = response.headers.get("Content-Disposition", "")
    return disposition.startswith("attachment") or kind.startswith(DOWNLOADS)


def add(request: HttpRequest | None, note: Note) -> None:
    """Hold a note until the request has been answered."""
    notes = getattr(request, "audit", None)
    if notes is not None:
        notes.append(note)


# --- What Django and its libraries tell


@receiver(user_logged_in)
def logged_in(request, user, **kwargs):
    add(request, Note("login", user, row_key=str(user.pk)))


@receiver(user_logged_out)
def logged_out(request, user, **kwargs):
    if user is not None:
        add(request, Note("logout", user, row_key=str(user.pk)))


def has_failed(request) -> bool:
    notes = getattr(request, "audit", [])
    return any(note.kind == "login_failed" for note in notes)


@receiver(user_login_failed)
def login_failed(credentials, request=None, **kwargs):
    """Record the account that was tried, but no unknown name: it may be a password.

    A lockout is reported before the failed sign-in that caused it; both make one entry.
    """
    if has_failed(request):
        return
    typed = credentials.get("username") or credentials.get("login") or ""
    model = get_user_model()
    user = model.objects.filter(username=typed[:50]).first() if typed else None
    key = str(user.pk) if user else ""
    person = name_of(user) if user else UNKNOWN
    add(request, Note("login_failed", None, person, key, result="refused"))


@receiver(user_locked_out)
def locked_out(request, username="", **kwargs):
    login_failed({"username": username}, request)
    for note in getattr(request, "audit", []):
        if note.kind == "login_failed":
            note.result = "locked"


@receiver(authentication_failed)
def second_factor_failed(request, user, **kwargs):
    detail = {"what": "第二因素"}
    person, key = name_of(user), str(user.pk)
    add(request, Note("login_failed", None, person, key, detail, result="refused"))


def setting(request, user, what: str) -> None:
    add(request, Note("setting", None, name_of(user), str(user.pk), {"what": what}))


@receiver(password_changed)
def changed_password(request, user, **kwargs):
    setting(request, user, "修改密码")


@receiver(authenticator_added)
def added_factor(request, user, **kwargs):
    setting(request, user, "设置第二因素")


@receiver(authenticator_removed)
def removed_factor(request, user, **kwargs):
    setting(request, user, "取消第二因素")


@receiver(authenticator_reset)
def reset_factor(request, user, **kwargs):
    setting(request, user, "重新生成恢复码")
