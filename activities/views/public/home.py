"""The front page: who we are, the figures, the titles, practices, latest lectures."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.counting import RULES, until
from activities.models import Application, Award, Lecture, Practice
from activities.models.honour import HonourLevel
from activities.services.figure import home_figures
from activities.views.public.practice import for_cards
from redleader.pages import public_page

LATEST = 3
TITLES = 6
PRACTICES = 3


@public_page()
@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    awards = Award.objects.titles().held()
    context = {
        "figures": home_figures(),
        "publicised": Application.objects.in_publicity(timezone.localdate()).count(),
        "awards": awards.for_roll()[:TITLES],
        "levels": award_counts(),
        "practices": for_cards(Practice.objects.public())[:PRACTICES],
        "lectures": Lecture.objects.public().of_organiser().newest_first()[:LATEST],
    }
    return render(request, "public/home.html", context)


def award_counts() -> list[tuple[str, str, int]]:
    """Return (level, label, how many) of the levels that have an award."""
    levels = RULES["titles-held"].by(until(timezone.localdate()), "level")
    return [
        (value, label, levels[value])
        for value, label in HonourLevel.choices
        if value in levels
    ]
