"""The plan of a quarter: what is to come, what was held, what was called off."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.forms.merge import differences, picked
from activities.forms.plan import CancelForm, PlanForm, plan_defaults
from activities.models import Lecture
from activities.models.lecture import LectureState
from activities.services import lecture as services
from activities.services.requirement import quarter_summary
from activities.views.workbench.meeting import (
    LECTURES,
    filter_context,
    filters_of,
    quarter_of,
)
from chambers.access import UserRequest
from chambers.models import Branch
from chambers.rights import may_write, right, sees_lectures
from redleader.records.forms import EditConflictError, Form, attempt, parse_uuid
from redleader.records.history import last_change
from redleader.records.quarters import Quarter, span
from redleader.records.search import search

SAVED = "已存入计划：{topic}，{at:%Y-%m-%d %H:%M}。"


@right(sees_lectures)
@require_safe
def plan(request: UserRequest) -> HttpResponse:
    quarter, chosen = quarter_of(request), filters_of(request)
    begin, end = span(quarter.first, quarter.last)
    lectures = Lecture.objects.visible_to(request.user).filter(
        started_at__gte=begin, started_at__lt=end
    )
    lectures = lectures.exclude(state=LectureState.SUPERSEDED)
    if chosen:
        lectures = search(lectures, chosen["q"], prefix="chamber__")
        if chosen["township"]:
            lectures = lectures.filter(chamber__township=chosen["township"])
    rows = list(lectures.of_organiser().order_by("started_at", "pk")[: LECTURES + 1])
    context = filter_context(quarter, chosen) | {
        "months": by_month(rows[:LECTURES], quarter),
        "is_cut": len(rows) > LECTURES,
        "limit": LECTURES,
        "asks": [] if request.user.is_staff else still_asked(request, quarter),
    }
    return render(request, "workbench/plan/list.html", context)


def by_month(lectures: list[Lecture], quarter: Quarter):
    """Return (first day, its lectures) of each month."""
    return [
        (
            month,
            [
                lecture
                for lecture in lectures
                if timezone.localtime(lecture.started_at).month == month.month
            ],
        )
        for month in quarter.months
    ]


def still_asked(request: UserRequest, quarter: Quarter):
    """Return (branch, summary) of what is neither held nor excused."""
    rows = quarter_summary(
        Branch.objects.visible_to(request.user), quarter.year, quarter.number
    )
    return [
        (row.branch, summary)
        for row in rows
        for summary in row.summaries
        if summary.missing or summary.to_come
    ]


@right(sees_lectures, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_create(request: UserRequest) -> HttpResponse:
    if request.method != "POST":
        initial = plan_defaults(request.user, request.GET)
        return render_form(request, PlanForm(user=request.user, initial=initial))
    done = saved_before(request)
    if done:
        return done
    key = parse_uuid(request.POST.get("form_key"))
    lecture = Lecture(form_key=key) if key else Lecture()
    lecture.state = LectureState.PLANNED
    form = PlanForm(request.POST, user=request.user, instance=lecture)
    answer = save_and_answer(request, form)
    # Of two that arrive together, the later one fails on the key of the first.
    return answer if form.instance.pk else saved_before(request) or answer


def saved_before(request: UserRequest) -> HttpResponse | None:
    """Lead to the plan that the same form has already made, if it has."""
    key = parse_uuid(request.POST.get("form_key"))
    done = key and Lecture.objects.filter(form_key=key, created_by=request.user).first()
    return answer_saved(request, done) if done else None


def answer_saved(request: UserRequest, lecture: Lecture) -> HttpResponse:
    messages.info(request, "已保存，无需重复提交。")
    return redirect(address_of(lecture))


@right(sees_lectures, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_update(request: UserRequest, pk: int) -> HttpResponse:
    lecture = find(request, pk)
    if not lecture.is_plan:
        messages.warning(
            request, f"这条记录现在是“{lecture.get_state_display()}”，不能按计划修改。"
        )
        return redirect(lecture)
    if request.method != "POST":
        return render_form(request, PlanForm(user=request.user, instance=lecture))
    stored = PlanForm(user=request.user, instance=find(request, pk))
    data = picked(request.POST, stored)
    form = PlanForm(data, user=request.user, instance=lecture)
    return save_and_answer(request, form)


def find(request: UserRequest, pk: int) -> Lecture:
    """Return a lecture in the user's scope; a foreign one is a 404."""
    lectures = Lecture.objects.visible_to(request.user).of_organiser()
    return get_object_or_404(lectures, pk=pk)


def save_and_answer(request: UserRequest, form: PlanForm) -> HttpResponse:
    lecture, was_new = form.instance, form.instance._state.adding
    try:
        saved = form.is_valid() and attempt(
            form,
            services.save_plan,
            lecture,
            user=request.user,
            version=form.cleaned_data.get("version"),
        )
    except EditConflictError as conflict:
        found = differences(form, conflict.current)
        if not found:  # The response to the first submission was lost.
            return answer_saved(request, conflict.current)
        return render_conflict(request, form, conflict.current, found)
    if not saved:
        if was_new:
            lecture.pk, lecture._state.adding = None, True
        return render_form(request, form, status=422)
    at = timezone.localtime(lecture.started_at)
    messages.success(request, SAVED.format(topic=lecture.topic, at=at))
    if "again" in request.POST:
        address = reverse("workbench:plan-create")
        return redirect(f"{address}?branch={lecture.branch_id or ''}")
    return redirect(address_of(lecture))


def address_of(lecture: Lecture) -> str:
    """Return the page of the quarter that a lecture lies in."""
    quarter = Quarter.of(timezone.localtime(lecture.started_at).date())
    return f"{reverse('workbench:plan')}?quarter={quarter.code}"


def render_form(request, form, status=200, **context):
    context |= {"form": form, "lecture": form.instance}
    return render(request, "workbench/plan/form.html", context, status=status)


def render_conflict(request, form, current, found):
    """Answer 409 with who was faster, what each wrote, and the typed text kept."""
    form.data = form.data.copy()
    form.data["version"] = current.version
    context = {"change": last_change(current), "differences": found}
    return render_form(request, form, status=409, **context)


@right(sees_lectures, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_cancel(request: UserRequest, pk: int) -> HttpResponse:
    """Ask why; a plan that was called off stays with its reason."""
    lecture = find(request, pk)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and attempt(
        form, services.cancel_plan, lecture, user=request.user, **form.cleaned_data
    ):
        messages.success(request, f"已取消计划：{lecture.topic}。")
        return redirect(address_of(lecture))
    context = {"lecture": lecture, "form": form, "back": address_of(lecture)}
    status = 422 if form.is_bound else 200
    return render(request, "workbench/plan/cancel.html", context, status=status)


@right(sees_lectures)
@require_POST
def plan_reopen(request: UserRequest, pk: int) -> HttpResponse:
    lecture = find(request, pk)
    form = Form(request.POST)
    if attempt(form, services.reopen_plan, lecture, user=request.user):
        messages.success(request, f"已恢复计划：{lecture.topic}。")
    else:
        messages.warning(request, form.first_error())
    return redirect(address_of(lecture))
