"""What the public sees of small numbers, tried on every small table."""

from fractions import Fraction
from itertools import product

import pytest
from django.utils import timezone

from activities.counting import until
from activities.services import disclosure
from activities.services.disclosure import SMALL, guarded
from activities.services.mediation import year_table
from activities.views.public.welfare import PERSONS, few
from tests.factories.activities import (
    DisputeKindFactory,
    MediationCommitteeFactory,
    case_at,
)

VALUES = [0, 1, 4, 5, 6]
SHAPES = [(1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (2, 2)]


def tables():
    """Return every small table that is shown: its sum is not small."""
    for rows, columns in SHAPES:
        for values in product(VALUES, repeat=rows * columns):
            table = [
                list(values[n : n + columns]) for n in range(0, len(values), columns)
            ]
            if sum(values) >= SMALL:
                yield table


def hidden_of(cells):
    return {
        (r, c)
        for r, row in enumerate(cells)
        for c, cell in enumerate(row)
        if cell.is_small or cell.is_covered
    }


def lines_of(cells):
    """Return the places of each row and of each column, its sum the last."""
    rows, columns = range(len(cells)), range(len(cells[0]))
    yield from ([(r, c) for c in columns] for r in rows)
    yield from ([(r, c) for r in rows] for c in columns)


def without(row, other, column):
    return [a - b * other[column] for a, b in zip(row, other, strict=True)]


def reduced(equations):
    """Return equations over unknowns so that each begins where no other does."""
    rows = [[Fraction(n) for n in row] for row in equations]
    done = []
    for column in range(len(rows[0])):
        row = next((row for row in rows if row[column]), None)
        if row is None:
            continue
        rows.remove(row)
        row = [n / row[column] for n in row]
        rows = [without(other, row, column) for other in rows]
        done = [without(other, row, column) for other in done] + [row]
    return done


def worked_out(cells):
    """Return the hidden places that the sums of rows and columns give away.

    An equation says of each line that its numbers make its sum; a hidden number is
    given away when an equation is left that has no other unknown.
    """
    hidden = sorted(hidden_of(cells))
    equations = []
    for line in lines_of(cells):
        signs = dict.fromkeys(line, 1) | {line[-1]: -1}
        equations.append([signs.get(place, 0) for place in hidden])
    found = set()
    for row in reduced(equations):
        unknown = [place for place, n in zip(hidden, row, strict=True) if n]
        if len(unknown) == 1:
            found |= {*unknown}
    return found


def given_away(cells):
    """Return what follows from the sums, or from numbers that are all the largest."""
    found = worked_out(cells)
    if len(hidden_of(cells)) == len(cells) * len(cells[0]) - 1:
        # Nothing but the sum of all is told; a table of one line repeats it.
        return {(r, c) for r, c in found if cells[r][c].is_small}
    for line in lines_of(cells):
        unknown = [place for place in line if place in hidden_of(cells)]
        if unknown and all(cells[r][c].value == SMALL - 1 for r, c in unknown):
            found |= {*unknown}
    return found


def test_no_small_number_of_any_small_table_is_told_or_given_away():
    wrong = []
    for table in tables():
        cells = guarded(table)
        told = [cell for row in cells for cell in row if not cell.is_small]
        sums = [*map(sum, zip(*table, strict=True)), sum(map(sum, table))]
        values = [[*row, sum(row)] for row in table] + [sums]
        if [[cell.value for cell in row] for row in cells] != values:
            wrong.append((table, "other numbers"))
        if any(cell.value < SMALL for cell in told):
            wrong.append((table, "told"))
        if cells[-1][-1].words != str(sums[-1]):
            wrong.append((table, "the sum of all is hidden"))
        if given_away(cells):
            wrong.append((table, "given away"))
    assert wrong == []


def test_nothing_is_hidden_where_nothing_is_small():
    for table in ([[5]], [[5, 6], [7, 8]], [[5, 6, 9]]):
        assert hidden_of(guarded(table)) == set()


@pytest.mark.parametrize(
    ("name", "off"),
    [
        ("in_ring", lambda place, hidden: True),  # no other is hidden with it
        ("SMALL", 4),
        ("told_of", lambda hidden, values: set()),
    ],
)
def test_a_rule_that_is_off_is_found(name, off, monkeypatch):
    monkeypatch.setattr(disclosure, name, off)
    found = [table for table in tables() if leaks(guarded(table))]
    assert found


def leaks(cells):
    told = [cell for row in cells for cell in row if not cell.is_small]
    return given_away(cells) or [cell for cell in told if cell.value < SMALL]


def test_numbers_that_are_all_the_largest_are_covered_by_another():
    """Two of 少于 5 that make 8 would both be 4."""
    cells = guarded([[4, 4, 20], [20, 20, 20]])
    assert len([cell for cell in cells[0] if cell.is_covered]) >= 1
    assert given_away(cells) == set()


@pytest.mark.django_db
@pytest.mark.parametrize(("cases", "shown"), [(SMALL - 1, False), (SMALL, True)])
def test_a_table_of_few_cases_is_not_shown_at_all(cases, shown):
    more = {"committee": MediationCommitteeFactory(), "kind": DisputeKindFactory()}
    for _ in range(cases):
        case_at("accepted", **more)
    assert bool(year_table(until(timezone.localdate())).lines) is shown


@pytest.mark.parametrize("people", range(7))
@pytest.mark.parametrize("unit", [*PERSONS, "元", "次"])
def test_few_people_are_not_told(people, unit):
    hides = unit in PERSONS and 0 < people < 5
    expected = f"少于 5 {unit}" if hides else f"{people} {unit}" if people else "—"
    assert few(people, f"{people} {unit}", unit=unit) == expected


def test_few_are_fewer_than_five():
    assert SMALL == 5
