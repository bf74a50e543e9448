"""Lectures by the month, and as calendars to subscribe to."""

import re
from calendar import Calendar
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.formats.calendar import PAST, calendar_of, user_of
from activities.models import Lecture
from activities.models.lecture import LectureQuerySet, LectureState
from chambers.models import Branch, Chamber, User
from redleader.serving.pages import public_page

YEARS = range(2000, 2101)
MOST = 500  # lectures of a calendar to subscribe to, the newest; of a month, the first


@public_page("month")
@login_not_required
@require_safe
def lecture_calendar(request: HttpRequest) -> HttpResponse:
    """Show the public lectures of one month, by day."""
    first = month_of(request.GET.get("month", ""))
    after = (first + timedelta(days=31)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    lectures = Lecture.objects.public().of_organiser().order_by("started_at", "pk")
    lectures = lectures.filter(
        started_at__gte=beginning(first), started_at__lt=beginning(after)
    )
    by_day: dict[date, list[Lecture]] = {}
    found = list(lectures[: MOST + 1])
    for lecture in found[:MOST]:
        day = timezone.localtime(lecture.started_at).date()
        by_day.setdefault(day, []).append(lecture)
    weeks = [
        [(day, day.month == first.month, by_day.get(day, [])) for day in week]
        for week in Calendar().monthdatescalendar(first.year, first.month)
    ]
    context = {
        "month": first,
        "weeks": weeks,
        "count": len(found[:MOST]),
        "is_cut": len(found) > MOST,
        "today": timezone.localdate(),
        "before": before if before.year in YEARS else None,
        "after": after if after.year in YEARS else None,
    }
    return render(request, "public/lecture/calendar.html", context)


def month_of(text: str) -> date:
    """Return the first day of a month such as 2026-11, by default of this month."""
    if re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text) and int(text[:4]) in YEARS:
        return date(int(text[:4]), int(text[5:]), 1)
    return timezone.localdate().replace(day=1)


def beginning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@public_page()
@login_not_required
@require_safe
def county_calendar(request: HttpRequest) -> HttpResponse:
    name = f"{settings.PORTAL['county']}商会讲堂"
    return send(request, name, Lecture.objects.all(), lambda user: user.is_staff)


@public_page()
@login_not_required
@require_safe
def chamber_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    chamber = get_object_or_404(Chamber, pk=pk)
    return send(
        request,
        f"{chamber}讲堂",
        Lecture.objects.filter(chamber=chamber),
        lambda user: Chamber.objects.visible_to(user).contains(chamber),
    )


@public_page()
@login_not_required
@require_safe
def branch_calendar(request: HttpRequest, pk: int) -> HttpResponse:
    branch = get_object_or_404(Branch, pk=pk)
    return send(
        request,
        f"{branch}讲堂",
        Lecture.objects.filter(branch=branch),
        lambda user: Branch.objects.visible_to(user).contains(branch),
    )


def send(
    request: HttpRequest,
    name: str,
    lectures: LectureQuerySet,
    may_read: Callable[[User], bool],
) -> HttpResponse:
    """Send what is public, or with the key of an entitled user, everything.

    The right is checked each time, so a key does not outlive an appointment.
    """
    page = "public:lecture-detail"
    if "key" in request.GET:
        user = user_of(request.GET["key"])
        if not user or not may_read(user):
            raise Http404
        lectures = lectures.visible_to(user).exclude(state=LectureState.SUPERSEDED)
        page = "workbench:lecture-detail"
    else:
        lectures = lectures.public()
    since = timezone.now() - PAST
    body = calendar_of(
        lectures.filter(started_at__gte=since).of_organiser().newest_first()[:MOST],
        name=name,
        address=lambda lecture: request.build_absolute_uri(
            reverse(page, args=[lecture.pk])
        ),
    )
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    if page.startswith("workbench"):
        response["Cache-Control"] = "private, no-store"
    return response
