"""Leads at work: the list with its sums, the form, the steps, the year."""

from datetime import date
from functools import partial
from operator import attrgetter

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.counting import Scope, totals, until
from activities.desks.lead import COLUMNS
from activities.forms.lead import LeadForm, LeadStepForm
from activities.models import Lead
from activities.models.lead import (
    CHECKS,
    CLOSED_ERROR,
    LeadKind,
    LeadQuerySet,
    LeadState,
)
from activities.services import lead as services
from activities.services.export import Export, table_answer
from activities.views.export import export_view
from chambers.access import UserRequest
from chambers.models import Chamber
from chambers.rights import may_export, may_review, may_write, right, sees_records
from redleader.records.editing import edit
from redleader.records.filters import Filters, RowOptions, year_words
from redleader.records.paging import page_newest_first
from redleader.records.search import search
from redleader.records.steps import StepForm, answer_step, step_forms

SAVED = "已提交，等待工作人员核实。"


def filters_of(request: UserRequest) -> Filters:
    chambers = Chamber.objects.visible_to(request.user).filter(
        pk__in=Lead.objects.values("chamber")
    )
    return Filters(
        request.GET,
        q=None,
        kind=dict(LeadKind.choices),
        state=dict(LeadState.choices),
        year=year_words(services.lead_years()),
        chamber=RowOptions(chambers, attrgetter("name")),
    )


def narrowed(request: UserRequest, filters: Filters) -> LeadQuerySet:
    """Return the leads that the user may see and asked for."""
    leads = Lead.objects.visible_to(request.user)
    if filters.get("q"):
        by_title = search(leads, filters.get("q"))
        leads = by_title | search(leads, filters.get("q"), prefix="chamber__")
    if filters.get("kind"):
        leads = leads.filter(kind=filters.get("kind"))
    if filters.get("state"):
        leads = leads.filter(state=filters.get("state"))
    if filters.get("year"):
        leads = services.in_year(leads, int(filters.get("year")))
    if filters.get("chamber"):
        leads = leads.filter(chamber=filters.get("chamber"))
    return leads


@right(sees_records)
@require_safe
def lead_list(request: UserRequest) -> HttpResponse:
    filters = filters_of(request)
    leads = narrowed(request, filters)
    page = page_newest_first(
        leads.with_names(), request.GET.get("older", ""), field="submitted_on"
    )
    today = timezone.localdate()
    context = {
        "page": page,
        "filters": filters,
        "totals": totals(services.CODES_AT_WORK, until(today), leads),
    }
    return render(request, "workbench/lead/list.html", context)


@right(sees_records, may_export)
@export_view
def lead_export(request: UserRequest) -> Export:
    """Send the narrowed list as a workbook: everybody gets the rows they may see."""
    filters = filters_of(request)
    leads = narrowed(request, filters).with_names().prefetch_related("steps")
    return table_answer(
        "商会引才信息（内部使用）", COLUMNS, leads, words=filters.words()
    )


@right(sees_records)
@require_safe
def lead_board(request: UserRequest) -> HttpResponse:
    """Show a year beside its target, and each chamber in order of name."""
    today = timezone.localdate()
    years = services.lead_years()
    filters = Filters(request.GET, year=year_words(years))
    year = int(filters.get("year") or today.year)
    mine = Lead.objects.visible_to(request.user)
    scope = Scope(date(year, 1, 1), min(date(year, 12, 31), today))
    context = {
        "year": year,
        "years": years,
        "filters": filters,
        "totals": totals(services.CODES_AT_WORK, scope, mine),
        "target": services.target_of(year),
        "rows": services.lines_by_chamber(services.in_year(mine, year), scope),
    }
    return render(request, "workbench/lead/board.html", context)


def find(request: UserRequest, pk: int) -> Lead:
    """Return a lead in the user's scope; a foreign one is a 404."""
    leads = Lead.objects.visible_to(request.user).with_names()
    return get_object_or_404(leads.select_related("created_by"), pk=pk)


@right(sees_records)
@require_safe
def lead_detail(request: UserRequest, pk: int) -> HttpResponse:
    return render_detail(request, find(request, pk))


def render_detail(request, lead, *, form=None, step=None, status=200):
    """``step`` replaces the empty form of its state."""
    context = {
        "lead": lead,
        "steps": lead.steps.select_related("by"),
        "step_forms": next_forms(request, lead, step),
        "is_own": request.user.pk == lead.created_by_id,
        "may_review": may_review(request.user),
        "form": form,
    }
    return render(request, "workbench/lead/detail.html", context, status=status)


def next_forms(request, lead, bound: StepForm | None) -> list[StepForm]:
    """Return a form for each next step that this user may take."""
    if not may_review(request.user):
        return []
    own = request.user.pk == lead.created_by_id
    return [
        form
        for form in step_forms(LeadStepForm, lead, bound)
        if not (own and form.to in CHECKS)
    ]


@right(sees_records, writes=may_review)
@require_POST
def lead_step(request: UserRequest, pk: int, state: str) -> HttpResponse:
    lead = find(request, pk)

    def show(**context):
        return render_detail(request, find(request, pk), **context)

    return answer_step(
        request,
        lead,
        state,
        form_class=LeadStepForm,
        take=services.take_step,
        render_detail=show,
    )


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def lead_create(request: UserRequest) -> HttpResponse:
    return edit_lead(request, Lead(), title="提供引才信息", saved=SAVED)


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def lead_update(request: UserRequest, pk: int) -> HttpResponse:
    lead = find(request, pk)
    return edit_lead(request, lead, title="修改引才信息", saved="已保存，等待核实。")


def edit_lead(request: UserRequest, lead: Lead, *, title: str, saved: str):
    return edit(
        request,
        lead,
        make_form=partial(LeadForm, user=request.user),
        save=partial(services.save_lead, user=request.user),
        mine=Lead.objects.visible_to(request.user),
        title=title,
        saved=saved,
        crumbs=[("引才信息", reverse("workbench:lead-list"))],
        hint="核实以前可以修改，内容只供内部使用。",
        closed=lambda lead: "" if lead.is_waiting else CLOSED_ERROR,
    )
