from datetime import date

import pytest

from tests.factories.chambers import (
    BranchFactory,
    EnterpriseFactory,
    MemberFactory,
    MembershipFactory,
)
from tests.rules import assert_constraint_is_kept, changed

pytestmark = pytest.mark.django_db


def firm():
    return MemberFactory(kind="firm", enterprise=EnterpriseFactory())


def a_membership_in_the_time_of_another():
    first = MembershipFactory(ended_on=date(2023, 1, 1))
    again = MembershipFactory(
        member=first.member, chamber=first.chamber, started_on=date(2024, 1, 1)
    )
    return changed(again, started_on=date(2023, 1, 1))


CONSTRAINTS = {
    "chambers_member_kind_valid": lambda: changed(firm(), kind="ghost"),
    "chambers_member_party_status_valid": lambda: changed(
        MemberFactory(), party_status="friend"
    ),
    "chambers_member_phone_valid": lambda: changed(MemberFactory(), phone="0597123"),
    "chambers_member_firm_is_enterprise": lambda: changed(
        MemberFactory(), kind="firm", enterprise=None
    ),
    "chambers_member_firm_once": lambda: changed(firm(), enterprise=firm().enterprise),
    "chambers_membership_ended_on_after_start": lambda: changed(
        MembershipFactory(started_on=date(2022, 1, 2)), ended_on=date(2022, 1, 1)
    ),
    "chambers_membership_no_overlap": a_membership_in_the_time_of_another,
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_member_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


@pytest.mark.parametrize(
    "phone",
    ["23800001234", "1380000123", "138 0000123", "1" + "\uff18" * 10, "1380000123a"],
)
def test_member_phone_of_another_form_is_refused(phone):
    assert_constraint_is_kept(
        "chambers_member_phone_valid", lambda: changed(MemberFactory(), phone=phone)
    )


def test_member_that_is_a_firm_has_no_status_and_no_branch():
    name = "chambers_member_firm_is_enterprise"

    assert_constraint_is_kept(name, lambda: changed(firm(), party_status="full"))
    assert_constraint_is_kept(name, lambda: changed(firm(), branch=BranchFactory()))


def test_persons_of_one_firm_do_not_collide():
    enterprise = firm().enterprise

    MemberFactory.create_batch(2, enterprise=enterprise)

    assert enterprise.members.count() == 3


def test_membership_may_begin_the_day_after_the_last_one():
    first = MembershipFactory(ended_on=date(2023, 1, 1))

    MembershipFactory(
        member=first.member, chamber=first.chamber, started_on=date(2023, 1, 2)
    )

    assert first.member.memberships.count() == 2
