"""村企共建 at work: the list with its totals, the form, the projects, the steps."""

from functools import partial
from operator import attrgetter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.counting import Total, is_whole, totals, until
from activities.desks.pairing import COLUMNS
from activities.forms.pairing import PairingForm, PairingProjectForm, PairingStepForm
from activities.models import Pairing, PairingProgramme, PairingProject
from activities.models.pairing import CLOSED_ERROR, PairingQuerySet, PairingState
from activities.services import pairing as services
from activities.services.export import Export, table_answer
from activities.views.export import export_view
from chambers.access import UserRequest
from chambers.models import Region
from chambers.rights import may_export, may_write, right, sees_records
from redleader.records.editing import edit
from redleader.records.filters import Filters, RowOptions
from redleader.records.forms import Form, attempt
from redleader.records.paging import page_newest_first
from redleader.records.search import search
from redleader.records.steps import answer_step, step_forms

LIST = ("村企共建", reverse_lazy("workbench:pairing-list"))


def narrowed(request: UserRequest) -> tuple[Filters, PairingQuerySet]:
    """Return the filters of a list and the pairings that they leave."""
    mine = Pairing.objects.visible_to(request.user).order_by()
    townships = Region.objects.filter(pk__in=mine.values("village__parent"))
    filters = Filters(
        request.GET,
        q=None,
        programme={str(row.pk): row.name for row in PairingProgramme.objects.all()},
        state=dict(PairingState.choices),
        township=RowOptions(townships, attrgetter("name")),
    )
    found = Pairing.objects.visible_to(request.user)
    if filters.get("q"):
        text = filters.get("q")
        found = search(found, text, "enterprise__") | search(found, text, "village__")
    if filters.get("programme"):
        found = found.filter(programme=filters.get("programme"))
    if filters.get("state"):
        found = found.filter(state=filters.get("state"))
    if filters.get("township"):
        found = found.filter(village__parent=filters.get("township"))
    return filters, found


CODES = ["pairings", "paired-villages", "paired-enterprises"]
PROJECT_CODES = [
    "pairing-projects",
    "pairing-paid-in",
    "pairing-donations",
    "pairing-jobs",
    "pairing-income",
]


def totals_of(pairings: PairingQuerySet) -> list[Total]:
    """Return what pairings and their projects add up to until today."""
    scope = until(timezone.localdate())
    projects = PairingProject.objects.all()
    if not is_whole(pairings):
        projects = projects.filter(pairing__in=pairings.order_by())
    return totals(CODES, scope, pairings) + totals(PROJECT_CODES, scope, projects)


@right(sees_records)
@require_safe
def pairing_list(request: UserRequest) -> HttpResponse:
    filters, pairings = narrowed(request)
    page = page_newest_first(
        pairings.with_names(), request.GET.get("older", ""), field="created_at"
    )
    context = {"page": page, "filters": filters, "totals": totals_of(pairings)}
    return render(request, "workbench/pairing/list.html", context)


@right(sees_records, may_export)
@export_view
def pairing_export(request: UserRequest) -> Export:
    filters, pairings = narrowed(request)
    rows = pairings.with_names().prefetch_related("projects")
    return table_answer("村企共建结对", COLUMNS, rows, words=filters.words())


def find(request: UserRequest, pk: int) -> Pairing:
    """Return a pairing in the user's scope; a foreign one is a 404."""
    pairings = Pairing.objects.visible_to(request.user).with_names()
    return get_object_or_404(pairings.select_related("created_by"), pk=pk)


@right(sees_records)
@require_safe
def pairing_detail(request: UserRequest, pk: int) -> HttpResponse:
    return render_detail(request, find(request, pk))


def render_detail(request, pairing, *, form=None, step=None, status=200):
    """``step`` replaces the empty form of its state."""
    context = {
        "pairing": pairing,
        "projects": pairing.projects.all(),
        "steps": pairing.steps.select_related("by"),
        "step_forms": step_forms(PairingStepForm, pairing, step),
        "form": form,
    }
    return render(request, "workbench/pairing/detail.html", context, status=status)


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def pairing_create(request: UserRequest) -> HttpResponse:
    return edit_pairing(request, Pairing(), title="登记结对")


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def pairing_update(request: UserRequest, pk: int) -> HttpResponse:
    return edit_pairing(request, find(request, pk), title="修改结对")


def edit_pairing(request: UserRequest, pairing: Pairing, *, title: str):
    return edit(
        request,
        pairing,
        make_form=partial(PairingForm, user=request.user),
        save=partial(services.save_pairing, user=request.user),
        mine=Pairing.objects.visible_to(request.user),
        title=title,
        crumbs=[LIST] if pairing._state.adding else [LIST, crumb(pairing)],
        hint="名录里没有的村或企业，请工作人员在后台添加。",
        closed=lambda pairing: "" if pairing.is_live else CLOSED_ERROR,
    )


def crumb(pairing: Pairing) -> tuple[str, str]:
    return str(pairing), pairing.get_absolute_url()


def refuse_closed(request: UserRequest, pairing: Pairing) -> HttpResponse:
    refused = Form({})
    refused.add_error(None, CLOSED_ERROR)
    return render_detail(request, pairing, form=refused, status=409)


@right(sees_records)
@require_POST
def pairing_step(request: UserRequest, pk: int, state: str) -> HttpResponse:
    def show(**context):
        return render_detail(request, find(request, pk), **context)

    return answer_step(
        request,
        find(request, pk),
        state,
        form_class=PairingStepForm,
        take=services.take_step,
        render_detail=show,
    )


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def pairing_project_create(request: UserRequest, pk: int) -> HttpResponse:
    pairing = find(request, pk)
    if not pairing.is_live:
        return refuse_closed(request, pairing)
    project = PairingProject(pairing=pairing)
    return edit_project(request, project, title="登记共建项目")


def find_project(request: UserRequest, pk: int) -> PairingProject:
    pairings = Pairing.objects.visible_to(request.user)
    projects = PairingProject.objects.filter(pairing__in=pairings)
    return get_object_or_404(
        projects.select_related("pairing__village", "pairing__enterprise"), pk=pk
    )


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def pairing_project_update(request: UserRequest, pk: int) -> HttpResponse:
    return edit_project(request, find_project(request, pk), title="修改共建项目")


def edit_project(request: UserRequest, project: PairingProject, *, title: str):
    pairings = Pairing.objects.visible_to(request.user)
    return edit(
        request,
        project,
        make_form=PairingProjectForm,
        save=services.save_project,
        mine=PairingProject.objects.filter(pairing__in=pairings),
        title=title,
        crumbs=[LIST, crumb(project.pairing)],
        hint="金额以万元填写，都是到“数据截至”这一天的累计数；没有的不填。",
        closed=lambda project: "" if project.pairing.is_live else CLOSED_ERROR,
    )


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def pairing_project_delete(request: UserRequest, pk: int) -> HttpResponse:
    """Ask first."""
    project = find_project(request, pk)
    if request.method != "POST":
        return render(request, "workbench/pairing/delete.html", {"project": project})
    form, pairing = Form({}), find(request, project.pairing_id)
    if attempt(form, services.delete_project, project):
        messages.success(request, f"已删除项目“{project.name}”。")
        return redirect(pairing)
    return render_detail(request, pairing, form=form, status=409)
