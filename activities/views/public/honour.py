"""The honour roll: titles by level, cycle and township."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from activities.models import Award
from activities.models.honour import HonourLevel
from chambers.models import Region

NO_CYCLE = "none"


@login_not_required
@require_safe
def honour_list(request: HttpRequest) -> HttpResponse:
    """Show every title that was granted; revoked ones stay visible as such."""
    titles = Award.objects.titles().on()
    cycles = titles.exclude(cycle_label="").order_by("-cycle_label")
    chosen = chosen_in(request)
    context = {
        "awards": list(roll(request)),
        "chosen": chosen,
        "chips": chips(chosen),
        "levels": HonourLevel.choices,
        "cycles": list(cycles.values_list("cycle_label", flat=True).distinct()),
        "no_cycle": NO_CYCLE,
        "townships": Region.objects.townships(),
    }
    return render(request, "public/honour/list.html", context)


def chosen_in(request: HttpRequest) -> dict[str, str]:
    return {
        name: request.GET.get(name, "").replace("\0", "")[:60].strip()
        for name in ("q", "level", "cycle", "township")
    }


def roll(request: HttpRequest):
    """Return the titles that an address asks for, in the order of the roll."""
    titles = Award.objects.titles().on()
    return filtered(titles, chosen_in(request)).for_roll()


def chips(chosen: dict[str, str]) -> list[tuple[str, str]]:
    """Return what the roll is narrowed by, each with the query without it."""
    words = {
        "level": dict(HonourLevel.choices),
        "cycle": {NO_CYCLE: "年度未载明"},
        "township": {place.pk: place.name for place in Region.objects.townships()},
    }
    return [
        (
            words.get(name, {}).get(value, value),
            urlencode({key: v for key, v in chosen.items() if v and key != name}),
        )
        for name, value in chosen.items()
        if value
    ]


def filtered(awards, chosen: dict[str, str]):
    """Narrow awards by what the visitor chose; an unknown choice finds nothing."""
    if chosen["level"]:
        awards = awards.filter(level=chosen["level"])
    if chosen["cycle"]:
        cycle = "" if chosen["cycle"] == NO_CYCLE else chosen["cycle"]
        awards = awards.filter(cycle_label=cycle)
    if chosen["township"]:
        awards = awards.in_township(chosen["township"])
    if chosen["q"]:
        awards = awards.search(chosen["q"])
    return awards
