from datetime import date

import pytest

from chambers.models import Branch, BranchCoverage
from chambers.models.branch import COVERAGE_ERROR
from tests.factories.chambers import (
    AppointmentFactory,
    BranchCoverageFactory,
    BranchFactory,
    BranchTermFactory,
    ChamberFactory,
)
from tests.rules import (
    assert_constraint_is_kept,
    assert_trigger_is_kept,
    changed,
    refused,
)

pytestmark = pytest.mark.django_db


def its_own_parent():
    branch = BranchFactory()
    return changed(branch, parent=branch)


def a_chamber_covered_twice():
    first = BranchCoverageFactory()
    return changed(BranchCoverageFactory(branch=first.branch), chamber=first.chamber)


def a_term_again():
    first = BranchTermFactory(number=1, ended_on=date(2025, 1, 1))
    second = BranchTermFactory(
        branch=first.branch, number=2, started_on=date(2026, 1, 1)
    )
    return changed(second, number=1)


def a_term_in_the_time_of_another():
    first = BranchTermFactory(number=1, ended_on=date(2025, 1, 1))
    second = BranchTermFactory(
        branch=first.branch, number=2, started_on=date(2026, 1, 1)
    )
    return changed(second, started_on=date(2025, 1, 1))


CONSTRAINTS = {
    "chambers_branch_kind_valid": lambda: changed(BranchFactory(), kind="club"),
    "chambers_branch_dissolved_on_after_start": lambda: changed(
        BranchFactory(), founded_on=date(2020, 1, 2), dissolved_on=date(2020, 1, 1)
    ),
    "chambers_branch_not_own_parent": its_own_parent,
    "chambers_branchcoverage_once": a_chamber_covered_twice,
    "chambers_branchterm_ended_on_after_start": lambda: changed(
        BranchTermFactory(started_on=date(2024, 1, 2)), ended_on=date(2024, 1, 1)
    ),
    "chambers_branchterm_due_on_after_start": lambda: changed(
        BranchTermFactory(started_on=date(2024, 1, 2)), due_on=date(2024, 1, 1)
    ),
    "chambers_branchterm_number_unique": a_term_again,
    "chambers_branchterm_no_overlap": a_term_in_the_time_of_another,
}


def dissolve_a_branch_before_its_appointment_ends():
    branch = BranchFactory()
    AppointmentFactory(chamber=None, branch=branch, post="branch_secretary")
    Branch.objects.filter(pk=branch.pk).update(dissolved_on=date(2025, 1, 1))


def end_a_term_after_the_branch():
    branch = BranchFactory(dissolved_on=date(2025, 1, 1))
    BranchTermFactory(branch=branch, ended_on=date(2025, 1, 2))


TRIGGERS = {
    "chambers_branch.coverage_count": lambda: BranchFactory(kind="joint"),
    "chambers_branch.life_holds_rows": dissolve_a_branch_before_its_appointment_ends,
    "chambers_branchcoverage.coverage_count": lambda: BranchCoverageFactory(
        branch=BranchFactory()
    ),
    "chambers_branchterm.term_inside_life": end_a_term_after_the_branch,
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_branch_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


@pytest.mark.parametrize("name", TRIGGERS)
def test_branch_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


def branch_of(kind, count):
    return BranchFactory(kind=kind, chambers=ChamberFactory.create_batch(count))


@pytest.mark.parametrize(
    ("kind", "count"), [("single", 0), ("single", 2), ("joint", 1), ("joint", 6)]
)
def test_branch_with_a_wrong_count_of_chambers_is_refused(kind, count):
    assert COVERAGE_ERROR in str(refused(lambda: branch_of(kind, count)))


@pytest.mark.parametrize(
    ("kind", "count"),
    [("single", 1), ("joint", 2), ("joint", 5), ("general", 0), ("committee", 6)],
)
def test_branch_with_a_right_count_of_chambers_is_kept(kind, count):
    assert branch_of(kind, count).coverages.count() == count


def test_branch_that_loses_its_chamber_is_refused():
    branch = BranchFactory()

    assert COVERAGE_ERROR in str(refused(branch.coverages.all().delete))


def test_branch_that_changes_its_form_is_counted_again():
    branch = BranchFactory()
    rows = Branch.objects.filter(pk=branch.pk)

    assert COVERAGE_ERROR in str(refused(lambda: rows.update(kind="joint")))


def test_coverage_that_moves_to_another_branch_is_counted_on_both_sides():
    """The branch that it leaves must not be left with too few."""
    branch = BranchFactory()
    other = BranchFactory(kind="functional", chambers=[])
    rows = BranchCoverage.objects.filter(branch=branch)

    assert COVERAGE_ERROR in str(refused(lambda: rows.update(branch=other)))


def test_branch_is_deleted_together_with_its_coverage():
    branch = BranchFactory()

    branch.delete()

    assert not Branch.objects.exists()
