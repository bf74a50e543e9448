"""Rows from a workbook: template, upload, preview, confirmation; for every noun."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.forms.importing import (
    AGAIN,
    CONFIRM,
    MARKED,
    TOO_MUCH,
    SealedForm,
    UploadForm,
    digest_of,
    seal,
)
from chambers.access import UserRequest, may_review
from chambers.models import Role, User
from redleader.forms import attempt
from redleader.imports import IMPORTERS, Draft, Importer, Plan
from redleader.models import ImportRun
from redleader.sheets import answer

ERRORS_SHOWN = 50
ROWS_SHOWN = 50


def may_import(user: User, importer: Importer) -> bool:
    """Tell whether somebody may import: staff all, secretaries what is theirs."""
    return may_review(user) or (
        importer.for_secretaries and user.role == Role.SECRETARY
    )


def importers_of(user: User) -> list[Importer]:
    """Return what somebody may import."""
    return [importer for importer in IMPORTERS.values() if may_import(user, importer)]


def find(request: UserRequest, code: str) -> Importer:
    """Return an importer: 404 when there is none, 403 without the right."""
    importer = IMPORTERS.get(code)
    if importer is None:
        raise Http404
    if not may_import(request.user, importer):
        raise PermissionDenied
    return importer


@require_safe
def import_list(request: UserRequest) -> HttpResponse:
    importers = importers_of(request.user)
    if not importers:
        raise PermissionDenied
    return render(request, "workbench/importing/list.html", {"importers": importers})


@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: UserRequest, code: str) -> HttpResponse:
    """Take a file and show what it would do; nothing is written."""
    importer = find(request, code)
    if request.method != "POST":
        return render_upload(request, importer, UploadForm(importer=importer))
    form = UploadForm(request.POST, request.FILES, importer=importer)
    if not form.is_valid():
        return render_upload(request, importer, form, status=422)
    sheet = form.sheet
    plan = importer.plan(sheet.rows, request.user)
    # A cell that could not be read is told of once.
    told = {(error.row, error.label) for error in sheet.errors}
    others = [error for error in plan.errors if (error.row, error.label) not in told]
    errors = sorted([*sheet.errors, *others], key=lambda error: error.row)
    sealed = seal(
        sheet.rows,
        importer=importer,
        user=request.user,
        purpose=MARKED if errors else CONFIRM,
        errors=errors,
    )
    if not sealed and not errors:
        form.add_error("file", TOO_MUCH)
        return render_upload(request, importer, form, status=422)
    context = {
        "importer": importer,
        "name": form.cleaned_data["file"].name,
        "count": len(sheet.rows),
        "plan": plan,
        "groups": groups_of(importer, plan, has_errors=bool(errors)),
        "errors": errors[:ERRORS_SHOWN],
        "error_count": len(errors),
        "shown": ROWS_SHOWN,
        "sealed": sealed,
        "before": run_before(importer, sheet.rows),
    }
    status = 422 if errors else 200
    return render(request, "workbench/importing/preview.html", context, status=status)


def groups_of(importer: Importer, plan: Plan, *, has_errors: bool):
    """Return (key, heading, rows, how many) of what a file holds, for the preview."""
    unit = importer.unit
    new = "没有问题的" if has_errors else "新的"
    groups = [
        ("new", f"{new} {len(plan.new)} {unit}", plan.new),
        ("changed", f"将要更新的 {len(plan.changed)} {unit}", plan.changed),
        ("same", f"系统中已有，不重复导入的 {len(plan.same)} {unit}", plan.same),
    ]
    return [
        (
            key,
            heading,
            [lines_of(importer, row) for row in rows[:ROWS_SHOWN]],
            len(rows),
        )
        for key, heading, rows in groups
        if rows
    ]


def lines_of(importer: Importer, draft: Draft) -> tuple[Draft, list[tuple[str, str]]]:
    """Return a draft with (column, what the file says) of the preview."""
    values = draft.sheet.values
    labels = importer.shown_labels
    return draft, [(label, str(values.get(label) or "—")) for label in labels]


def run_before(importer: Importer, rows) -> ImportRun | None:
    """Return when the same file was imported last, if it was."""
    runs = ImportRun.objects.filter(code=importer.code, digest=digest_of(rows))
    return runs.select_related("by").first()


@require_POST
def import_confirm(request: UserRequest, code: str) -> HttpResponse:
    """Write what was previewed; the same form sent again writes nothing more."""
    importer = find(request, code)
    form = SealedForm(
        request.POST, importer=importer, user=request.user, purpose=CONFIRM
    )
    done: list[Plan] = []
    if not form.is_valid() or not attempt(
        form, lambda: done.append(write(importer, form, request.user))
    ):
        upload = UploadForm(importer=importer)
        return render_upload(request, importer, upload, refused=form, status=422)
    (plan,) = done
    if plan.new or plan.changed:
        messages.success(request, done_words(importer, plan))
    else:
        messages.info(request, f"这些{importer.name}已经导入过，没有重复写入。")
    return redirect("workbench:import-file", importer.code)


def done_words(importer: Importer, plan: Plan) -> str:
    text = f"已导入 {len(plan.new)} {importer.unit}{importer.name}。"
    if plan.changed:
        text += f"已更新 {len(plan.changed)} {importer.unit}。"
    if plan.same:
        text += f"另有 {len(plan.same)} 行已存在，未重复导入。"
    return text


@transaction.atomic
def write(importer: Importer, form: SealedForm, user: User) -> Plan:
    """Write the rows and remember the file."""
    rows = form.cleaned_data["rows"]
    before = run_before(importer, rows)
    plan = importer.write(rows, user)
    if not (plan.new or plan.changed):
        return plan
    if before and not form.cleaned_data["again"]:
        raise ValidationError(f"{said_before(before)}{AGAIN}", code="again")
    ImportRun.objects.create(
        code=importer.code,
        digest=digest_of(rows),
        by=user,
        rows=len(plan.new) + len(plan.changed),
    )
    return plan


def said_before(run: ImportRun) -> str:
    at = timezone.localtime(run.at)
    return f"该文件已于 {at:%Y-%m-%d %H:%M} 由 {run.by} 导入过（{run.rows} 行）。"


@require_safe
def import_template(request: UserRequest, code: str) -> HttpResponse:
    importer = find(request, code)
    name = f"{importer.sheet_name}模板 {importer.edition}"
    return answer(importer.template_book(), name)


@require_POST
def import_marked(request: UserRequest, code: str) -> HttpResponse:
    """Return the file with its faults marked, to be corrected and sent again."""
    importer = find(request, code)
    form = SealedForm(
        request.POST, importer=importer, user=request.user, purpose=MARKED
    )
    if not form.is_valid():
        upload = UploadForm(importer=importer)
        return render_upload(request, importer, upload, refused=form, status=422)
    book = importer.marked_book(form.cleaned_data["rows"], form.errors_found)
    return answer(book, f"{importer.sheet_name}（已标注问题）")


def render_upload(request, importer, form, *, refused=None, status=200):
    context = {"importer": importer, "form": form, "refused": refused}
    return render(request, "workbench/importing/form.html", context, status=status)
