"""Titles of the past from a workbook: template, upload, preview, confirmation."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.forms.honour_import import (
    CONFIRM,
    MARKED,
    TOO_MUCH,
    SealedForm,
    UploadForm,
    seal,
)
from activities.services.honour_import import (
    EDITION,
    LIMITS,
    ImportPlan,
    import_awards,
    marked_book,
    plan_awards,
    template_book,
)
from chambers.access import UserRequest, may_review
from redleader.forms import attempt
from redleader.sheets import answer

ERRORS_SHOWN = 50
ROWS_SHOWN = 50


def for_reviewers(view):
    """Let only those in who may review records; everybody else gets a 403."""

    @wraps(view)
    def guarded(request: UserRequest) -> HttpResponse:
        if not may_review(request.user):
            raise PermissionDenied
        return view(request)

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@for_reviewers
def honour_import(request: UserRequest) -> HttpResponse:
    """Take a file and show what it would do; nothing is written."""
    if request.method != "POST":
        return render_upload(request, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return render_upload(request, form, status=422)
    sheet = form.sheet
    plan = plan_awards(sheet.rows)
    # A cell that could not be read is told of once.
    told = {(error.row, error.label) for error in sheet.errors}
    others = [error for error in plan.errors if (error.row, error.label) not in told]
    errors = sorted([*sheet.errors, *others], key=lambda error: error.row)
    purpose = MARKED if errors else CONFIRM
    sealed = seal(sheet.rows, user=request.user, purpose=purpose, errors=errors)
    if not sealed and not errors:
        form.add_error("file", TOO_MUCH)
        return render_upload(request, form, status=422)
    context = {
        "name": form.cleaned_data["file"].name,
        "count": len(sheet.rows),
        "plan": plan,
        "new": plan.new[:ROWS_SHOWN],
        "same": plan.same[:ROWS_SHOWN],
        "errors": errors[:ERRORS_SHOWN],
        "error_count": len(errors),
        "shown": ROWS_SHOWN,
        "sealed": sealed,
    }
    status = 422 if errors else 200
    template = "workbench/honour_import/preview.html"
    return render(request, template, context, status=status)


@require_POST
@for_reviewers
def confirm(request: UserRequest) -> HttpResponse:
    """Write what was previewed; the same form sent again writes nothing more."""
    form = SealedForm(request.POST, user=request.user, purpose=CONFIRM)
    done: list[ImportPlan] = []
    if not form.is_valid() or not attempt(
        form, lambda: done.append(import_awards(form.cleaned_data["rows"]))
    ):
        return render_upload(request, UploadForm(), refused=form, status=422)
    (plan,) = done
    if plan.new:
        text = f"已导入 {len(plan.new)} 项荣誉。"
        if plan.same:
            text += f"另有 {len(plan.same)} 行已存在，未重复导入。"
        messages.success(request, text)
    else:
        messages.info(request, "这些荣誉已经导入过，没有重复写入。")
    return redirect("workbench:honour-import")


@require_safe
@for_reviewers
def template(request: UserRequest) -> HttpResponse:
    return answer(template_book(), f"荣誉导入模板 {EDITION}")


@require_POST
@for_reviewers
def marked(request: UserRequest) -> HttpResponse:
    """Return the file with its faults marked, to be corrected and sent again."""
    form = SealedForm(request.POST, user=request.user, purpose=MARKED)
    if not form.is_valid():
        return render_upload(request, UploadForm(), refused=form, status=422)
    book = marked_book(form.cleaned_data["rows"], form.errors_found)
    return answer(book, "荣誉导入（已标注问题）")


def render_upload(request, form, *, refused=None, status=200):
    context = {"form": form, "refused": refused, "limits": LIMITS, "edition": EDITION}
    template = "workbench/honour_import/form.html"
    return render(request, template, context, status=status)
