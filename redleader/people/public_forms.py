"""Forms that anybody may submit: not by a bot, not too often, never twice."""

import uuid
from typing import Any, TypeVar

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from redleader.people.limits import is_too_often
from redleader.records.forms import parse_uuid

WAIT = 3600  # seconds
TOO_OFTEN = "操作过于频繁，请 3600 秒后再试。填写的内容还在下方，请先复制保存。"
IS_MACHINE = "请把“网址”一栏留空后再提交。"
Sent = TypeVar("Sent", bound=Model)


class StrangerFormMixin(forms.Form):
    """A public form, with a key for each submission and a trap for bots."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    # People do not see it; bots that fill in every field do.
    website = forms.CharField(
        label="网址（请留空）",
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )


def find_sent(model: type[Sent], request: HttpRequest) -> tuple[Sent | None, uuid.UUID]:
    """Return what the same submission has already created, if anything, and its key."""
    key = parse_uuid(request.POST.get("form_key"))
    if key is None:
        return None, uuid.uuid4()
    return model._default_manager.filter(form_key=key).first(), key


def refusal(request: HttpRequest, form: Any, action: str) -> int:
    """Return the status with which a form is refused, or 0 if it is accepted.

    ``action`` is a key of ``ACCOUNT_RATE_LIMITS``; only valid submissions are counted.
    """
    if not form.is_valid():
        return 422
    if form.cleaned_data["website"]:
        form.add_error("website", IS_MACHINE)
        return 422
    if is_too_often(request, action):
        form.add_error(None, TOO_OFTEN)
        return 429
    return 0


def answer(request: HttpRequest, template: str, context: dict, status: int = 200):
    """Render a page with a form; after too many attempts, say how long to wait."""
    response = render(request, template, context, status=status)
    if status == 429:
        response["Retry-After"] = str(WAIT)
    return response


def receipt_page(request: HttpRequest, template: str, context: dict) -> HttpResponse:
    """Render what only the holder of a receipt should see."""
    response = render(request, template, context)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
