"""Who is called to a lecture."""

from datetime import date

import pytest

from activities.services.roster import roster, roster_of
from tests.factories.activities import LectureFactory
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    EnterpriseFactory,
    MemberFactory,
    MembershipFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def chamber():
    return ChamberFactory()


@pytest.fixture
def branch(chamber):
    return BranchFactory(chambers=[chamber])


def member(chamber, name, **fields):
    return MembershipFactory(chamber=chamber, member__name=name, **fields).member


def test_a_lecture_calls_the_present_persons_of_the_chamber_by_name(chamber, branch):
    zhao, chen = member(chamber, "赵一"), member(chamber, "陈二")
    member(chamber, "离会", ended_on=date(2024, 1, 1))
    firm = MemberFactory(kind="firm", enterprise=EnterpriseFactory())
    MembershipFactory(chamber=chamber, member=firm)
    member(ChamberFactory(), "别会")
    MemberFactory(name="未入会", branch=branch)
    assert list(roster(chamber, branch, "party_lecture")) == [chen, zhao]


def test_a_meeting_of_the_branch_calls_its_persons(chamber, branch):
    member(chamber, "会员")
    zhou, bai = (MemberFactory(name=name, branch=branch) for name in ("周三", "白四"))
    lecture = LectureFactory(chamber=chamber, branch=branch, kind="assembly")
    assert list(roster_of(lecture)) == [bai, zhou]


def test_a_meeting_without_branch_calls_the_chamber(chamber):
    only = member(chamber, "会员")
    assert list(roster(chamber, None, "assembly")) == [only]


def test_what_the_federation_holds_calls_nobody():
    MembershipFactory()
    assert list(roster(None, None, "exchange")) == []
