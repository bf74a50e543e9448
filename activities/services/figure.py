"""Figures: each published number beside the counted one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from activities.counting import EVER, RULES, Scope, Total, count_all
from activities.models import OfficialFigure
from activities.models.figure import FigureGroup, Qualifier
from redleader.records.money import WAN, YI

# The figures of the front page for each part of the report, in order.
HOME_FIGURES = {
    FigureGroup.OVERVIEW: ["M01", "M02"],
    FigureGroup.PARTY: ["M03", "M04", "M05"],
    FigureGroup.HONOUR: ["M06", "M07", "M08"],
    FigureGroup.GROWTH: ["M15", "M17", "M16", "M11"],
    FigureGroup.VILLAGE: ["M18", "M21", "M22"],
    FigureGroup.WELFARE: ["M28", "M23", "M26", "M27"],
    FigureGroup.MEDIATION: ["M29", "M30", "M31"],
}
# How many of a rule's unit make one of a figure's.
SCALES = {"万元": WAN, "亿元": YI, "万人次": Decimal(10_000)}


@dataclass(frozen=True)
class Comparison:
    """A published figure, and what rows say by its rule; no total: not countable."""

    official: OfficialFigure
    total: Total | None = None
    scope: Scope | None = None

    @property
    def counted(self) -> Decimal | None:
        """The counted number in the unit of the published one."""
        if self.total is None:
            return None
        return self.total.value / SCALES.get(self.official.unit, Decimal(1))

    @property
    def address(self) -> str:
        """Return the page that explains the counted number, narrowed as it is."""
        if self.total is None or self.scope is None:
            return ""
        query: dict[str, str] = {}
        if self.scope.chamber:
            query["chamber"] = str(self.scope.chamber.pk)
        if self.scope.first != EVER:
            query["first"] = f"{self.scope.first}"
        address = reverse("public:rule-detail", args=[self.total.rule.code])
        return f"{address}?{urlencode(query)}" if query else address

    @property
    def counted_text(self) -> str:
        return "—" if self.counted is None else in_words(self.counted)

    @property
    def agrees(self) -> bool | None:
        if self.counted is None:
            return None
        return fits(self.counted, self.official.value, self.official.qualifier)

    @property
    def verdict(self) -> str:
        return {None: "只有公布数", True: "相符", False: "不符"}[self.agrees]


def in_words(number: Decimal) -> str:
    """Return a number with at most two decimals and thousands separators."""
    text = f"{number:,.2f}"
    return text.rstrip("0").rstrip(".")


def fits(counted: Decimal, value: Decimal, qualifier: str) -> bool:
    """Tell whether a count agrees with a published number and its qualifier.

    "超" and "余" are lower bounds, "近" an upper one; 约 and 达 allow a tenth.
    """
    match Qualifier(qualifier):
        case Qualifier.EXACT | Qualifier.DERIVED:
            return counted == value
        case Qualifier.OVER:
            return counted > value
        case Qualifier.NEARLY:
            return value * Decimal("0.9") <= counted < value
        case Qualifier.AT_LEAST:
            return counted >= value
        case Qualifier.ABOUT_OVER:
            return value <= counted <= value * Decimal("1.1")
        case _:
            return value * Decimal("0.9") <= counted <= value * Decimal("1.1")


def scope_of(figure: OfficialFigure, today: date) -> Scope:
    """Return the days and the chamber that a figure is counted over."""
    first = figure.since or (date(today.year, 1, 1) if figure.is_yearly else EVER)
    return Scope(first, today, figure.chamber)


def compare(
    numbers: Iterable[str] | None = None, *, today: date | None = None
) -> list[Comparison]:
    """Return all published figures, or some, each with its count up to a day."""
    today = today or timezone.localdate()
    rows = OfficialFigure.objects.select_related("chamber")
    figures = list(rows if numbers is None else rows.filter(number__in=numbers))
    counted = [figure for figure in figures if figure.rule in RULES]
    answers = count_all((RULES[f.rule], scope_of(f, today)) for f in counted)
    found = {
        figure.pk: Comparison(figure, total, total.scope)
        for figure, total in zip(counted, answers, strict=True)
    }
    return [found.get(figure.pk) or Comparison(figure) for figure in figures]


BAR, SPACE = 200, 1.15  # width of the longest bar, and the space beside it


@dataclass(frozen=True)
class Bar:
    """A picture of a figure: a bar for the count, a mark for the published number."""

    length: int
    mark: int


def bar_of(row: Comparison) -> Bar | None:
    """Return the bar of a counted figure, to a scale of its own."""
    if row.counted is None:
        return None
    most = max(row.counted, row.official.value) * Decimal(SPACE) or 1
    return Bar(round(row.counted * BAR / most), round(row.official.value * BAR / most))


@dataclass(frozen=True)
class FigurePart:
    """A part of the report: its figures, each with the picture of it if counted."""

    name: str
    rows: list[tuple[Comparison, Bar | None]]

    @property
    def source(self) -> str:
        return self.rows[0][0].official.source


def grouped(comparisons: list[Comparison]) -> list[FigurePart]:
    """Return the parts of the report that have figures, in its order."""
    found = []
    for value, label in FigureGroup.choices:
        rows = [row for row in comparisons if row.official.group == value]
        if rows:
            found.append(FigurePart(str(label), [(row, bar_of(row)) for row in rows]))
    return found


def home_figures() -> dict[str, list[OfficialFigure]]:
    """Return the published figures of the front page by the parts of the report."""
    numbers = [number for part in HOME_FIGURES.values() for number in part]
    rows = {
        row.number: row for row in OfficialFigure.objects.filter(number__in=numbers)
    }
    return {
        group.value: [rows[number] for number in part if number in rows]
        for group, part in HOME_FIGURES.items()
    }
