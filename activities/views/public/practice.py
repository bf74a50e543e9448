"""Practices that others can follow: the list, and the page of each."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from activities.models import Award, Practice
from redleader.records.filters import Filters
from redleader.records.search import search
from redleader.serving.pages import public_page


@public_page()
@login_not_required
@require_safe
def practice_list(request: HttpRequest) -> HttpResponse:
    """Show public practices; the search also knows the names of their chambers."""
    filters = Filters(request.GET, q=None)
    practices = for_cards(Practice.objects.public())
    found = search(practices, filters.get("q")) | search(
        practices, filters.get("q"), "chamber__"
    )
    context = {"practices": found, "filters": filters}
    return render(request, "public/practice/list.html", context)


@public_page()
@login_not_required
@require_safe
def practice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    practices = Practice.objects.public().select_related("chamber__township")
    practice = get_object_or_404(practices, pk=pk)
    titles = Award.objects.titles().held().of_chamber(practice.chamber)
    context = {
        "practice": practice,
        "items": practice.items.all(),
        "results": practice.results.all(),
        "awards": titles.for_roll() if practice.chamber else [],
    }
    return render(request, "public/practice/detail.html", context)


def for_cards(practices):
    """Practices with what their cards show."""
    return (
        practices.select_related("chamber")
        .prefetch_related("results")
        .annotate(item_count=Count("items"))
    )
