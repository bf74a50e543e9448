"""Rows from a workbook: template, upload, preview, confirmation; for every noun."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.forms.importing import ConfirmForm, UploadForm
from chambers.access import UserRequest
from chambers.models import Role, User
from chambers.rights import may_import, may_review, right, sees_records
from redleader.models import ImportJob, JobState
from redleader.records.forms import Form, attempt
from redleader.sheets import jobs
from redleader.sheets.import_books import marked_book, template_book
from redleader.sheets.imports import IMPORTERS, Importer
from redleader.sheets.plan import SHOWN
from redleader.sheets.workbook import answer


def may_use(user: User, importer: Importer) -> bool:
    """Tell whether somebody may import: staff all, secretaries what is theirs."""
    return may_review(user) or (
        importer.for_secretaries and user.role == Role.SECRETARY
    )


def importers_of(user: User) -> list[Importer]:
    """Return what somebody may import."""
    return [importer for importer in IMPORTERS.values() if may_use(user, importer)]


def find(request: UserRequest, code: str) -> Importer:
    """Return an importer: 404 when there is none, 403 without the right."""
    importer = IMPORTERS.get(code)
    if importer is None:
        raise Http404
    if not may_use(request.user, importer):
        raise PermissionDenied
    return importer


def find_job(request: UserRequest, code: str, key: uuid.UUID) -> ImportJob:
    """Return a file that this user uploaded."""
    find(request, code)
    jobs_of_user = ImportJob.objects.filter(by=request.user, code=code)
    return get_object_or_404(jobs_of_user.select_related("by").defer("content"), pk=key)


@right(sees_records, may_import)
@require_safe
def import_list(request: UserRequest) -> HttpResponse:
    context = {"importers": importers_of(request.user)}
    return render(request, "workbench/importing/list.html", context)


@right(sees_records, may_import)
@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request: UserRequest, code: str) -> HttpResponse:
    """Take a file and show what it would do; nothing is written."""
    importer = find(request, code)
    if request.method != "POST":
        return render_upload(request, importer, UploadForm(importer=importer))
    form = UploadForm(request.POST, request.FILES, importer=importer)
    if not form.is_valid():
        return render_upload(request, importer, form, status=422)
    name = form.cleaned_data["file"].name
    job = jobs.keep(importer, form.sheet, name=name, user=request.user)
    if jobs.is_large(job):
        jobs.start(job)
        return redirect("workbench:import-job", code, job.pk)
    jobs.check(job)
    return render_job(request, importer, job)


@right(sees_records, may_import)
@require_safe
def import_job(request: UserRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Show how far a file is, what it would do, or what came of it.

    Asked for by the page itself, only the progress is sent.
    """
    job = find_job(request, code, key)
    if "HX-Request" in request.headers:
        response = render(request, "workbench/importing/_progress.html", {"job": job})
        if job.state not in jobs.WORKING:
            response["HX-Refresh"] = "true"
        return response
    return render_job(request, IMPORTERS[code], job)


def render_job(
    request: UserRequest, importer: Importer, job: ImportJob
) -> HttpResponse:
    context = {"importer": importer, "job": job}
    if job.state in jobs.WORKING:
        context["is_stuck"] = jobs.is_stuck(job)
        return render(request, "workbench/importing/progress.html", context)
    if job.state == JobState.CHECKED and not job.preview:
        refused = refused_form(jobs.EXPIRED)
        upload = UploadForm(importer=importer)
        return render_upload(request, importer, upload, refused=refused, status=422)
    if job.state == JobState.CHECKED:
        before = jobs.run_before(job)
        context |= {"shown": SHOWN, "before": before}
        context["form"] = confirm_form(importer, job, is_again=bool(before))
        status = 422 if job.preview["error_count"] else 200
        return render(
            request, "workbench/importing/preview.html", context, status=status
        )
    return render(request, "workbench/importing/result.html", context)


def confirm_form(importer: Importer, job: ImportJob, *, is_again: bool) -> ConfirmForm:
    """Return what asks to write a file; one that is here already asks once more."""
    form = ConfirmForm()
    form.action = reverse("workbench:import-confirm", args=[importer.code, job.pk])
    form.button = f"确认导入 {job.preview['new']} {importer.unit}"
    if job.preview["changed"]:
        form.button += f"、更新 {job.preview['changed']} {importer.unit}"
    form.fields["again"].required = True
    if not is_again:
        del form.fields["again"]
    return form


def refused_form(text: str) -> Form:
    form = Form({})
    form.add_error(None, text)
    return form


@right(sees_records, may_import)
@require_POST
def import_confirm(request: UserRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Write what was previewed; the same form sent again writes nothing more."""
    job = find_job(request, code, key)
    importer = IMPORTERS[code]
    form = ConfirmForm(request.POST)
    was_done = job.state == JobState.DONE
    if not form.is_valid() or not attempt(
        form, jobs.confirm, job, again=form.cleaned_data["again"]
    ):
        upload = UploadForm(importer=importer)
        return render_upload(request, importer, upload, refused=form, status=422)
    job.refresh_from_db()
    if job.state != JobState.DONE:
        return redirect("workbench:import-job", code, key)
    if was_done:
        messages.info(request, f"这些{importer.name}已经导入过，没有重复写入。")
    else:
        messages.success(request, job.result)
    return redirect("workbench:import-file", code)


@right(sees_records, may_import)
@require_safe
def import_template(request: UserRequest, code: str) -> HttpResponse:
    importer = find(request, code)
    name = f"{importer.sheet_name}模板 {importer.edition}"
    return answer(template_book(importer), name)


@right(sees_records, may_import)
@require_safe
def import_marked(request: UserRequest, code: str, key: uuid.UUID) -> HttpResponse:
    """Return the file with its faults marked, to be corrected and sent again."""
    job = find_job(request, code, key)
    if not job.preview.get("error_count"):
        raise Http404
    importer = IMPORTERS[code]
    book = marked_book(importer, jobs.rows_of(job))
    return answer(book, f"{importer.sheet_name}（已标注问题）")


def render_upload(request, importer, form, *, refused=None, status=200):
    context = {"importer": importer, "form": form, "refused": refused}
    return render(request, "workbench/importing/form.html", context, status=status)
