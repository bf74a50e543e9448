"""Projects at work: the list with its totals, the form, the steps, the entries."""

from functools import partial
from operator import attrgetter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.desks.project import COLUMNS
from activities.forms.project import ProjectEntryForm, ProjectForm, ProjectStepForm
from activities.models import Project, ProjectEntry
from activities.models.project import (
    CLOSED_ERROR,
    UNSIGNED_ERROR,
    ProjectKind,
    ProjectQuerySet,
    ProjectState,
)
from activities.services import project as services
from activities.services.export import Export, table_answer
from activities.views.export import export_view
from chambers.access import UserRequest
from chambers.models import Chamber, Region
from chambers.rights import may_export, may_write, right, sees_records
from redleader.records.editing import edit
from redleader.records.filters import Filters, RowOptions, year_words, years_of
from redleader.records.forms import Form, attempt
from redleader.records.paging import page_newest_first
from redleader.records.search import search
from redleader.records.steps import answer_step, step_forms

LIST = ("回乡投资和乡村振兴项目", reverse_lazy("workbench:project-list"))
CHECKS = {"no-entry": "还没有到位资金和就业", "over": "到位超过签约金额"}


def filters_of(request: UserRequest) -> Filters:
    mine = Project.objects.visible_to(request.user).order_by()
    chambers = Chamber.objects.visible_to(request.user).filter(
        pk__in=Project.objects.values("chamber")
    )
    townships = Region.objects.filter(pk__in=mine.values("township"))
    return Filters(
        request.GET,
        q=None,
        kind=dict(ProjectKind.choices),
        state=dict(ProjectState.choices),
        year=year_words(years_of(mine, "signed_on"), "{}年签约"),
        township=RowOptions(townships, attrgetter("name")),
        chamber=RowOptions(chambers, attrgetter("name")),
        check=CHECKS,
    )


def narrowed(request: UserRequest, filters: Filters) -> ProjectQuerySet:
    """Return the projects that the user may see and asked for."""
    found = Project.objects.visible_to(request.user)
    if filters.get("q"):
        by_name = found.filter(name__icontains=filters.get("q"))
        found = by_name | search(found, filters.get("q"), prefix="chamber__")
    if filters.get("kind"):
        found = found.of_kind(filters.get("kind"))
    if filters.get("state"):
        found = found.filter(state=filters.get("state"))
    if filters.get("year"):
        found = found.filter(signed_on__year=int(filters.get("year")))
    if filters.get("township"):
        found = found.filter(township=filters.get("township"))
    if filters.get("chamber"):
        found = found.filter(chamber=filters.get("chamber"))
    if filters.get("check"):
        is_over = filters.get("check") == "over"
        found = found.overpaid() if is_over else found.without_entry()
    return found


@right(sees_records)
@require_safe
def project_list(request: UserRequest) -> HttpResponse:
    filters = filters_of(request)
    projects = narrowed(request, filters)
    page = page_newest_first(
        projects.with_names(),
        request.GET.get("older", ""),
        field="created_at",
    )
    context = {"page": page, "filters": filters, "totals": services.totals_of(projects)}
    return render(request, "workbench/project/list.html", context)


@right(sees_records, may_export)
@export_view
def project_export(request: UserRequest) -> Export:
    """Send the narrowed list as a workbook: everybody gets the rows they may see."""
    filters = filters_of(request)
    projects = narrowed(request, filters).with_names()
    return table_answer(
        "乡贤回归和乡村振兴项目（内部使用）",
        COLUMNS,
        projects.prefetch_related("steps"),
        words=filters.words(),
    )


def find(request: UserRequest, pk: int) -> Project:
    """Return a project in the user's scope; a foreign one is a 404."""
    projects = Project.objects.visible_to(request.user).with_names()
    return get_object_or_404(projects.select_related("created_by"), pk=pk)


@right(sees_records)
@require_safe
def project_detail(request: UserRequest, pk: int) -> HttpResponse:
    return render_detail(request, find(request, pk))


def render_detail(request, project, *, form=None, step=None, status=200):
    """``step`` replaces the empty form of its state."""
    context = {
        "project": project,
        "steps": project.steps.select_related("by"),
        "step_forms": step_forms(ProjectStepForm, project, step),
        "entries": project.entries.all(),
        "form": form,
        "is_over": project.takes_entries and project.paid_in > project.contracted,
    }
    return render(request, "workbench/project/detail.html", context, status=status)


@right(sees_records)
@require_POST
def project_step(request: UserRequest, pk: int, state: str) -> HttpResponse:
    project = find(request, pk)

    def show(**context):
        return render_detail(request, find(request, pk), **context)

    return answer_step(
        request,
        project,
        state,
        form_class=ProjectStepForm,
        take=services.take_step,
        render_detail=show,
    )


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def project_create(request: UserRequest) -> HttpResponse:
    return edit_project(request, Project(), title="登记项目")


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def project_update(request: UserRequest, pk: int) -> HttpResponse:
    return edit_project(request, find(request, pk), title="修改项目")


def edit_project(request: UserRequest, project: Project, *, title: str):
    return edit(
        request,
        project,
        make_form=partial(ProjectForm, user=request.user),
        save=partial(services.save_project, user=request.user),
        mine=Project.objects.visible_to(request.user),
        title=title,
        crumbs=[LIST] if project._state.adding else [LIST, crumb(project)],
        hint="新的项目从“线索”开始，在项目的页面上依次登记在谈、签约、开工、投产。",
        closed=lambda project: CLOSED_ERROR if project.is_closed else "",
    )


def crumb(project: Project) -> tuple[str, str]:
    return project.name, project.get_absolute_url()


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def project_entry_create(request: UserRequest, pk: int) -> HttpResponse:
    project = find(request, pk)
    if not project.takes_entries:
        refused = Form({})
        text = CLOSED_ERROR if project.is_closed else UNSIGNED_ERROR
        refused.add_error(None, text)
        return render_detail(request, project, form=refused, status=409)
    entry = ProjectEntry(project=project)
    return edit_entry(request, entry, title="登记到位资金和就业")


def find_entry(request: UserRequest, pk: int) -> ProjectEntry:
    entries = ProjectEntry.objects.visible_to(request.user)
    return get_object_or_404(entries.select_related("project"), pk=pk)


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def project_entry_update(request: UserRequest, pk: int) -> HttpResponse:
    return edit_entry(request, find_entry(request, pk), title="修改到位资金和就业")


def edit_entry(request: UserRequest, entry: ProjectEntry, *, title: str):
    return edit(
        request,
        entry,
        make_form=ProjectEntryForm,
        save=partial(services.save_entry, user=request.user),
        mine=ProjectEntry.objects.visible_to(request.user),
        title=title,
        crumbs=[LIST, crumb(entry.project)],
        hint="一笔一条，合计由系统算出；填错了可以修改或删除。",
        closed=lambda entry: CLOSED_ERROR if entry.project.is_closed else "",
    )


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def project_entry_delete(request: UserRequest, pk: int) -> HttpResponse:
    """Ask first."""
    entry = find_entry(request, pk)
    if request.method != "POST":
        return render(request, "workbench/project/delete.html", {"entry": entry})
    form, project = Form({}), entry.project
    if attempt(form, services.delete_entry, entry):
        messages.success(request, f"已删除 {entry.day} 的登记。")
        return redirect(project)
    return render_detail(request, find(request, project.pk), form=form, status=409)
