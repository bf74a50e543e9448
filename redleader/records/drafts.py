"""Text that was typed but not saved yet, kept on the server.

A page sends its text as it is typed; a form submitted after the session has ended is
kept in the new session until its writer has signed in again.
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect

from redleader.models import FormDraft
from redleader.records.forms import (
    ID_NUMBER_ERROR,
    has_unprintable,
    id_number_in,
    parse_uuid,
)

MAX_CHARACTERS = 60_000
MAX_DRAFTS = 20  # of one person; the oldest are dropped
UNKEPT = {"csrfmiddlewaretoken", "version", "draft", "submit"}
STASH = "stashed_form"
SIGNED_OUT = "登录已超时，请重新登录，填写内容已暂存。"
SIGNED_OUT_ONLY = "登录已超时，请重新登录。"


def texts_of(data: QueryDict) -> dict[str, list[str]]:
    """Return the typed fields of a form, without those set by the server."""
    return {name: data.getlist(name) for name in data if name not in UNKEPT}


def check_texts(texts: Mapping[str, list[str]], *others: str) -> None:
    """Raise ValidationError if a text, or what comes with it, may not be kept."""
    if len(json.dumps(texts, ensure_ascii=False)) > MAX_CHARACTERS:
        raise ValidationError("内容过长，未能暂存；请先存为草稿。", code="too_long")
    words = [*texts, *(text for row in texts.values() for text in row), *others]
    if any(map(id_number_in, words)):
        raise ValidationError(ID_NUMBER_ERROR, code="id_number")
    if any(map(has_unprintable, words)):
        raise ValidationError("含有无法显示的字符，未能暂存。", code="unprintable")


@transaction.atomic
def keep_draft(
    user, key: uuid.UUID, *, address: str, texts: Mapping[str, list[str]], title: str
) -> FormDraft:
    """Keep the newest text of a form; raises ValidationError if that is not allowed."""
    check_texts(texts, title, address)
    draft, _ = FormDraft.objects.update_or_create(
        user=user,
        key=key,
        defaults={"address": address[:200], "data": texts, "title": title[:80]},
    )
    old = FormDraft.objects.filter(user=user)[MAX_DRAFTS:]
    FormDraft.objects.filter(pk__in=[row.pk for row in old]).delete()
    return draft


def drop_draft(user, key: uuid.UUID) -> None:
    """Delete the draft of a form that was saved or discarded."""
    FormDraft.objects.filter(user=user, key=key).delete()


def drafts_at(user, address: str):
    """Return the unfinished texts of a page, newest first."""
    return FormDraft.objects.filter(user=user, address=address)


def query_of(draft: FormDraft) -> QueryDict:
    """Return a draft as the form would have submitted it."""
    data = QueryDict(mutable=True)
    for name, values in draft.data.items():
        data.setlist(name, values)
    return data


class KeepingLoginRequiredMiddleware(LoginRequiredMiddleware):
    """Asks to sign in again, and keeps a form submitted too late."""

    def handle_no_permission(self, request, view_func):
        had_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        # The request that saves a draft every few seconds is not a submitted form.
        at_work = request.path.startswith("/workbench/") and (
            "address" not in request.GET
        )
        if request.method == "POST" and at_work and had_session:
            kept = stash(request)
            messages.warning(request, SIGNED_OUT if kept else SIGNED_OUT_ONLY)
        if is_fetch(request):
            return JsonResponse({"error": SIGNED_OUT}, status=401)
        return super().handle_no_permission(request, view_func)


def stash(request: HttpRequest) -> bool:
    """Keep a form in the new session; tell whether that was allowed."""
    texts, key = texts_of(request.POST), request.POST.get("form_key")
    try:
        check_texts(texts)
    except ValidationError:
        return False
    if not parse_uuid(key):
        return False
    request.session[STASH] = {
        "address": request.path,
        "key": key,
        "texts": texts,
    }
    return True


def take_stash(request: HttpRequest) -> FormDraft | None:
    """Turn the form that waited for the sign-in into a draft of its writer."""
    waiting = request.session.pop(STASH, None)
    key = parse_uuid(waiting["key"]) if waiting else None
    if not waiting or not key:
        return None
    try:
        return keep_draft(
            request.user,
            key,
            address=waiting["address"],
            texts=waiting["texts"],
            title="".join(waiting["texts"].get("topic", [])),
        )
    except ValidationError:
        return None


def wanted_draft(request: HttpRequest) -> FormDraft | None:
    """Return the draft that was asked for, or that waited for sign-in."""
    stashed = take_stash(request)
    key = parse_uuid(request.GET.get("draft"))
    if key:
        return drafts_at(request.user, request.path).filter(key=key).first()
    return stashed if stashed and stashed.address == request.path else None


def is_fetch(request: HttpRequest) -> bool:
    """Tell whether the page submits in the background."""
    return request.headers.get("X-Requested-With") == "fetch"


def answer_at(request: HttpRequest, row: Any) -> HttpResponse:
    """Redirect to the page of a row; only tell where if the page used fetch."""
    if is_fetch(request):
        return JsonResponse({"address": row.get_absolute_url()})
    return redirect(row)
