from datetime import date

import pytest

from chambers.models import ChamberTerm
from tests.factories.chambers import (
    AppointmentFactory,
    ChamberFactory,
    ChamberTermFactory,
)
from tests.rules import (
    assert_constraint_is_kept,
    assert_trigger_is_kept,
    changed,
    refused,
)

pytestmark = pytest.mark.django_db

CODE = "51350823MJB000000U"


def a_credit_code_taken():
    first = ChamberFactory(credit_code=CODE)
    return changed(ChamberFactory(), credit_code=first.credit_code)


def a_term_again():
    """The same number at another time."""
    first = ChamberTermFactory(number=1, ended_on=date(2024, 1, 1))
    second = ChamberTermFactory(
        chamber=first.chamber, number=2, started_on=date(2025, 1, 1)
    )
    return changed(second, number=1)


def a_term_in_the_time_of_another():
    first = ChamberTermFactory(number=1, ended_on=date(2024, 1, 1))
    second = ChamberTermFactory(
        chamber=first.chamber, number=2, started_on=date(2025, 1, 1)
    )
    return changed(second, started_on=date(2024, 1, 1))


CONSTRAINTS = {
    "chambers_chamber_credit_code_valid": lambda: changed(
        ChamberFactory(), credit_code="513508230000000000"
    ),
    "chambers_chamber_credit_code_unique": a_credit_code_taken,
    "chambers_chamber_kind_valid": lambda: changed(ChamberFactory(), kind="club"),
    "chambers_chamber_state_valid": lambda: changed(ChamberFactory(), state="asleep"),
    "chambers_chamber_charter_clause_valid": lambda: changed(
        ChamberFactory(), charter_clause="2020"
    ),
    "chambers_chamber_closed_on_after_start": lambda: changed(
        ChamberFactory(state="closed"),
        founded_on=date(2020, 1, 2),
        closed_on=date(2020, 1, 1),
    ),
    "chambers_chamber_trades_valid": lambda: changed(
        ChamberFactory(), trades=["A", "Z"]
    ),
    "chambers_chamber_township_known": lambda: changed(
        ChamberFactory(), kind="township"
    ),
    "chambers_chamber_closed_has_state": lambda: changed(
        ChamberFactory(), closed_on=date(2024, 1, 1)
    ),
    "chambers_chamberterm_ended_on_after_start": lambda: changed(
        ChamberTermFactory(started_on=date(2023, 1, 2)), ended_on=date(2023, 1, 1)
    ),
    "chambers_chamberterm_due_on_after_start": lambda: changed(
        ChamberTermFactory(started_on=date(2023, 1, 2)), due_on=date(2023, 1, 1)
    ),
    "chambers_chamberterm_number_unique": a_term_again,
    "chambers_chamberterm_no_overlap": a_term_in_the_time_of_another,
}


def close_a_chamber_before_its_appointment_ends():
    chamber = AppointmentFactory(started_on=date(2024, 1, 1)).chamber
    changed(chamber, state="closed", closed_on=date(2025, 1, 1)).save()


def begin_a_term_before_the_chamber():
    chamber = ChamberFactory(founded_on=date(2024, 1, 1))
    ChamberTermFactory(chamber=chamber, started_on=date(2023, 12, 31))


TRIGGERS = {
    "chambers_chamber.life_holds_rows": close_a_chamber_before_its_appointment_ends,
    "chambers_chamberterm.term_inside_life": begin_a_term_before_the_chamber,
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_chamber_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


@pytest.mark.parametrize("name", TRIGGERS)
def test_chamber_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


def test_chamber_can_close_on_the_last_day_of_its_term():
    term = ChamberTermFactory(ended_on=date(2024, 6, 30))

    changed(term.chamber, state="closed", closed_on=date(2024, 6, 30)).save()

    term.chamber.refresh_from_db()
    assert term.chamber.closed_on == date(2024, 6, 30)


def test_chamber_founded_after_its_term_began_is_refused():
    term = ChamberTermFactory(started_on=date(2023, 1, 1))
    founded = changed(term.chamber, founded_on=date(2023, 1, 2))

    assert "成立或停用（撤销）日期与已登记的任职、届次不符" in str(
        refused(founded.save)
    )


def test_chamber_term_of_a_closed_chamber_must_have_ended():
    chamber = ChamberFactory(state="closed", closed_on=date(2024, 1, 1))
    term = ChamberTerm(
        chamber=chamber,
        number=1,
        started_on=date(2023, 1, 1),
        due_on=date(2028, 1, 1),
    )

    error = refused(lambda: ChamberTerm.objects.bulk_create([term]))

    assert "起止日期超出了该组织存续的时间" in str(error)
