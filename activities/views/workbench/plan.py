"""The plan of a quarter: what is to come, what was held, what was called off."""

from functools import partial

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
from redleader.records.editing import SENT_TWICE, Editor
from redleader.records.forms import Form, attempt
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


class PlanEditor(Editor):
    request: UserRequest
    template = "workbench/plan/form.html"

    def first_form(self) -> PlanForm:
        initial = {}
        if self.row._state.adding:
            initial = plan_defaults(self.request.user, self.request.GET)
        return self.make_form(instance=self.row, initial=initial)

    def show(self, form: PlanForm, status: int = 200) -> HttpResponse:
        self.context |= {"lecture": self.row}
        return super().show(form, status)

    def again(self, row: Lecture) -> HttpResponse:
        messages.info(self.request, SENT_TWICE)
        return redirect(address_of(row))

    def done(self, form: PlanForm) -> HttpResponse:
        lecture = self.row
        at = timezone.localtime(lecture.started_at)
        messages.success(self.request, SAVED.format(topic=lecture.topic, at=at))
        if "again" in self.request.POST:
            address = reverse("workbench:plan-create")
            return redirect(f"{address}?branch={lecture.branch_id or ''}")
        return redirect(address_of(lecture))


def edit_plan(request: UserRequest, lecture: Lecture) -> HttpResponse:
    return PlanEditor(
        request,
        lecture,
        make_form=partial(PlanForm, user=request.user),
        save=partial(services.save_plan, user=request.user),
        mine=Lecture.objects.visible_to(request.user).of_organiser(),
    ).answer()


@right(sees_lectures, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_create(request: UserRequest) -> HttpResponse:
    return edit_plan(request, Lecture(state=LectureState.PLANNED))


@right(sees_lectures, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def plan_update(request: UserRequest, pk: int) -> HttpResponse:
    lecture = find(request, pk)
    if not lecture.is_plan:
        messages.warning(
            request, f"这条记录现在是“{lecture.get_state_display()}”，不能按计划修改。"
        )
        return redirect(lecture)
    return edit_plan(request, lecture)


def find(request: UserRequest, pk: int) -> Lecture:
    """Return a lecture in the user's scope; a foreign one is a 404."""
    lectures = Lecture.objects.visible_to(request.user).of_organiser()
    return get_object_or_404(lectures, pk=pk)


def address_of(lecture: Lecture) -> str:
    """Return the page of the quarter that a lecture lies in."""
    quarter = Quarter.of(timezone.localtime(lecture.started_at).date())
    return f"{reverse('workbench:plan')}?quarter={quarter.code}"


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
