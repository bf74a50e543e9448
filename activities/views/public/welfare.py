"""公益与基金 in public: totals, funds, and the donors who agreed to be named."""

from django.contrib.auth.decorators import login_not_required
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.counting import EVER, RULES, Scope, totals, totals_by, until
from activities.models import Fund
from activities.models.welfare.charity import CharityKind
from activities.models.welfare.donation import DonationMeans, DonationPurpose
from activities.services.disclosure import SMALL
from activities.services.welfare import DONORS, donors_to_thank
from redleader.serving.pages import public_page

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
# The columns of the tables.
GIVEN = ["donations-received", "donations-beneficiaries"]
DONE = ["charity-activities", "charity-person-times", "charity-value"]
FUNDS = 200  # of the table
PERSONS = ["名", "人次"]


@public_page()
@login_not_required
@require_safe
def welfare_list(request: HttpRequest) -> HttpResponse:
    scope = until(timezone.localdate())
    today = scope.last
    context = {
        "scope": scope,
        "totals": [
            (row.rule, few(row.value, row.words, unit=row.rule.unit))
            for row in totals(CODES, scope)
        ],
        "purposes": lines_by(scope, GIVEN, "purpose", DonationPurpose),
        "forms": lines_by(scope, GIVEN[:1], "form", DonationMeans),
        "years": RULES["donations-received"].by(scope, "received_on__year"),
        "funds": list(
            Fund.objects.select_related("chamber").with_sums(EVER, today)[: FUNDS + 1]
        ),
        "limit": FUNDS,
        "most": DONORS,
        "kinds": lines_by(scope, DONE, "kind", CharityKind),
        "donors": donors_to_thank(RULES["donations-received"].query(scope)),
    }
    return render(request, "public/welfare/list.html", context)


def lines_by(
    scope: Scope, codes: list[str], field: str, choices: type[TextChoices]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (label, (name, words) of each rule) of each choice that has rows."""
    found = totals_by(codes, scope, field)
    return [
        (
            str(choice.label),
            [
                (row.rule.name, few(row.value, row.words, unit=row.rule.unit))
                for row in found[choice]
            ],
        )
        for choice in choices
        if choice in found
    ]


def few(people: int, words: str, *, unit: str) -> str:
    """Return a head count for publication; small counts are suppressed."""
    if unit in PERSONS and people and people < SMALL:
        return f"少于 {SMALL} {unit}"
    return words if people else "—"
