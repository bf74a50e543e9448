from datetime import date

import pytest

from chambers.models import Appointment
from tests.factories.chambers import (
    AppointmentFactory,
    BranchFactory,
    ChamberFactory,
    MemberFactory,
)
from tests.rules import (
    assert_constraint_is_kept,
    assert_trigger_is_kept,
    changed,
    refused,
)

pytestmark = pytest.mark.django_db


def of_branch(**fields):
    return AppointmentFactory(
        **{"chamber": None, "branch": BranchFactory(), "post": "organisation"} | fields
    )


def a_second_branch_secretary():
    first = of_branch(post="branch_secretary")
    return changed(of_branch(post="branch_secretary"), branch=first.branch)


def a_second_president():
    first = AppointmentFactory(post="president")
    return changed(AppointmentFactory(post="president"), chamber=first.chamber)


def a_legal_representative_of_two_chambers():
    first = AppointmentFactory(post="legal")
    return changed(AppointmentFactory(post="legal"), member=first.member)


def the_same_post_in_a_chamber_again():
    first = AppointmentFactory()
    return changed(AppointmentFactory(member=first.member), chamber=first.chamber)


def the_same_post_in_a_branch_again():
    first = of_branch()
    return changed(of_branch(member=first.member), branch=first.branch)


CONSTRAINTS = {
    "chambers_appointment_post_valid": lambda: changed(
        AppointmentFactory(), post="king"
    ),
    "chambers_appointment_ended_on_after_start": lambda: changed(
        AppointmentFactory(started_on=date(2024, 1, 2)), ended_on=date(2024, 1, 1)
    ),
    "chambers_appointment_one_organisation": lambda: changed(
        AppointmentFactory(), chamber=None
    ),
    "chambers_appointment_post_fits": lambda: changed(
        AppointmentFactory(), post="branch_secretary"
    ),
    "chambers_appointment_one_branch_secretary": a_second_branch_secretary,
    "chambers_appointment_one_holder": a_second_president,
    "chambers_appointment_one_legal": a_legal_representative_of_two_chambers,
    "chambers_appointment_chamber_no_overlap": the_same_post_in_a_chamber_again,
    "chambers_appointment_branch_no_overlap": the_same_post_in_a_branch_again,
}


def appoint_before_the_chamber_was_founded():
    chamber = ChamberFactory(founded_on=date(2024, 1, 2))
    AppointmentFactory(chamber=chamber, started_on=date(2024, 1, 1))


def appoint_without_end_in_a_dissolved_branch():
    of_branch(branch=BranchFactory(dissolved_on=date(2025, 1, 1)))


TRIGGERS = {
    "chambers_appointment.chamber_inside_life": appoint_before_the_chamber_was_founded,
    "chambers_appointment.branch_inside_life": (
        appoint_without_end_in_a_dissolved_branch
    ),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_appointment_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


@pytest.mark.parametrize("name", TRIGGERS)
def test_appointment_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


def test_appointment_to_a_chamber_and_a_branch_is_refused():
    both = changed(of_branch(), chamber=ChamberFactory())

    assert "chambers_appointment_one_organisation" in str(refused(both.save))


@pytest.mark.parametrize("post", ["president", "secretary_general", "legal"])
def test_appointment_follows_the_day_after_the_last_holder(post):
    first = AppointmentFactory(post=post, ended_on=date(2025, 6, 30))
    rows = [
        Appointment(
            member=MemberFactory(),
            post=post,
            chamber=first.chamber,
            started_on=started_on,
        )
        for started_on in (date(2025, 6, 30), date(2025, 7, 1))
    ]

    assert "_one_holder" in str(refused(rows[0].save))
    rows[1].save()


def test_vice_presidents_may_be_several():
    first = AppointmentFactory(post="vice_president")

    AppointmentFactory(post="vice_president", chamber=first.chamber)

    assert first.chamber.appointments.count() == 2
