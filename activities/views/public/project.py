"""Return and rural projects in public: totals, tables, and the names agreed to."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.counting import RULES, Scope, totals, until
from activities.models import Project, PromotionEvent
from chambers.models import Region
from redleader.serving.pages import public_page

COUNTS = ["return-projects", "rural-projects", "promotion-events"]
SUMS = ["projects-contracted", "projects-planned", "projects-paid-in", "projects-jobs"]
SHOWN = ["projects-contracted", "projects-paid-in", "projects-jobs"]  # in tables
OF_ENTRIES = {"projects-paid-in", "projects-jobs"}
LINES = 200  # of a table
ENOUGH = 3  # projects in a sum; with fewer, one could tell what a firm agreed to


@dataclass(frozen=True)
class ProjectLine:
    """One township or year; ``cells`` are (name, words) of its sums."""

    name: str
    returned: int
    rural: int
    cells: list[tuple[str, str]]


@public_page()
@login_not_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    scope = until(today)
    townships = dict(Region.objects.townships().values_list("pk", "name")[: LINES + 1])
    has_places = len(townships) <= LINES
    counts = totals(COUNTS, scope)
    has_sums = counts[0].value >= ENOUGH
    named = Project.objects.counted().filter(publish_consent=True)
    brought = RULES["promotion-projects"].by(scope, "promotion")
    context = {
        "today": today,
        "totals": counts + (totals(SUMS, scope) if has_sums else []),
        "sums": [RULES[code].name for code in SHOWN],
        "has_sums": has_sums,
        "tables": [
            ("落地乡镇", lines_by(scope, "township", townships) if has_places else []),
            ("签约年度", by_year(scope)),
        ],
        "named": list(
            named.with_names().order_by("township_id", "name", "pk")[: LINES + 1]
        ),
        "lines": LINES,
        "has_places": has_places,
        "promotions": [
            (event, brought.get(event.pk, 0))
            for event in PromotionEvent.objects.order_by("-held_on", "-pk")[: LINES + 1]
        ],
        "enough": ENOUGH,
    }
    return render(request, "public/project/list.html", context)


def by_year(scope: Scope) -> list[ProjectLine]:
    """Return the years of signing, newest first; money is by the year signed, too."""
    return lines_by(scope, "signed_on__year", {})[::-1]


def lines_by(scope: Scope, field: str, names: dict) -> list[ProjectLine]:
    """Return a line for each value of a field of the project."""
    returned = RULES["return-projects"].by(scope, field)
    rural = RULES["rural-projects"].by(scope, field)
    sums = []
    for code in SHOWN:
        rule = RULES[code]
        path = f"project__{field}" if code in OF_ENTRIES else field
        sums.append((rule, rule.by(scope, path)))
    told = enough(returned)
    return [
        ProjectLine(
            "未载明" if key is None else names.get(key, f"{key}年"),
            returned.get(key, 0),
            rural.get(key, 0),
            [
                (rule.name, rule.words(rows.get(key, 0) if key in told else None))
                for rule, rows in sums
            ],
        )
        for key in sorted({*returned, *rural}, key=lambda key: (key is None, key))
    ]


def enough(counts: dict) -> set:
    """Return the values whose sums may be published.

    Those left out together have enough projects, so that the difference to the total
    reveals no firm either.
    """
    by_size = sorted(counts, key=lambda key: counts[key])
    left_out = 0
    while by_size and (counts[by_size[0]] < ENOUGH or 0 < left_out < ENOUGH):
        left_out += counts[by_size.pop(0)]
    return set(by_size)
