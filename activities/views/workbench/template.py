"""Templates of staff: upload, the list of placeholders, and the filled files."""

from datetime import date
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activities.forms.template import PeriodForm, TemplateForm
from activities.models import ReportTemplate
from activities.models.template import TemplateKind
from activities.papers import briefing
from activities.papers.placeholder import Span, known_names, meanings, span_of
from activities.papers.template import fill
from activities.services.export import Export, export_answer
from chambers.access import UserRequest
from chambers.rights import is_office, is_staff, right, sees_records
from redleader.records.editing import ask_first
from redleader.records.forms import attempt
from redleader.records.quarters import Quarter
from redleader.sheets.workbook import CONTENT_TYPE, attachment

QUARTERS, YEARS = 8, 4  # that are offered
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DEFAULT = "汇报材料模板（可修改后上传）"


def periods(today: date) -> dict[str, str]:
    """Return the quarters and years that a file may be filled for, newest first."""
    quarter, found = Quarter.of(today), {}
    for _ in range(QUARTERS):
        found[quarter.code] = str(quarter)
        quarter = quarter.previous
    years = range(today.year, today.year - YEARS, -1)
    return found | {str(year): f"{year}年全年" for year in years}


def file_of(name: str, kind: str) -> tuple[str, str]:
    """Return the name and the type of a file of a kind."""
    if kind == TemplateKind.WORD:
        return f"{name}.docx", WORD
    return f"{name}.xlsx", CONTENT_TYPE


def send(content: bytes, name: str, kind: str) -> HttpResponse:
    """Send a file that holds no rows."""
    return attachment(content, *file_of(name, kind))


@right(sees_records, is_staff)
@require_http_methods(["GET", "HEAD", "POST"])
def template_list(request: UserRequest) -> HttpResponse:
    """Show the templates; take a new one."""
    form = TemplateForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = TemplateForm(request.POST, request.FILES)
        form.instance.uploaded_by = request.user
        if form.is_valid() and attempt(form, form.instance.save):
            messages.success(request, "模板已保存。")
            return redirect(form.instance)
    context = {
        "templates": ReportTemplate.objects.select_related("uploaded_by").defer(
            "content"
        ),
        "form": form,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "workbench/template/list.html", context, status=status)


@right(sees_records, is_staff)
@require_safe
def placeholder_list(request: UserRequest) -> HttpResponse:
    return render(
        request, "workbench/template/placeholders.html", {"names": meanings()}
    )


@right(sees_records, is_staff)
@require_safe
def template_default(request: UserRequest) -> HttpResponse:
    """Send the 汇报材料 that a county starts with, to be edited and uploaded."""
    return send(briefing.default_document(), DEFAULT, TemplateKind.WORD)


def find(request: UserRequest, pk: int) -> ReportTemplate:
    return get_object_or_404(
        ReportTemplate.objects.select_related("uploaded_by"), pk=pk
    )


@right(sees_records, is_staff)
@require_http_methods(["GET", "HEAD", "POST"])
def template_detail(request: UserRequest, pk: int) -> HttpResponse:
    """Show a template's placeholders; fill it for the period that is asked for."""
    template = find(request, pk)
    offered = periods(timezone.localdate())
    form = PeriodForm(request.POST or None, periods=offered)
    if request.method == "POST" and form.is_valid():
        span = span_of(form.cleaned_data["period"], timezone.localdate())
        if span:
            return export_answer(request, partial(filled, template, span))
    known = known_names()
    context = {
        "template": template,
        "form": form,
        "names": [(name, name in known) for name in template.names],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "workbench/template/detail.html", context, status=status)


def filled(template: ReportTemplate, span: Span) -> Export:
    write = briefing.write_briefing if template.is_briefing else fill
    return Export(
        template.name,
        len(template.names),
        write(template, span),
        *file_of(f"{template.name} {span.words}", template.kind),
        words=[span.words],
    )


@right(sees_records, is_staff)
@require_safe
def template_file(request: UserRequest, pk: int) -> HttpResponse:
    """Send the template itself, to be edited."""
    template = find(request, pk)
    return send(bytes(template.content), template.name, template.kind)


@right(sees_records, is_office)
@require_http_methods(["GET", "HEAD", "POST"])
def template_delete(request: UserRequest, pk: int) -> HttpResponse:
    """Ask first."""
    template = find(request, pk)
    if request.method != "POST":
        return ask_first(
            request,
            noun="这个模板",
            what=str(template),
            back=template.get_absolute_url(),
            note="文件删除后不能找回，需要的请先下载原模板。",
        )
    template.delete()
    messages.success(request, f"已删除模板“{template}”。")
    return redirect("workbench:template-list")


@right(sees_records, is_office)
@require_http_methods(["GET", "HEAD", "POST"])
def briefing_create(request: UserRequest) -> HttpResponse:
    """Draft the 汇报材料 of a period from the text that comes with the system."""
    offered = periods(timezone.localdate())
    form = PeriodForm(request.POST or None, periods=offered)
    form.button = "下载初稿"
    if request.method == "POST" and form.is_valid():
        span = span_of(form.cleaned_data["period"], timezone.localdate())
        if span:
            template = briefing.default_template()
            return export_answer(request, partial(filled, template, span))
    context = {
        "form": form,
        "templates": ReportTemplate.objects.filter(is_briefing=True).defer("content"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "workbench/template/briefing.html", context, status=status)
