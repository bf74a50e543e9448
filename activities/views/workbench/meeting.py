"""三会一课 by quarter: the table that goes upward, and the rows behind a number."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from activities.models import Lecture, RequirementExemption
from activities.models.lecture import LectureState
from activities.services.requirement import BranchSummary, Summary, quarter_summary
from chambers.access import UserRequest
from chambers.models import Branch, Region
from chambers.rights import right, sees_lectures
from redleader.records.forms import is_long
from redleader.records.quarters import Quarter, span
from redleader.records.search import search

BRANCHES = 100  # on one page; a county has fewer
LECTURES = 200


def quarter_of(request: UserRequest) -> Quarter:
    """Return the quarter that was asked for, or the present one."""
    text = request.GET.get("quarter", "")
    quarter = Quarter.parse(text)
    if text and not quarter:
        messages.warning(request, "查询条件无效，已忽略。")
    return quarter or Quarter.present()


def filters_of(request: UserRequest) -> dict[str, str]:
    """Return what staff narrow a list by; a secretary has no need to."""
    if not request.user.is_staff:
        return {}
    return {
        name: request.GET.get(name, "").replace("\0", "")[:60].strip()
        for name in ("q", "township")
    }


def narrowed(branches: QuerySet[Branch], chosen: dict[str, str]) -> QuerySet[Branch]:
    branches = search(branches, chosen.get("q", ""))
    if chosen.get("township"):
        covering = Branch.objects.filter(chambers__township=chosen["township"])
        branches = branches.filter(pk__in=covering.values("pk"))
    return branches


def filter_context(quarter: Quarter, chosen: dict[str, str]) -> dict[str, object]:
    """Return what the bar above a list by quarter shows."""
    kept = {name: value for name, value in chosen.items() if value}
    return {
        "quarter": quarter,
        "present": Quarter.present(),
        "chosen": chosen,
        "kept": f"&{urlencode(kept)}" if kept else "",
        "townships": townships_to_choose() if chosen else {},
    }


def townships_to_choose() -> dict[str, str]:
    """Return the townships, or none where nobody could look through them."""
    townships = Region.objects.townships()
    return {} if is_long(townships) else {str(row.pk): str(row) for row in townships}


@right(sees_lectures)
@require_safe
def meeting_summary(request: UserRequest) -> HttpResponse:
    quarter, chosen = quarter_of(request), filters_of(request)
    branches = narrowed(Branch.objects.visible_to(request.user), chosen)
    rows = quarter_summary(branches, quarter.year, quarter.number, most=BRANCHES + 1)
    context = filter_context(quarter, chosen) | {
        "rows": rows[:BRANCHES],
        "branches": [row.branch for row in rows[:BRANCHES]],
        "is_cut": len(rows) > BRANCHES,
        "limit": BRANCHES,
        "asks": any(row.summaries for row in rows),
        "today": timezone.localdate(),
    }
    return render(request, "workbench/meeting/list.html", context)


@right(sees_lectures)
@require_safe
def meeting_detail(request: UserRequest, pk: int, kind: str) -> HttpResponse:
    """Show the periods, records and exemptions behind the numbers of a row."""
    branch = get_object_or_404(Branch.objects.visible_to(request.user), pk=pk)
    quarter = quarter_of(request)
    rows = quarter_summary(
        Branch.objects.filter(pk=branch.pk), quarter.year, quarter.number
    )
    summary = find_summary(rows, kind)
    periods = summary.periods
    begin, end = span(periods[0].first, periods[-1].last)
    lectures = Lecture.objects.filter(
        branch=branch, kind=kind, started_at__gte=begin, started_at__lt=end
    ).exclude(state__in=[LectureState.SUPERSEDED, LectureState.CANCELLED])
    own = lectures.visible_to(request.user)
    exemptions = RequirementExemption.objects.filter(
        Q(requirement=None) | Q(requirement=summary.requirement),
        branch=branch,
        started_on__lte=periods[-1].last,
        ended_on__gte=periods[0].first,
    )
    context = {
        "branch": branch,
        "quarter": quarter,
        "summary": summary,
        "lectures": own.of_organiser().order_by("started_at", "pk")[:LECTURES],
        # A joint branch also has records of chambers that this user does not keep.
        "foreign": lectures.count() - own.count(),
        "exemptions": exemptions.order_by("started_on", "pk"),
    }
    return render(request, "workbench/meeting/detail.html", context)


def find_summary(rows: list[BranchSummary], kind: str) -> Summary:
    """Return the part of a branch's summary that is about a kind of meeting."""
    for row in rows:
        for summary in row.summaries:
            if summary.requirement.kind == kind and summary.periods:
                return summary
    raise Http404
