"""The honour roll on any day: the page, the poster, and titles as a timeline."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.counting import RULES, until
from activities.models import Award, Practice
from activities.models.honour import NO_CYCLE, HonourLevel
from activities.models.scheme import SchemeKind
from activities.services.export import CHUNK
from chambers.models import Chamber, Region
from redleader.records.filters import Days, Filters, RowOptions, say_day
from redleader.records.forms import is_long
from redleader.serving.pages import public_page

NAME = attrgetter("name")
UNSTATED = "none"
FIRST_DAY = date(1949, 10, 1)
YEARS_BACK = 10  # stops on the rail
MOST = 300  # titles that are read for one page
SHOWN = 100  # titles shown on a page if there are more
KINDS = {
    value: word for value, word in SchemeKind.choices if value != SchemeKind.PRAISE
}
KIND_ORDER = {value: order for order, value in enumerate(KINDS)}
# Up to how many titles a poster is set in large or middle type.
POSTER_SIZES = [(10, "few"), (14, "some")]

Group = tuple[str, list[Award]]


@dataclass(frozen=True)
class Roll:
    """The titles that a visitor asked for, as of a day."""

    day: date
    is_today: bool
    filters: Filters
    awards: list[Award]  # those shown, in the order of the roll
    counts: dict[str, int]  # held titles of every level
    has_ended: bool  # shown only on demand
    ended_count: int = 0  # of a roll that a page shows whole
    is_cut: bool = False  # more than a page can show

    @property
    def held_count(self) -> int:
        return sum(award.is_held for award in self.awards)

    @property
    def levels(self) -> list[tuple[str, str, int, str]]:
        """Each level: (value, word, held titles, the query that chooses it)."""
        return [
            (value, word, self.counts[value], self.filters.query(level=value))
            for value, word in HonourLevel.choices
        ]

    @property
    def narrowed_to(self) -> list[str]:
        """The filters in words, without the day."""
        return self.filters.words(without="on")

    @property
    def toggled(self) -> str:
        """The query that shows the ended titles, or hides them again."""
        return self.filters.query(ended="" if self.filters.get("ended") else "1")

    @property
    def has_undated(self) -> bool:
        return any(award.granted_on is None for award in self.awards)

    @property
    def sections(self) -> list[tuple[str, list[Group]]]:
        """Titles by kind, 四好 first, and in each kind by level."""
        return [
            (KINDS[kind], grouped(rows, key=Award.get_level_display))
            for kind, rows in grouped(self.awards, key=kind_of)
        ]


def grouped(awards: Iterable[Award], key) -> list[Group]:
    return [(name, list(rows)) for name, rows in groupby(awards, key=key)]


def kind_of(award: Award) -> str:
    return award.version.scheme.kind


@public_page("kind", "level", "cycle", "township", "chamber", "on", "ended")
@login_not_required
@require_safe
def honour_list(request: HttpRequest) -> HttpResponse:
    """Show the titles held on a day, and on demand those that have ended."""
    roll = read_roll(request.GET)
    add_practices(roll.awards)
    context = {"roll": roll, "filters": roll.filters, "rail": rail(roll)}
    return render(request, "public/honour/list.html", context)


@public_page("kind", "level", "cycle", "township", "chamber", "on", "ended")
@login_not_required
@require_safe
def honour_poster(request: HttpRequest) -> HttpResponse:
    """Show the same titles as a sheet to be printed on A3 and hung up."""
    roll = read_roll(request.GET)
    sizes = [word for most, word in POSTER_SIZES if len(roll.awards) <= most]
    context = {
        "roll": roll,
        "filters": roll.filters,
        "four_goods": SchemeKind.FOUR_GOODS.label,
        "size": sizes[0] if sizes else "many",
    }
    return render(request, "public/honour/poster.html", context)


def asked(query: QueryDict) -> tuple[Filters, date, Any]:
    """Return the filters of an address, the day, and the titles of every state."""
    today = timezone.localdate()
    filters = read_filters(query, today)
    day = date.fromisoformat(filters.get("on") or today.isoformat())
    return filters, day, narrowed(Award.objects.titles().on(day), filters)


def read_roll(query: QueryDict) -> Roll:
    """Return the roll that an address asks for; the page and the poster share it.

    Of a very long roll, pages show the first titles; the file has them all.
    """
    filters, day, titles = asked(query)
    if is_long(titles, MOST):
        return long_roll(titles, filters, day)
    found = list(titles.for_roll())
    found.sort(key=lambda award: KIND_ORDER[kind_of(award)])
    held = [award for award in found if award.is_held]
    chosen = found if filters.get("ended") else held
    level = filters.get("level")
    ended_count = sum(
        not award.is_held and level in ("", award.level) for award in found
    )
    return Roll(
        day=day,
        is_today=day == timezone.localdate(),
        filters=filters,
        awards=[award for award in chosen if level in ("", award.level)],
        counts={
            value: sum(award.level == value for award in held)
            for value in HonourLevel.values
        },
        has_ended=ended_count > 0,
        ended_count=ended_count,
    )


def long_roll(titles: Any, filters: Filters, day: date) -> Roll:
    """Return the first titles of a long roll, and whether there are ended ones."""
    rows = narrowed(Award.objects.all(), filters)
    counts = RULES["titles-held"].by(until(day), "level", rows=rows)
    ended = titles.ended(day)
    if level := filters.get("level"):
        ended = ended.filter(level=level)
    awards = list(chosen(titles, filters, day).for_roll()[:SHOWN])
    awards.sort(key=lambda award: KIND_ORDER[kind_of(award)])
    return Roll(
        day=day,
        is_today=day == timezone.localdate(),
        filters=filters,
        awards=awards,
        counts={value: counts.get(value, 0) for value in HonourLevel.values},
        has_ended=ended.order_by().exists(),
        is_cut=len(awards) == SHOWN,
    )


def chosen(titles, filters: Filters, day: date):
    """Narrow titles by state and level, too."""
    rows = titles if filters.get("ended") else titles.held(day)
    level = filters.get("level")
    return rows.filter(level=level) if level else rows


def roll_rows(query: QueryDict) -> tuple[Filters, date, int, Iterator[Award]]:
    """Return the filters, the day, the number of titles and, read bit by bit, all."""
    filters, day, titles = asked(query)
    rows = chosen(titles, filters, day)
    kinds = [rows.filter(version__scheme__kind=kind).for_roll() for kind in KINDS]
    awards = chain.from_iterable(
        titles.with_places().iterator(CHUNK) for titles in kinds
    )
    return filters, day, rows.count(), awards


def read_filters(query: QueryDict, today: date) -> Filters:
    cycles = RULES["titles-held"].values("cycle_label")
    labels = sorted((label for label in cycles if label), reverse=True)
    return Filters(
        query,
        q=None,
        kind=KINDS,
        level=dict(HonourLevel.choices),
        cycle={label: label for label in labels} | {UNSTATED: NO_CYCLE},
        township=RowOptions(Region.objects.townships(), NAME),
        chamber=RowOptions(Chamber.objects.order_by("sort_key", "pk"), NAME),
        on=Days(FIRST_DAY, today, word="截至 {}"),
        ended={"1": "含已结束的称号"},
    )


def narrowed(awards, filters: Filters):
    """Narrow awards by all but the level and the state, which are counted first."""
    if filters.get("kind"):
        awards = awards.filter(version__scheme__kind=filters.get("kind"))
    if filters.get("cycle"):
        cycle = filters.get("cycle")
        awards = awards.filter(cycle_label="" if cycle == UNSTATED else cycle)
    if filters.get("township"):
        awards = awards.in_township(filters.get("township"))
    if filters.get("chamber"):
        awards = awards.of_chamber(filters.get("chamber"))
    if filters.get("q"):
        awards = awards.search(filters.get("q"))
    return awards


def rail(roll: Roll) -> list[tuple[str, str, bool]]:
    """Return the stops of the timeline: (word, query, whether it is the current one).

    They are the ends of the years since the first dated title, and today; a day in
    between gets a stop of its own.
    """
    today = timezone.localdate()
    dated = Award.objects.titles().filter(granted_on__isnull=False)
    days = dated.order_by("granted_on").values_list("granted_on", flat=True)
    first = days.first() or today
    years = range(max(first.year, today.year - YEARS_BACK), today.year)
    stops = {date(year, 12, 31): f"{year}年末" for year in years} | {today: "今天"}
    stops.setdefault(roll.day, say_day(roll.day))
    return [
        (
            word,
            roll.filters.query(on="" if day == today else day.isoformat()),
            day == roll.day,
        )
        for day, word in sorted(stops.items())
    ]


def add_practices(awards: list[Award]) -> None:
    """Attach ``public_practices`` to the chambers of the recipients."""
    public = Practice.objects.public()
    prefetch_related_objects(
        awards,
        *(
            Prefetch(f"{path}__practices", public, to_attr="public_practices")
            for path in ("chamber", "site__chamber", "branch__chambers")
        ),
    )


def timeline(awards) -> list[Group]:
    """Return titles by year, newest first; those without a date come last."""
    rows = list(awards.for_roll().select_related("renews", "renewal"))
    rows.sort(key=lambda award: award.cycle_label, reverse=True)
    rows.sort(key=lambda award: award.granted_on or date.min, reverse=True)
    return grouped(rows, key=year_of)


def year_of(award: Award) -> str:
    if award.granted_on:
        return f"{award.granted_on.year}年"
    return award.cycle_label or NO_CYCLE
