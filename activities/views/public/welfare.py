"""公益与基金 in public: totals, the funds, and the donors who agreed to be named."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.counting import RULES, totals, until
from activities.models import Fund
from activities.services import welfare as services

CODES = [
    "donations-received",
    "donations-education",
    "donations-pandemic",
    "fund-receipts",
    "charity-activities",
    "visit-person-times",
    "visit-value",
    "students-aided",
    "grassroots-mediation",
]
SMALL = 5  # fewer people than this could be recognised
PERSONS = ["名", "人次"]


@login_not_required
@require_safe
def welfare_list(request: HttpRequest) -> HttpResponse:
    scope = until(timezone.localdate())
    donations = RULES["donations-received"].query(scope)
    activities = RULES["charity-activities"].query(scope)
    value = Sum("value")
    context = {
        "scope": scope,
        "totals": [
            (row.rule, few(row.value, row.words, unit=row.rule.unit))
            for row in totals(CODES, scope)
        ],
        "purposes": [
            row | {"people": few(row["people"])}
            for row in services.grouped(
                donations, "purpose", value=value, people=Sum("beneficiaries")
            )
        ],
        "forms": services.grouped(donations, "form", value=value),
        "years": services.by_year(donations, "received_on", value=value),
        "funds": services.balance_today(Fund.objects.select_related("chamber")),
        "kinds": [
            row | {"times": few(row["times"])}
            for row in services.grouped(
                activities,
                "kind",
                number=Count("pk"),
                times=Sum("person_times"),
                value=value,
            )
        ],
        "donors": services.donors_to_thank(donations),
    }
    return render(request, "public/welfare/list.html", context)


def few(people: int | None, words: str = "", *, unit: str = "人次") -> str:
    """Return a number of people as it may be published: few ones are not told."""
    if unit in PERSONS and people and people < SMALL:
        return f"少于 {SMALL}"
    return words or (f"{people:,}" if people else "—")
