"""The front page: the report in one scroll, with figures, places, titles, lectures."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.counting import RULES, until
from activities.formats.structured import website
from activities.models import Application, Award, Lecture, Practice
from activities.models.figure import FigureGroup, OfficialFigure
from activities.models.honour import HonourLevel
from activities.pictures.township_picture import Dots, township_picture
from activities.services.figure import home_figures
from activities.views.public.practice import for_cards
from redleader.serving.pages import public_page

LATEST = 3
TITLES = 6
PRACTICES = 3
CASES, SUCCEEDED, MOST_DOTS = "M30", "M31", 140


@public_page()
@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    awards = Award.objects.titles().held()
    figures = home_figures()
    context = {
        "structured": [website(request)],
        "figures": figures,
        "townships": township_picture(today),
        "cases": case_dots(figures[FigureGroup.MEDIATION]),
        "publicised": Application.objects.in_publicity(today).count(),
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


def case_dots(figures: list[OfficialFigure]) -> Dots | None:
    """Return the published cases as dots, those that succeeded full."""
    numbers = {figure.number: int(figure.value) for figure in figures}
    total, full = numbers.get(CASES, 0), numbers.get(SUCCEEDED, 0)
    if not 0 < full <= total <= MOST_DOTS:
        return None
    return Dots(total, full, per_row=14)
