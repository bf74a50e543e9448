"""The picture of the county: each township's chambers as dots, with a table beside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from activities.counting import RULES, until
from chambers.models import Region

PER_ROW, STEP, RADIUS = 6, 16, 6  # dots in a row; their distance and size
COUNTY = "县级"  # chambers that belong to no township


@dataclass(frozen=True)
class Dot:
    x: int
    y: int
    is_full: bool


@dataclass(frozen=True)
class Dots:
    """So many dots, the first of them full; a drawing in its own units."""

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

    Every number is counted by its rule; a township without chambers is there too.
    """
    scope = until(today)
    chambers = RULES["chambers"].by(scope, "township")
    covered = RULES["covered-chambers"].by(scope, "township")
    titles = RULES["titles-held"].by(scope, "chamber__township")
    places = list(Region.objects.townships().values_list("code", "name"))
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
