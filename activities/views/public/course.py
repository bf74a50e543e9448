"""The catalogue: courses, and the places where they are held."""

from operator import attrgetter

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from activities.models import Award, Course, Lecture, Site
from activities.models.course import SiteKind
from activities.views.public.honour import timeline
from chambers.models import Region
from redleader.records.filters import Filters, RowOptions
from redleader.records.paging import page_by_name, say_count
from redleader.records.search import search
from redleader.serving.pages import public_page

LECTURES = 10


@public_page()
@login_not_required
@require_safe
def course_list(request: HttpRequest) -> HttpResponse:
    """Show public courses; the search also knows the names of their places."""
    filters = Filters(request.GET, q=None)
    courses = Course.objects.public().select_related("site__township")
    found = search(courses, filters.get("q")) | search(
        courses, filters.get("q"), "site__"
    )
    context = {"courses": found, "filters": filters}
    return render(request, "public/course/list.html", context)


@public_page()
@login_not_required
@require_safe
def course_detail(request: HttpRequest, pk: int) -> HttpResponse:
    courses = Course.objects.public().select_related("site__township")
    course = get_object_or_404(courses, pk=pk)
    lectures = Lecture.objects.public().filter(course=course)
    context = {
        "course": course,
        "lectures": lectures.of_organiser().newest_first()[:LECTURES],
    }
    return render(request, "public/course/detail.html", context)


@public_page("kind", "township")
@login_not_required
@require_safe
def site_list(request: HttpRequest) -> HttpResponse:
    townships = Region.objects.townships().filter(
        pk__in=Site.objects.values("township")
    )
    filters = Filters(
        request.GET,
        q=None,
        kind=dict(SiteKind.choices),
        township=RowOptions(townships, attrgetter("name")),
    )
    sites = search(Site.objects.select_related("township"), filters.get("q"))
    for name in ("kind", "township"):
        if filters.get(name):
            sites = sites.filter(**{name: filters.get(name)})
    courses = Course.objects.public().filter(site=OuterRef("pk")).order_by()
    course_count = courses.values("site").annotate(n=Count("pk")).values("n")
    page = page_by_name(
        sites.annotate(course_count=Subquery(course_count)),
        request.GET.get("older", ""),
    )
    context = {
        "page": page,
        "sites": page.rows,
        "count": say_count(sites),
        "keep": filters.keep,
        "filters": filters,
    }
    return render(request, "public/site/list.html", context)


@public_page()
@login_not_required
@require_safe
def site_detail(request: HttpRequest, pk: int) -> HttpResponse:
    site = get_object_or_404(Site.objects.select_related("township", "chamber"), pk=pk)
    lectures = Lecture.objects.public().filter(site=site)
    context = {
        "site": site,
        "courses": site.courses.public(),
        "timeline": timeline(Award.objects.titles().on().filter(site=site)),
        "lectures": lectures.of_organiser().newest_first()[:LECTURES],
    }
    return render(request, "public/site/detail.html", context)
