"""The picture of the county: each township's chambers as dots, with a table beside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from activities.counting import RULES, until
from activities.models import Award
from chambers.models import Chamber, Region

PER_ROW, STEP, RADIUS = 6, 16, 6  # dots in a row; their distance and size
MOST = 100  # townships of a picture; a county has a few dozen
COUNTY = "县级"  # chambers that belong to no township


@dataclass(frozen=True)
class Dot:
    x: int
    y: int
    is_full: bool


@dataclass(frozen=True)
class Dots:
    """Dots, the first of them filled; a drawing in its own units."""

    total: int
    full: int
    per_row: int = PER_ROW

    @property
    def width(self) -> int:
        return self.per_row * STEP

    @property
    def height(self) -> int:
        return max(-(-self.total // self.per_row), 1) * STEP

    def __iter__(self) -> Iterator[Dot]:
        for n in range(self.total):
            row, column = divmod(n, self.per_row)
            yield Dot(column * STEP + STEP // 2, row * STEP + STEP // 2, n < self.full)


@dataclass(frozen=True)
class Township:
    """A township (``code`` is empty for the county itself) and its numbers."""

    code: str
    name: str
    chambers: int
    covered: int
    titles: int

    @property
    def dots(self) -> Dots:
        return Dots(self.chambers, self.covered)


def township_picture(today: date) -> list[Township]:
    """Return the townships in the order of their codes, the county's chambers last.

    Every number is counted by its rule; townships without chambers are included. For a
    whole country, only the first townships are drawn and read.
    """
    scope = until(today)
    found = Region.objects.townships().values_list("code", "name")
    places: list[tuple[str | None, str]] = list(found[: MOST + 1])
    of_them = of_theirs = None
    if len(places) > MOST:
        places = places[:MOST]
        here = {"township__in": [code for code, _ in places]}
        of_them = Chamber.objects.filter(**here)
        of_theirs = Award.objects.filter(chamber__in=of_them)
    chambers = RULES["chambers"].by(scope, "township", rows=of_them)
    covered = RULES["covered-chambers"].by(scope, "township", rows=of_them)
    titles = RULES["titles-held"].by(scope, "chamber__township", rows=of_theirs)
    if chambers.get(None):
        places.append((None, COUNTY))
    return [
        Township(
            code or "",
            name,
            chambers.get(code, 0),
            covered.get(code, 0),
            titles.get(code, 0),
        )
        for code, name in places
    ]
