"""定点联系 in public: totals only, never a leader's post or what was asked for."""

from collections import defaultdict

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.counting import RULES, Scope, totals, until
from activities.models.liaison.contact import ContactKind
from redleader.serving.pages import public_page

TOTALS = [
    "contact-assignments",
    "contact-branches",
    "contact-activities",
    "demands-received",
    "demands-closed",
]


@public_page()
@login_not_required
@require_safe
def liaison_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    scope = until(today)
    received = RULES["demands-received"].by(scope, "collected_on__year")
    closed = RULES["demands-closed"].by(scope, "closed_on__year")
    context = {
        "today": today,
        "totals": totals(TOTALS, scope),
        "kinds": ContactKind.labels,
        "activities": activities_by_year(scope),
        "demands": [
            (year, received.get(year, 0), closed.get(year, 0))
            for year in sorted({*received, *closed}, reverse=True)
        ],
    }
    return render(request, "public/liaison/list.html", context)


def activities_by_year(scope: Scope) -> list[tuple[int, list[tuple[str, int]], int]]:
    """Return (year, (kind, number) of each kind, all), newest first."""
    rows = RULES["contact-activities"].by(scope, "held_on__year", "kind")
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for (year, kind), count in rows.items():
        found[year][kind] = count
    return [
        (
            year,
            [(str(kind.label), found[year].get(kind, 0)) for kind in ContactKind],
            sum(found[year].values()),
        )
        for year in sorted(found, reverse=True)
    ]
