"""Tables of small numbers for the public, from which none can be derived."""

from collections.abc import Sequence
from dataclasses import dataclass

SMALL = 5  # fewer people than this could be recognised


@dataclass(frozen=True)
class Cell:
    """A number of a public table; one that is too small is suppressed."""

    value: int
    is_small: bool = False
    is_covered: bool = False  # suppressed so that a small one cannot be derived

    @property
    def words(self) -> str:
        if self.is_small:
            return f"少于 {SMALL}"
        return "不显示" if self.is_covered else f"{self.value}"


def guarded(rows: Sequence[Sequence[int]]) -> list[list[Cell]]:
    """Return a table with its totals, from which no small number can be derived.

    The last column and the last row are the sums. Numbers below 5 are suppressed, and
    others with them until no suppressed one can be derived from those shown. The grand
    total is always shown.
    """
    table = [[*row, sum(row)] for row in rows]
    table.append([sum(column) for column in zip(*table, strict=True)])
    last = (len(table) - 1, len(table[0]) - 1)
    values = {(r, c): n for r, row in enumerate(table) for c, n in enumerate(row)}
    small = {place for place, n in values.items() if n < SMALL and place != last}
    hidden = set(small)
    while told := told_of(hidden, values):
        near = [
            place
            for place in values
            if place not in {*hidden, last}
            and any(place[0] == p[0] or place[1] == p[1] for p in told)
        ]
        if not near:  # Then only the grand total is shown.
            hidden = set(values) - {last}
            break
        cost = {p: (len(told_of(hidden | {p}, values)), values[p]) for p in near}
        hidden.add(min(near, key=cost.__getitem__))
    return [
        [Cell(n, (r, c) in small, (r, c) in hidden - small) for c, n in enumerate(row)]
        for r, row in enumerate(table)
    ]


Place = tuple[int, int]


def told_of(hidden: set[Place], values: dict[Place, int]) -> set[Place]:
    """Return the suppressed cells whose numbers can be derived from the others."""
    return {place for place in hidden if follows(place, hidden, values)}


def follows(place: Place, hidden: set[Place], values: dict[Place, int]) -> bool:
    """Tell whether a suppressed number can be derived from the others.

    It can unless it is part of a cycle of suppressed cells (along a row, down a column
    and so on back to itself), or if all those of its line are as large as they can be.
    """
    for axis in (0, 1):
        line = [p for p in hidden if p[axis] == place[axis]]
        if all(values[p] == SMALL - 1 for p in line):
            return True
    return not in_ring(place, hidden)


def in_ring(place: Place, hidden: set[Place]) -> bool:
    """Tell whether a cell's row and column are connected by other suppressed cells."""
    others = hidden - {place}
    rows, columns = {place[0]}, set[int]()
    while True:
        new = {c for r, c in others if r in rows} - columns
        columns |= new
        more = {r for r, c in others if c in columns} - rows
        rows |= more
        if place[1] in columns:
            return True
        if not new and not more:
            return False
