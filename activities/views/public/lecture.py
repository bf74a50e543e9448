"""Accepted lectures as everybody may read them."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from activities.formats.structured import event
from activities.models import Issue, Lecture, Photo, Series
from activities.models.lecture import (
    PUBLIC_STATES,
    LectureKind,
    LectureState,
    PhotoKind,
    Theme,
)
from activities.services.lecture import corrected_values, next_number
from activities.views.public.chamber import send_picture
from redleader.audit import log as audit
from redleader.records.filters import Filters, year_words, years_of
from redleader.records.paging import ListPage, page_newest_first, say_count
from redleader.serving.pages import public_page

SIZES = {"full": "image", "thumbnail": "thumbnail"}
ISSUES = 20
SESSIONS = 50  # of an issue that a series shows
OTHERS = 12  # of the same issue, shown with a lecture
# What a correction may say of the record before it. Of free text only that it
# changed: it may have been corrected because it named somebody.
SHOWN_CHANGES = [
    "kind",
    "theme",
    "issue",
    "organiser",
    "chamber",
    "branch",
    "site",
    "started_at",
    "ended_at",
    "lecturer_role",
    "expected",
    "present",
    "on_leave",
    "absent",
    "guests",
]
NAMED_CHANGES = ["topic", "venue", "public_summary"]


@public_page("series", "kind", "theme", "year", "older")
@login_not_required
@require_safe
def lecture_list(request: HttpRequest) -> HttpResponse:
    """Show lectures newest first, narrowed by series, kind, theme and year."""
    lectures = Lecture.objects.public()
    all_series = {str(series.pk): series.name for series in Series.objects.all()}
    filters = Filters(
        request.GET,
        series=all_series,
        kind=dict(LectureKind.choices),
        theme=dict(Theme.choices),
        year=year_words(years_of(lectures, "started_at")),
    )
    columns = {"series": "issue__series", "year": "started_at__year"}
    for name, value in filters.chosen.items():
        lectures = lectures.filter(**{columns.get(name, name): value})
    page = page_newest_first(
        lectures.of_organiser(), request.GET.get("older", ""), field="started_at"
    )
    context = {"page": page, "filters": filters}
    return render(request, "public/lecture/list.html", context)


@public_page()
@login_not_required
@require_safe
def lecture_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a lecture; a record that was corrected leads to its correction."""
    shown = Lecture.objects.filter(
        is_public=True, state__in=[*PUBLIC_STATES, LectureState.SUPERSEDED]
    )
    lectures = shown.of_organiser().select_related("course", "site", "corrects")
    lecture = get_object_or_404(lectures, pk=pk)
    if lecture.state == LectureState.SUPERSEDED:
        correction = get_object_or_404(shown, corrects=lecture)
        return redirect("public:lecture-detail", correction.pk, permanent=True)
    others = []
    if lecture.issue:
        rows = Lecture.objects.public().filter(issue=lecture.issue).exclude(pk=pk)
        others = list(rows.of_organiser().newest_first()[: OTHERS + 1])
    context = {
        "lecture": lecture,
        "photos": lecture.photos.filter(is_public=True, kind=PhotoKind.SCENE),
        "others": others[:OTHERS],
        "has_more": len(others) > OTHERS,
        "changes": public_changes(lecture),
        "share": reverse("public:lecture-share", args=[pk]),
        "structured": [event(request, lecture)],
    }
    return render(request, "public/lecture/detail.html", context)


def public_changes(lecture: Lecture) -> list[str]:
    """Return what a correction changed of what everybody could read before."""
    if not lecture.corrects or not lecture.corrects.is_public:
        return []
    labels = {
        str(field.verbose_name): field.name
        for field in Lecture._meta.fields
        if field.name in [*SHOWN_CHANGES, *NAMED_CHANGES]
    }
    return [
        f"{label} {before or '未填'} → {now or '未填'}"
        if labels[label] in SHOWN_CHANGES
        else f"{label}有改动"
        for label, before, now in corrected_values(lecture)
        if label in labels
    ]


@public_page("older")
@login_not_required
@require_safe
def series_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the issues of a series, newest first, each with its public sessions."""
    series = get_object_or_404(Series, pk=pk)
    public = Lecture.objects.public()
    issues = series.issues.order_by("-number")
    older = request.GET.get("older", "")
    is_first = not (older.isdecimal() and len(older) < 6)
    if not is_first:
        issues = issues.filter(number__lt=int(older))
    rows = with_sessions(issues[: ISSUES + 1])
    older = str(rows[ISSUES - 1].number) if len(rows) > ISSUES else ""
    context = {
        "series": series,
        "page": ListPage(rows[:ISSUES], older, is_first),
        "issue_count": next_number(series) - 1,
        "session_count": say_count(public.filter(issue__series=series)),
        "most": SESSIONS,
    }
    return render(request, "public/series/detail.html", context)


def with_sessions(issues: QuerySet[Issue]) -> list[Any]:
    """Return issues with their newest public ``sessions``, and if there are more."""
    public = Lecture.objects.public().newest_first()
    newest = public.filter(issue=OuterRef("pk")).values("pk")[: SESSIONS + 1]
    rows: list[Any] = list(issues.annotate(keys=ArraySubquery(newest)))
    keys = [key for issue in rows for key in issue.keys[:SESSIONS]]
    sessions = Lecture.objects.of_organiser().in_bulk(keys)
    for issue in rows:
        issue.sessions = [sessions[key] for key in issue.keys[:SESSIONS]]
        issue.has_more = len(issue.keys) > SESSIONS
    return rows


@login_not_required
@require_safe
def photo(request: HttpRequest, pk: int, size: str) -> FileResponse:
    """Send a picture to everybody if it is public, else to those who keep the record.

    Viewing one that is not public, other than as a thumbnail, is audited.
    """
    if size not in SIZES:
        raise Http404
    for_all = Q(is_public=True, lecture__in=Lecture.objects.public())
    allowed = for_all
    if request.user.is_authenticated:
        allowed |= Q(lecture__in=Lecture.objects.visible_to(request.user))
    found = get_object_or_404(Photo.objects.filter(allowed), pk=pk)
    if size == "full" and not Photo.objects.filter(for_all, pk=pk).exists():
        audit.add(request, audit.Note("export", detail={"type": "image/jpeg"}))
    return send_picture(getattr(found, SIZES[size]), public=False)
