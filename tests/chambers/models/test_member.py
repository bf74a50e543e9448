from datetime import date

import pytest
from django.utils import timezone

from chambers.models import Erasure
from tests.factories.chambers import (
    BranchFactory,
    ConsentFactory,
    EnterpriseFactory,
    ErasureFactory,
    MemberFactory,
    MemberMergeFactory,
    MembershipFactory,
)
from tests.rules import assert_constraint_is_kept, assert_trigger_is_kept, changed

pytestmark = pytest.mark.django_db


def firm():
    return MemberFactory(kind="firm", enterprise=EnterpriseFactory())


def a_membership_in_the_time_of_another():
    first = MembershipFactory(ended_on=date(2023, 1, 1))
    again = MembershipFactory(
        member=first.member, chamber=first.chamber, started_on=date(2024, 1, 1)
    )
    return changed(again, started_on=date(2023, 1, 1))


def into_itself():
    member = MemberFactory()
    return changed(member, merged_into=member)


def a_merge_of_one():
    merge = MemberMergeFactory()
    return changed(merge, kept=merge.merged)


CONSTRAINTS = {
    "chambers_member_not_into_itself": into_itself,
    "chambers_member_erased_is_nameless": lambda: changed(
        MemberFactory(), erased_on=date(2026, 1, 1)
    ),
    "chambers_consent_purpose_valid": lambda: changed(ConsentFactory(), purpose="all"),
    "chambers_consent_withdrawn_on_after_start": lambda: changed(
        ConsentFactory(), withdrawn_on=date(2025, 1, 1)
    ),
    "chambers_consent_one_live": lambda: changed(
        ConsentFactory(), member=ConsentFactory().member
    ),
    "chambers_membermerge_two_members": a_merge_of_one,
    "chambers_membermerge_once": lambda: changed(
        MemberMergeFactory(), merged=MemberMergeFactory().merged
    ),
    "chambers_membermerge_undo_is_signed": lambda: changed(
        MemberMergeFactory(), undone_at=timezone.now()
    ),
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


def erased():
    return MemberFactory(name="（已清除）", erased_on=date(2026, 1, 1))


TRIGGERS = {
    "chambers_member.erased_stays": lambda: changed(erased(), erased_on=None).save(),
    "chambers_erasure.erasure_stays": lambda: changed(
        ErasureFactory(), reason="别的"
    ).save(),
}


@pytest.mark.parametrize("name", TRIGGERS)
def test_member_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


def test_erasure_is_never_deleted():
    ErasureFactory()

    assert_trigger_is_kept(
        "chambers_erasure.erasure_stays", Erasure.objects.all().delete
    )


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
