"""村企共建 in public: totals, a picture of who helps whom, and a table."""

from operator import attrgetter

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.counting import RULES, Scope, totals, until
from activities.counting.pairing import pairings
from activities.models import Pairing
from activities.pictures.pairing_picture import KINDS, MOST, WIDTH, groups_of
from chambers.models import Chamber, Region
from redleader.records.filters import Filters, RowOptions
from redleader.serving.pages import public_page

TOTALS = [
    "paired-villages",
    "paired-enterprises",
    "pairing-projects",
    "pairing-paid-in",
    "pairing-donations",
    "pairing-jobs",
    "pairing-trained",
    "pairing-income",
]
# Column of a breakdown, and the field by which rows are grouped.
BREAKDOWNS = [("行动", "programme__name"), ("乡镇", "village__parent")]


DRAWN = 2000  # pairings up to which groups are made of them


@public_page("township", "chamber")
@login_not_required
@require_safe
def pairing_list(request: HttpRequest) -> HttpResponse:
    """Show all that is paired, or what one chamber or township has."""
    places = Region.objects.filter(pk__in=Pairing.objects.values("village__parent"))
    chambers = Chamber.objects.filter(pk__in=Pairing.objects.values("chamber"))
    filters = Filters(
        request.GET,
        township=RowOptions(places, attrgetter("name")),
        chamber=RowOptions(chambers.order_by("sort_key"), attrgetter("name")),
    )
    place = places.filter(pk=filters.get("township")).first()
    chamber = chambers.filter(pk=filters.get("chamber") or 0).first()
    today = timezone.localdate()
    scope = until(today, chamber=chamber, township=place)
    found = pairings(scope)
    is_long = found.order_by()[: DRAWN + 1].count() > DRAWN
    groups = [] if is_long else groups_of(found)
    drawn = [group for group in groups if group.kind != "single"]
    context = {
        "filters": filters,
        "today": today,
        "totals": totals(TOTALS, scope),
        "total_query": filters.query(),
        "width": WIDTH,
        "kinds": [
            (kind, *KINDS[kind], [g for g in drawn[:MOST] if g.kind == kind])
            for kind in ("firms", "villages", "both")
        ],
        "left_out": len(drawn[MOST:]),
        "singles": len(groups) - len(drawn),
        "groups": groups,
        "is_long": is_long,
        "breakdowns": [
            (label, lines_by(scope, field))
            for label, field in BREAKDOWNS[: 1 if is_long else None]
        ],
    }
    return render(request, "public/pairing/list.html", context)


def lines_by(scope: Scope, field: str) -> list[tuple[str, int, int]]:
    """Return (name, villages, enterprises) of each value of a field."""
    villages = RULES["paired-villages"].by(scope, field)
    enterprises = RULES["paired-enterprises"].by(scope, field)
    names = {key: key for key in villages}
    if field == "village__parent":
        places = Region.objects.filter(pk__in=[key for key in villages if key])
        names = dict(places.values_list("pk", "name"))
    return [
        (names.get(key, "未载明"), n, enterprises[key]) for key, n in villages.items()
    ]
