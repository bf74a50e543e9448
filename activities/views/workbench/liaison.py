"""定点联系 at work: the year's board, contacts, and demands with their steps."""

from functools import partial
from operator import attrgetter

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.counting import RULES, totals, until
from activities.desks.liaison import CONTACT_COLUMNS, DEMAND_COLUMNS, board_columns
from activities.forms.liaison import (
    ActivityForm,
    AnsweredForm,
    AssignmentForm,
    DemandForm,
    DemandStepForm,
)
from activities.models import ContactActivity, ContactAssignment, Demand
from activities.models.liaison.contact import ContactActivityQuerySet, ContactKind
from activities.models.liaison.demand import CLOSED_ERROR, DemandQuerySet, DemandState
from activities.services import liaison as services
from activities.services.export import Export, table_answer
from activities.views.export import export_view
from chambers.access import UserRequest
from chambers.models import Branch, Chamber
from chambers.rights import may_export, may_review, may_write, right, sees_records
from redleader.records.editing import edit
from redleader.records.filters import Filters, RowOptions, year_words
from redleader.records.paging import page_newest_first
from redleader.records.steps import StepForm, answer_step, step_forms

LIST = ("定点联系", reverse_lazy("workbench:liaison-list"))
CONTACTS = ("联系活动", reverse_lazy("workbench:contact-list"))
DEMAND_CODES = ["demands-received", "demands-open", "demands-overdue", "demands-closed"]
DEMANDS = ("诉求", reverse_lazy("workbench:demand-list"))


# --- Assignments and the year


def board_of(
    request: UserRequest, *, most: int | None = services.LINES
) -> tuple[int, Filters, services.Board]:
    filters = Filters(request.GET, year=year_words(services.contact_years()))
    year = int(filters.get("year") or timezone.localdate().year)
    assignments = ContactAssignment.objects.visible_to(request.user)
    branches = Branch.objects.visible_to(request.user)
    return year, filters, services.year_board(assignments, branches, year, most=most)


@right(sees_records)
@require_safe
def liaison_list(request: UserRequest) -> HttpResponse:
    year, filters, board = board_of(request)
    context = {
        "year": year,
        "filters": filters,
        "board": board,
        "may_review": may_review(request.user),
    }
    return render(request, "workbench/liaison/list.html", context)


@right(sees_records, may_export)
@export_view
def liaison_export(request: UserRequest) -> Export:
    year, _, board = board_of(request, most=None)
    columns = board_columns(board.duties)
    return table_answer(f"{year}年定点联系（内部使用）", columns, board.rows)


def find_assignment(request: UserRequest, pk: int) -> ContactAssignment:
    """Return an assignment in the user's scope; a foreign one is a 404."""
    assignments = ContactAssignment.objects.visible_to(request.user)
    return get_object_or_404(assignments.select_related("branch"), pk=pk)


@right(sees_records)
@require_safe
def liaison_detail(request: UserRequest, pk: int) -> HttpResponse:
    assignment = find_assignment(request, pk)
    year = timezone.localdate().year
    only = ContactAssignment.objects.filter(pk=pk)
    activities = assignment.activities.select_related("created_by")
    demands = Demand.objects.visible_to(request.user).filter(assignment=assignment)
    context = {
        "crumbs": [LIST],
        "assignment": assignment,
        "year": year,
        "row": next(iter(services.board_rows(only, year)), None),
        "page": page_newest_first(
            activities, request.GET.get("older", ""), field="held_on"
        ),
        "demands": demands.select_related("chamber"),
        "may_review": may_review(request.user),
    }
    return render(request, "workbench/liaison/detail.html", context)


@right(sees_records, may_review)
@require_http_methods(["GET", "HEAD", "POST"])
def liaison_create(request: UserRequest) -> HttpResponse:
    return edit_assignment(request, ContactAssignment(), title="登记定点联系")


@right(sees_records, may_review)
@require_http_methods(["GET", "HEAD", "POST"])
def liaison_update(request: UserRequest, pk: int) -> HttpResponse:
    assignment = find_assignment(request, pk)
    return edit_assignment(request, assignment, title="修改定点联系")


def edit_assignment(request: UserRequest, assignment: ContactAssignment, *, title):
    """Assignments are kept by the organisation department and the federation."""
    return edit(
        request,
        assignment,
        make_form=partial(AssignmentForm, user=request.user),
        save=partial(services.save_assignment, user=request.user),
        mine=ContactAssignment.objects.visible_to(request.user),
        title=title,
        crumbs=[LIST] if assignment._state.adding else [LIST, crumb(assignment)],
        hint="领导调整时填写结束日期，另登记新的一项。",
    )


def crumb(row) -> tuple[str, str]:
    return str(row), row.get_absolute_url()


# --- Contacts


def narrowed_activities(
    request: UserRequest,
) -> tuple[Filters, ContactActivityQuerySet]:
    """Return the filters of the list and the activities that they leave."""
    found = ContactActivity.objects.visible_to(request.user)
    branches = Branch.objects.visible_to(request.user).filter(
        pk__in=ContactActivity.objects.values("assignment__branch")
    )
    filters = Filters(
        request.GET,
        kind=dict(ContactKind.choices),
        year=year_words(services.contact_years()),
        branch=RowOptions(branches, attrgetter("name")),
    )
    if filters.get("kind"):
        found = found.filter(kind=filters.get("kind"))
    if filters.get("year"):
        found = found.filter(held_on__year=filters.get("year"))
    if filters.get("branch"):
        found = found.filter(assignment__branch=filters.get("branch"))
    return filters, found


@right(sees_records)
@require_safe
def contact_list(request: UserRequest) -> HttpResponse:
    filters, activities = narrowed_activities(request)
    scope = until(timezone.localdate())
    kinds = RULES["contact-activities"].by(scope, "kind", rows=activities)
    context = {
        "crumbs": [LIST],
        "filters": filters,
        "page": page_newest_first(
            activities.with_names(), request.GET.get("older", ""), field="held_on"
        ),
        "totals": totals(["contact-activities"], scope, activities),
        "kinds": [(kind.label, kinds[kind]) for kind in ContactKind if kind in kinds],
    }
    return render(request, "workbench/liaison/contact_list.html", context)


@right(sees_records, may_export)
@export_view
def contact_export(request: UserRequest) -> Export:
    filters, activities = narrowed_activities(request)
    return table_answer(
        "定点联系活动（内部使用）",
        CONTACT_COLUMNS,
        activities.with_names(),
        words=filters.words(),
    )


def find_activity(request: UserRequest, pk: int) -> ContactActivity:
    activities = ContactActivity.objects.visible_to(request.user)
    return get_object_or_404(activities.with_names(), pk=pk)


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_create(request: UserRequest) -> HttpResponse:
    """Log a contact; ``?assignment=`` says of which assignment."""
    activity = ContactActivity()
    key = request.GET.get("assignment", "")
    if key.isascii() and key.isdigit():
        known = ContactAssignment.objects.visible_to(request.user)
        activity.assignment = known.filter(pk=key[:9]).first()  # type: ignore[assignment]
    return edit_activity(request, activity, title="登记联系活动")


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_update(request: UserRequest, pk: int) -> HttpResponse:
    return edit_activity(request, find_activity(request, pk), title="修改联系活动")


def edit_activity(request: UserRequest, activity: ContactActivity, *, title: str):
    return edit(
        request,
        activity,
        make_form=partial(ActivityForm, user=request.user),
        save=partial(services.save_activity, user=request.user),
        mine=ContactActivity.objects.visible_to(request.user),
        title=title,
        crumbs=[LIST, CONTACTS],
        hint="同一职务、同一天、同一方式只登记一次。",
    )


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_delete(request: UserRequest, pk: int) -> HttpResponse:
    """Ask first."""
    activity = find_activity(request, pk)
    if request.method != "POST":
        context = {"activity": activity, "crumbs": [LIST, crumb(activity.assignment)]}
        return render(request, "workbench/liaison/contact_delete.html", context)
    activity.delete()
    messages.success(request, "已删除这次联系活动。")
    return redirect(activity.assignment)


# --- Demands


def narrowed_demands(request: UserRequest) -> tuple[Filters, DemandQuerySet]:
    """Return the filters of the list and the demands that they leave."""
    found = Demand.objects.visible_to(request.user)
    chambers = Chamber.objects.visible_to(request.user).filter(
        pk__in=Demand.objects.values("chamber")
    )
    filters = Filters(
        request.GET,
        state=dict(DemandState.choices),
        overdue={"1": "只看超期"},
        year=year_words(services.contact_years()),
        chamber=RowOptions(chambers, attrgetter("name")),
    )
    if filters.get("state"):
        found = found.filter(state=filters.get("state"))
    if filters.get("overdue"):
        found = found.overdue(timezone.localdate())
    if filters.get("year"):
        found = found.filter(collected_on__year=filters.get("year"))
    if filters.get("chamber"):
        found = found.filter(chamber=filters.get("chamber"))
    return filters, found


@right(sees_records)
@require_safe
def demand_list(request: UserRequest) -> HttpResponse:
    filters, demands = narrowed_demands(request)
    context = {
        "crumbs": [LIST],
        "filters": filters,
        "page": page_newest_first(
            demands.with_names(), request.GET.get("older", ""), field="collected_on"
        ),
        "totals": totals(DEMAND_CODES, until(timezone.localdate()), demands),
    }
    return render(request, "workbench/liaison/demand_list.html", context)


@right(sees_records, may_export)
@export_view
def demand_export(request: UserRequest) -> Export:
    filters, demands = narrowed_demands(request)
    return table_answer(
        "商会诉求（内部使用）",
        DEMAND_COLUMNS,
        demands.with_names().prefetch_related("steps"),
        words=filters.words(),
    )


def find_demand(request: UserRequest, pk: int) -> Demand:
    """Return a demand in the user's scope; a foreign one is a 404."""
    demands = Demand.objects.visible_to(request.user).with_names()
    return get_object_or_404(demands.select_related("created_by"), pk=pk)


@right(sees_records)
@require_safe
def demand_detail(request: UserRequest, pk: int) -> HttpResponse:
    return render_demand(request, find_demand(request, pk))


def render_demand(request, demand, *, form=None, step=None, status=200):
    """``step`` replaces the empty form of its state."""
    context = {
        "crumbs": [LIST, DEMANDS],
        "demand": demand,
        "steps": demand.steps.select_related("by"),
        "step_forms": next_forms(request, demand, step),
        "form": form,
    }
    return render(
        request, "workbench/liaison/demand_detail.html", context, status=status
    )


def form_of(demand: Demand) -> type[StepForm]:
    return AnsweredForm if demand.is_answered else DemandStepForm


def next_forms(request, demand, bound: StepForm | None) -> list[StepForm]:
    """Return a form for each next step that this user may take."""
    return [
        form
        for form in step_forms(form_of(demand), demand, bound)
        if services.may_take(request.user, demand, form.to)
    ]


@right(sees_records)
@require_POST
def demand_step(request: UserRequest, pk: int, state: str) -> HttpResponse:
    demand = find_demand(request, pk)
    if not services.may_take(request.user, demand, state):
        raise PermissionDenied

    def show(**context):
        return render_demand(request, find_demand(request, pk), **context)

    return answer_step(
        request,
        demand,
        state,
        form_class=form_of(demand),
        take=services.take_step,
        render_detail=show,
    )


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def demand_create(request: UserRequest) -> HttpResponse:
    return edit_demand(request, Demand(), title="登记诉求")


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def demand_update(request: UserRequest, pk: int) -> HttpResponse:
    return edit_demand(request, find_demand(request, pk), title="修改诉求")


def edit_demand(request: UserRequest, demand: Demand, *, title: str):
    return edit(
        request,
        demand,
        make_form=partial(DemandForm, user=request.user),
        save=partial(services.save_demand, user=request.user),
        mine=Demand.objects.visible_to(request.user),
        title=title,
        crumbs=[LIST, DEMANDS],
        hint="交办以前可以修改，内容只供内部使用。",
        saved="已登记，等待工作人员交办。",
        closed=lambda demand: "" if demand.is_collected else CLOSED_ERROR,
    )
