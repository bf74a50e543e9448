"""Leads at work: the list with its sums, the form, the steps, the year."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.forms.lead import LeadForm, LeadStepForm
from activities.forms.merge import picked
from activities.models import Lead
from activities.models.lead import (
    CHECKS,
    CLOSED_ERROR,
    LeadKind,
    LeadQuerySet,
    LeadState,
)
from activities.services import lead as services
from activities.services.export import LEAD_COLUMNS, MAX_ROWS
from chambers.access import UserRequest, may_review
from chambers.models import Chamber
from redleader.errors import TITLES
from redleader.filters import Filters
from redleader.forms import EditConflictError, attempt, general_part, parse_uuid
from redleader.history import last_change
from redleader.paging import page_newest_first
from redleader.search import search
from redleader.sheets import add_table, answer, count_line, new_book

SAVED = "已提交，等待工作人员核实。"


def filters_of(request: UserRequest) -> Filters:
    chambers = Chamber.objects.visible_to(request.user).filter(leads__isnull=False)
    return Filters(
        request.GET,
        q=None,
        kind=dict(LeadKind.choices),
        state=dict(LeadState.choices),
        year={str(year): f"{year}年" for year in services.lead_years()},
        chamber={str(row.pk): row.name for row in chambers.distinct()},
    )


def narrowed(request: UserRequest, filters: Filters) -> LeadQuerySet:
    """Return the leads that the user may see and asked for."""
    leads = Lead.objects.visible_to(request.user)
    if filters.get("q"):
        by_title = leads.filter(title__icontains=filters.get("q"))
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


@require_safe
def lead_list(request: UserRequest) -> HttpResponse:
    filters = filters_of(request)
    leads = narrowed(request, filters)
    page = page_newest_first(
        leads.with_names(), request.GET.get("older", ""), field="submitted_on"
    )
    context = {"page": page, "filters": filters, "sums": services.sums_of(leads)}
    return render(request, "workbench/lead/list.html", context)


@require_safe
def lead_export(request: UserRequest) -> HttpResponse:
    """Send the narrowed list as a workbook: everybody gets the rows they may see."""
    filters = filters_of(request)
    leads = narrowed(request, filters).with_names().prefetch_related("steps")
    rows = list(leads[: MAX_ROWS + 1])
    day = timezone.localdate()
    words = "、".join(filters.words())
    book = new_book()
    add_table(
        book,
        "引才信息",
        LEAD_COLUMNS,
        rows[:MAX_ROWS],
        title=f"{settings.PORTAL['county']}商会引才信息（内部使用）",
        lines=[
            settings.PORTAL["owner"],
            count_line(rows, MAX_ROWS, day) + (f"；筛选：{words}" if words else ""),
        ],
    )
    return answer(book, f"引才信息 {day}")


@require_safe
def lead_board(request: UserRequest) -> HttpResponse:
    """Show a year beside its target, and each chamber in order of name."""
    this_year = timezone.localdate().year
    years = services.lead_years()
    filters = Filters(request.GET, year={str(year): f"{year}年" for year in years})
    year = int(filters.get("year") or this_year)
    leads = services.in_year(Lead.objects.visible_to(request.user), year)
    context = {
        "year": year,
        "years": years,
        "filters": filters,
        "sums": services.sums_of(leads),
        "target": services.target_of(year),
        "rows": services.sums_by_chamber(leads),
    }
    return render(request, "workbench/lead/board.html", context)


def find(request: UserRequest, pk: int) -> Lead:
    """Return a lead in the user's scope; a foreign one is a 404."""
    leads = Lead.objects.visible_to(request.user).with_names()
    return get_object_or_404(leads.select_related("created_by"), pk=pk)


@require_safe
def lead_detail(request: UserRequest, pk: int) -> HttpResponse:
    return render_detail(request, find(request, pk))


def render_detail(request, lead, *, form=None, step=None, status=200):
    """``step`` replaces the empty form of its state."""
    context = {
        "lead": lead,
        "steps": lead.steps.select_related("by"),
        "step_forms": step_forms(request, lead, step),
        "is_own": request.user.pk == lead.created_by_id,
        "may_review": may_review(request.user),
        "form": form,
    }
    return render(request, "workbench/lead/detail.html", context, status=status)


def step_forms(request, lead, bound: LeadStepForm | None) -> list[LeadStepForm]:
    """Return a form for each next step that this user may take."""
    if not may_review(request.user):
        return []
    own = request.user.pk == lead.created_by_id
    initial = {"version": lead.version}
    return [
        bound
        if bound is not None and bound.to == to
        else LeadStepForm(to=to, initial=initial)
        for to in lead.next_states
        if not (own and to in CHECKS)
    ]


@require_POST
def lead_step(request: UserRequest, pk: int, state: str) -> HttpResponse:
    """Take a step; only for who may review."""
    lead = find(request, pk)
    if not may_review(request.user):
        raise PermissionDenied
    if state not in LeadStepForm.STATES:
        raise Http404
    form = LeadStepForm(request.POST, to=state)
    if form.is_valid() and attempt(
        form,
        services.take_step,
        lead,
        to=form.to,
        user=request.user,
        **form.cleaned_data,
    ):
        messages.success(request, f"已登记：{form.to.label}。")
        return redirect(lead)
    is_late = bool(form.non_field_errors())
    return render_detail(
        request,
        find(request, pk),
        form=general_part(form) if is_late else None,
        step=None if is_late else form,
        status=409 if is_late else 422,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def lead_create(request: UserRequest) -> HttpResponse:
    user = request.user
    if request.method != "POST":
        return render_form(request, LeadForm(user=user))
    done = saved_before(request)
    if done:
        return done
    key = parse_uuid(request.POST.get("form_key"))
    lead = Lead(form_key=key) if key else Lead()
    form = LeadForm(request.POST, user=user, instance=lead)
    if form.is_valid() and attempt(form, services.save_lead, lead, user=user):
        messages.success(request, SAVED)
        return redirect(lead)
    lead.pk, lead._state.adding = None, True
    # Of two that arrive together the later one fails on the key of the first.
    return saved_before(request) or render_form(request, form, status=422)


def saved_before(request: UserRequest) -> HttpResponse | None:
    """Lead to the row that the same form has already made, if it has."""
    key = parse_uuid(request.POST.get("form_key"))
    done = key and Lead.objects.filter(form_key=key, created_by=request.user).first()
    if not done:
        return None
    messages.info(request, "已保存，无需重复提交。")
    return redirect(done)


@require_http_methods(["GET", "HEAD", "POST"])
def lead_update(request: UserRequest, pk: int) -> HttpResponse:
    lead, user = find(request, pk), request.user
    if not lead.is_waiting and request.method != "POST":
        messages.warning(request, CLOSED_ERROR)
        return redirect(lead)
    if request.method != "POST":
        return render_form(request, LeadForm(user=user, instance=lead))
    stored = find(request, pk)
    data = picked(request.POST, LeadForm(user=user, instance=stored))
    form = LeadForm(data, user=user, instance=lead)
    is_valid = form.is_valid()
    if not stored.is_waiting:
        return answer_closed(request, form, stored)
    try:
        version = form.cleaned_data.get("version")
        saved = is_valid and attempt(
            form, services.save_lead, lead, user=user, version=version
        )
    except EditConflictError as conflict:
        return answer_conflict(request, form, conflict.current)
    if not saved:
        return render_form(request, form, status=422)
    messages.success(request, "已保存，等待核实。")
    return redirect(lead)


def answer_closed(request, form: LeadForm, stored: Lead) -> HttpResponse:
    """Refuse what was typed into a lead that was checked since; show both."""
    if form.is_valid() and not form.differences(stored):
        messages.info(request, "已保存，无需重复提交。")
        return redirect(stored)  # A button was pressed twice.
    form.add_error(None, CLOSED_ERROR)
    return render_form(request, form, status=409)


def answer_conflict(request, form: LeadForm, stored: Lead) -> HttpResponse:
    """Answer 409 with who was faster and what each wrote, the typed text kept."""
    found = form.differences(stored)
    if not found:  # The answer to the same text was lost on the way.
        messages.info(request, "已保存，无需重复提交。")
        return redirect(stored)
    data = request.POST.copy()
    data["version"] = str(stored.version)
    form.data = data
    context = {
        "title": TITLES[409],
        "change": last_change(stored),
        "differences": found,
    }
    return render_form(request, form, status=409, **context)


def render_form(request, form: LeadForm, status=200, **context):
    lead = form.instance
    address = reverse("workbench:lead-create")
    if lead.pk:
        address = reverse("workbench:lead-update", args=[lead.pk])
    context |= {"form": form, "lead": lead, "address": address}
    return render(request, "workbench/lead/form.html", context, status=status)


def work_card(request: UserRequest) -> dict[str, object]:
    """Return this work's card for the page of all works."""
    year = timezone.localdate().year
    leads = services.in_year(Lead.objects.visible_to(request.user), year)
    sums, target = services.sums_of(leads), services.target_of(year)
    goal = f"全县目标不少于 {target} 条" if target else ""
    return {
        "name": "引才网络",
        "about": "商会提供的投资项目、高端人才、科研院所和先进技术信息。",
        "numbers": [
            (f"{year}年提供", sums.submitted, ""),
            ("有效", sums.valid, goal),
            ("落地", sums.landed, ""),
            ("待核", sums.waiting, ""),
        ],
        "links": [
            ("提供信息", reverse("workbench:lead-create")),
            ("全部信息", reverse("workbench:lead-list")),
            ("年度汇总", reverse("workbench:lead-board")),
        ],
    }
