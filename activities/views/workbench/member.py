"""Persons that stand twice: suspected, merged, and told apart again."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.forms.member import MergeForm
from chambers.access import UserRequest
from chambers.models import Member, MemberMerge
from chambers.rights import is_staff, right, sees_records
from chambers.services import member as services
from redleader.records.forms import Form, attempt
from redleader.records.paging import page_by_name

SHOWN = 100


def crumbs() -> list[tuple[str, str]]:
    return [("疑似重复的会员", reverse("workbench:member-doubles"))]


@right(sees_records, is_staff)
@require_safe
def member_doubles(request: UserRequest) -> HttpResponse:
    """Show the suspected doubles among the next persons by name."""
    persons = Member.objects.persons().only("sort_key")
    page = page_by_name(persons, request.GET.get("older", ""), size=services.SCANNED)
    pairs = services.suspects(page.rows)
    context = {"page": page, "pairs": pairs, "limit": services.SUSPECTS}
    return render(request, "workbench/member/doubles.html", context)


@right(sees_records, is_staff)
@require_http_methods(["GET", "HEAD", "POST"])
def member_merge(request: UserRequest, kept: int, merged: int) -> HttpResponse:
    """Show what a merge would do, and do it when staff are sure."""
    persons = Member.objects.filter(kind="person").select_related("enterprise")
    first = get_object_or_404(persons, pk=kept)
    second = get_object_or_404(persons, pk=merged)
    form = MergeForm(request.POST if request.method == "POST" else None)
    if (
        request.method == "POST"
        and form.is_valid()
        and attempt(form, services.merge_members, first, second, user=request.user)
    ):
        messages.success(request, f"已合并到“{first}”。需要时可以在“合并记录”中撤销。")
        return redirect("workbench:member-merges")
    lines, refused = [], []
    try:
        lines = services.preview_merge(first, second, user=request.user)
    except ValidationError as error:
        refused = error.messages
    context = {
        "kept": first,
        "merged": second,
        "form": form,
        "lines": lines,
        "refused": refused,
        "crumbs": crumbs(),
    }
    status = 422 if request.method == "POST" or refused else 200
    return render(request, "workbench/member/merge.html", context, status=status)


@right(sees_records, is_staff)
@require_safe
def member_merges(request: UserRequest) -> HttpResponse:
    return render_merges(request)


def render_merges(
    request: UserRequest, form: Form | None = None, status: int = 200
) -> HttpResponse:
    merges = MemberMerge.objects.select_related("kept", "merged", "by", "undone_by")
    context = {"merges": merges[:SHOWN], "form": form, "crumbs": crumbs()}
    return render(request, "workbench/member/merges.html", context, status=status)


@right(sees_records, is_staff)
@require_POST
def member_merge_undo(request: UserRequest, pk: int) -> HttpResponse:
    merge = get_object_or_404(MemberMerge, pk=pk)
    form = Form({})
    if attempt(form, services.undo_merge, merge, user=request.user):
        messages.success(request, "已撤销合并，两名会员恢复原样。")
        return redirect("workbench:member-merges")
    return render_merges(request, form, status=409)
