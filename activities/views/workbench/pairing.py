"""村企共建 at work: the list with its totals, the form, the projects, the steps."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.forms.merge import picked
from activities.forms.pairing import PairingForm, ProjectForm, TerminateForm
from activities.models import Pairing, PairingProgramme, PairingProject
from activities.models.pairing import CLOSED_ERROR, PairingQuerySet, PairingState
from activities.services import pairing as services
from activities.services.export import MAX_ROWS, PAIRING_COLUMNS
from chambers.access import UserRequest
from chambers.models import Region
from redleader.errors import TITLES
from redleader.filters import Filters
from redleader.forms import EditConflictError, Form, attempt, parse_uuid
from redleader.history import last_change
from redleader.paging import page_newest_first
from redleader.search import search
from redleader.sheets import add_table, answer, count_line, new_book

SENT_TWICE = "已保存，无需重复提交。"


def narrowed(request: UserRequest) -> tuple[Filters, PairingQuerySet]:
    """Return the filters of a list and the pairings that they leave."""
    townships = Region.objects.filter(children__pairings__isnull=False).distinct()
    filters = Filters(
        request.GET,
        q=None,
        programme={str(row.pk): row.name for row in PairingProgramme.objects.all()},
        state=dict(PairingState.choices),
        township={place.pk: place.name for place in townships},
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


@require_safe
def pairing_list(request: UserRequest) -> HttpResponse:
    filters, pairings = narrowed(request)
    page = page_newest_first(
        pairings.with_names(), request.GET.get("older", ""), field="created_at"
    )
    context = {"page": page, "filters": filters, "totals": services.totals(pairings)}
    return render(request, "workbench/pairing/list.html", context)


@require_safe
def pairing_export(request: UserRequest) -> HttpResponse:
    filters, pairings = narrowed(request)
    rows = list(pairings.with_names().prefetch_related("projects")[: MAX_ROWS + 1])
    day = timezone.localdate()
    words = "、".join(filters.words())
    line = count_line(rows, MAX_ROWS, day) + (f"；筛选：{words}" if words else "")
    book = new_book()
    add_table(
        book,
        "村企共建",
        PAIRING_COLUMNS,
        rows[:MAX_ROWS],
        title=f"{settings.PORTAL['county']}村企共建结对",
        lines=[settings.PORTAL["owner"], line],
    )
    return answer(book, f"村企共建 {day}")


def find(request: UserRequest, pk: int) -> Pairing:
    """Return a pairing in the user's scope; a foreign one is a 404."""
    pairings = Pairing.objects.visible_to(request.user).with_names()
    return get_object_or_404(pairings.select_related("created_by"), pk=pk)


@require_safe
def pairing_detail(request: UserRequest, pk: int) -> HttpResponse:
    return render_detail(request, find(request, pk))


def render_detail(request, pairing, *, form=None, terminate=None, status=200):
    steps = [step for step in pairing.next_states if step != PairingState.TERMINATED]
    context = {
        "pairing": pairing,
        "projects": pairing.projects.all(),
        "steps": steps,
        "form": form,
        "terminate": (terminate or TerminateForm()) if pairing.is_live else None,
    }
    return render(request, "workbench/pairing/detail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def pairing_create(request: UserRequest) -> HttpResponse:
    return edit(request, Pairing(), "workbench/pairing/form.html")


@require_http_methods(["GET", "HEAD", "POST"])
def pairing_update(request: UserRequest, pk: int) -> HttpResponse:
    pairing = find(request, pk)
    if not pairing.is_live:
        return refuse_closed(request, pairing)
    return edit(request, pairing, "workbench/pairing/form.html")


def refuse_closed(request: UserRequest, pairing: Pairing) -> HttpResponse:
    refused = Form({})
    refused.add_error(None, CLOSED_ERROR)
    return render_detail(request, pairing, form=refused, status=409)


def form_of(request: UserRequest, row, *data):
    if isinstance(row, Pairing):
        return PairingForm(*data, instance=row, user=request.user)
    return ProjectForm(*data, instance=row)


def edit(request: UserRequest, row, template: str) -> HttpResponse:
    """Show and save the form of a pairing or a project, once for each form."""
    model = type(row)
    context = {"row": row}
    if request.method != "POST":
        context["form"] = form_of(request, row)
        return render(request, template, context)
    key = parse_uuid(request.POST.get("form_key"))
    is_new = row.pk is None
    if is_new and key:
        there = model.objects.filter(form_key=key).first()
        if there and own(request, there):
            messages.info(request, SENT_TWICE)
            return redirect(there)
        if not there:
            row.form_key = key
    data: QueryDict = request.POST
    if not is_new:
        stored = model.objects.get(pk=row.pk)
        data = picked(data, form_of(request, stored))
    form = context["form"] = form_of(request, row, data)
    try:
        saved = form.is_valid() and attempt(form, save, form, request.user)
    except EditConflictError as error:
        found = form.differences(form_of(request, error.current))
        if not found:  # The answer to the same text was lost on the way.
            messages.info(request, SENT_TWICE)
            return redirect(error.current)
        form.data = data.copy()
        form.data["version"] = str(error.current.version)
        context |= {
            "title": TITLES[409],
            "change": last_change(error.current),
            "differences": found,
        }
        return render(request, template, context, status=409)
    if not saved:
        return render(request, template, context, status=422)
    messages.success(request, "已保存。")
    return redirect(row)


def own(request: UserRequest, row) -> bool:
    pairing = row if isinstance(row, Pairing) else row.pairing
    return Pairing.objects.visible_to(request.user).filter(pk=pairing.pk).exists()


def save(form, user) -> None:
    version = form.cleaned_data.get("version")
    if isinstance(form.instance, Pairing):
        services.save_pairing(form.instance, user=user, version=version)
    else:
        services.save_project(form.instance, version=version)


@require_POST
def pairing_step(request: UserRequest, pk: int, state: str) -> HttpResponse:
    pairing = find(request, pk)
    if state not in PairingState.values or state == PairingState.INTENT:
        raise Http404
    terminating = state == PairingState.TERMINATED
    form = TerminateForm(request.POST) if terminating else Form({})
    if not form.is_valid():
        return render_detail(request, pairing, terminate=form, status=422)
    if attempt(form, services.step_pairing, pairing, to=state, **form.cleaned_data):
        messages.success(request, f"已登记：{PairingState(state).label}。")
        return redirect(pairing)
    return render_detail(request, find(request, pk), form=form, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
def project_create(request: UserRequest, pk: int) -> HttpResponse:
    pairing = find(request, pk)
    if not pairing.is_live:
        return refuse_closed(request, pairing)
    project = PairingProject(pairing=pairing)
    return edit(request, project, "workbench/pairing/project.html")


def find_project(request: UserRequest, pk: int) -> PairingProject:
    pairings = Pairing.objects.visible_to(request.user)
    projects = PairingProject.objects.filter(pairing__in=pairings)
    return get_object_or_404(
        projects.select_related("pairing__village", "pairing__enterprise"), pk=pk
    )


@require_http_methods(["GET", "HEAD", "POST"])
def project_update(request: UserRequest, pk: int) -> HttpResponse:
    project = find_project(request, pk)
    if not project.pairing.is_live:
        return refuse_closed(request, find(request, project.pairing_id))
    return edit(request, project, "workbench/pairing/project.html")


@require_http_methods(["GET", "HEAD", "POST"])
def project_delete(request: UserRequest, pk: int) -> HttpResponse:
    """Ask first."""
    project = find_project(request, pk)
    if request.method != "POST":
        return render(request, "workbench/pairing/delete.html", {"project": project})
    form, pairing = Form({}), find(request, project.pairing_id)
    if attempt(form, services.delete_project, project):
        messages.success(request, f"已删除项目“{project.name}”。")
        return redirect(pairing)
    return render_detail(request, pairing, form=form, status=409)


def work_card(request: UserRequest) -> dict[str, object]:
    """Return this work's card for the page of all works."""
    totals = services.totals(Pairing.objects.visible_to(request.user))
    return {
        "name": "村企共建",
        "about": "村和企业结对，登记共建项目、资金和就业。",
        "numbers": [
            ("结对村", totals["villages"], "同一个村只计一次"),
            ("结对企业", totals["enterprises"], "同一家企业只计一次"),
        ],
        "links": [
            ("登记结对", reverse("workbench:pairing-create")),
            ("全部结对", reverse("workbench:pairing-list")),
        ],
    }
