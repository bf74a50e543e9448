"""Tables of small numbers for the public, from which no small number follows."""

from collections.abc import Sequence
from dataclasses import dataclass

SMALL = 5  # fewer people than this could be recognised


@dataclass(frozen=True)
class Cell:
    """A number of a public table; one that is too small is not told."""

    value: int
    is_small: bool = False
    is_covered: bool = False  # hidden so that the small one can't be worked out

    @property
    def words(self) -> str:
        if self.is_small:
            return f"少于 {SMALL}"
        return "不显示" if self.is_covered else f"{self.value}"


def guarded(rows: Sequence[Sequence[int]]) -> list[list[Cell]]:
    """Return a table with its totals, so that no small number can be worked out.

    The last column and the last row are the sums. Numbers below 5 are hidden, and
    others with them until no hidden one follows from those that are told. The sum of
    all is always told.
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
        if not near:  # Then the sum of all stands alone.
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
    """Return the hidden places whose numbers can be worked out from the others."""
    return {place for place in hidden if follows(place, hidden, values)}


def follows(place: Place, hidden: set[Place], values: dict[Place, int]) -> bool:
    """Tell whether a hidden number can be worked out from the others.

    It can unless it is part of a ring of hidden ones (along a row, down a column
    and so on back), or when those of its line are all as large as they can be.
    """
    for axis in (0, 1):
        line = [p for p in hidden if p[axis] == place[axis]]
        if all(values[p] == SMALL - 1 for p in line):
            return True
    return not in_ring(place, hidden)


def in_ring(place: Place, hidden: set[Place]) -> bool:
    """Tell whether a place's row and column are joined by other hidden places."""
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
