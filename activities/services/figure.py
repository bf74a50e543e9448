"""Figures: each published number beside the one counted from rows.

Those of 村企共建 (M18–M22) speak of all villages that were moved by a campaign, or
of one chamber and its industrial park. The rows do not tell these apart, so they
stay as published.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from activities.models import Award, Lecture, OfficialFigure
from activities.models.figure import Qualifier
from activities.models.honour import HonourLevel, SchemeKind
from activities.models.lecture import LectureKind, LecturerRole
from activities.services.lead import count_valid_this_year
from chambers.models import Chamber

HALL = "红土初心讲堂"
HOME_FIGURES = ["M01", "M03", "M04", "M05"]


def count_hall_issues() -> int:
    """Issues of the hall of which at least one session was accepted."""
    held = Lecture.objects.counted().filter(issue__series__name=HALL)
    return held.aggregate(n=Count("issue", distinct=True))["n"]


def count_secretary_lectures() -> int:
    return (
        Lecture.objects.counted()
        .filter(
            kind=LectureKind.PARTY_LECTURE,
            lecturer_role=LecturerRole.BRANCH_SECRETARY,
        )
        .count()
    )


def count_attendance() -> int:
    """Person-times of accepted sessions, each session once."""
    return Lecture.objects.counted().aggregate(n=Sum("present"))["n"] or 0


def count_four_goods(level: HonourLevel) -> int:
    return Award.objects.held().four_goods(level).count()


def count_pilots() -> int:
    pilots = Award.objects.held().filter(version__scheme__kind=SchemeKind.PILOT)
    return pilots.filter(level=HonourLevel.CITY).count()


# The rule of each figure that rows can answer; the others are not counted yet.
COUNTS: dict[str, Callable[[], int]] = {
    "M01": lambda: Chamber.objects.active().count(),
    "M03": count_hall_issues,
    "M04": count_secretary_lectures,
    "M05": count_attendance,
    "M06": lambda: count_four_goods(HonourLevel.NATIONAL),
    "M07": lambda: count_four_goods(HonourLevel.PROVINCIAL),
    "M08": count_pilots,
    "M11": count_valid_this_year,
}


@dataclass(frozen=True)
class Comparison:
    """A published figure, what rows say (None: no rule yet), and whether they agree."""

    official: OfficialFigure
    counted: int | None

    @property
    def agrees(self) -> bool | None:
        if self.counted is None:
            return None
        return fits(self.counted, self.official.value, self.official.qualifier)

    @property
    def verdict(self) -> str:
        return {None: "尚未计数", True: "相符", False: "不符"}[self.agrees]


def fits(counted: int, value: Decimal, qualifier: str) -> bool:
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


def compare(numbers: list[str] | None = None) -> list[Comparison]:
    """Return all published figures, or some, each with its count."""
    figures = OfficialFigure.objects.all()
    if numbers is not None:
        figures = figures.filter(number__in=numbers)
    return [
        Comparison(figure, COUNTS[figure.number]() if figure.number in COUNTS else None)
        for figure in figures
    ]


def home_figures() -> list[OfficialFigure]:
    """Return the published figures of the front page."""
    return list(OfficialFigure.objects.filter(number__in=HOME_FIGURES))
