"""Accepted lectures as everybody may read them."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from activities.models import Lecture, Photo, Series
from activities.views.public.chamber import send_picture
from redleader.paging import page_newest_first

SIZES = {"full": "image", "thumbnail": "thumbnail"}


@login_not_required
@require_safe
def lecture_list(request: HttpRequest) -> HttpResponse:
    """Show lectures newest first; ``series`` narrows them to one row of issues."""
    lectures = Lecture.objects.public().select_related("chamber", "issue__series")
    chosen = request.GET.get("series", "")
    if chosen:
        number = int(chosen) if chosen.isdecimal() and len(chosen) < 10 else 0
        lectures = lectures.filter(issue__series=number)
    page = page_newest_first(lectures, request.GET.get("older", ""), field="started_at")
    context = {"page": page, "chosen": chosen, "all_series": Series.objects.all()}
    return render(request, "public/lecture/list.html", context)


@login_not_required
@require_safe
def lecture_detail(request: HttpRequest, pk: int) -> HttpResponse:
    lectures = Lecture.objects.public().select_related(
        "chamber", "branch", "issue__series"
    )
    lecture = get_object_or_404(lectures, pk=pk)
    others = Lecture.objects.none()
    if lecture.issue:
        others = Lecture.objects.public().filter(issue=lecture.issue)
        others = others.exclude(pk=pk).select_related("chamber").newest_first()
    context = {
        "lecture": lecture,
        "photos": lecture.photos.filter(is_public=True),
        "others": others,
    }
    return render(request, "public/lecture/detail.html", context)


@login_not_required
@require_safe
def photo(request: HttpRequest, pk: int, size: str) -> FileResponse:
    """Send a picture to everybody if it is public, else to who keeps the record."""
    if size not in SIZES:
        raise Http404
    for_all = Q(is_public=True, lecture__in=Lecture.objects.public())
    allowed = for_all
    if request.user.is_authenticated:
        allowed |= Q(lecture__in=Lecture.objects.visible_to(request.user))
    found = get_object_or_404(Photo.objects.filter(allowed), pk=pk)
    return send_picture(getattr(found, SIZES[size]), public=False)
