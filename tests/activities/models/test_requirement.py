from datetime import date

import pytest

from activities.models import Deadlines, MeetingRequirement
from activities.models.lecture import LectureKind
from tests.factories.activities import (
    DeadlinesFactory,
    MeetingRequirementFactory,
    RequirementExemptionFactory,
)
from tests.rules import assert_constraint_is_kept, changed

pytestmark = pytest.mark.django_db


def a_requirement(**fields):
    return changed(MeetingRequirementFactory(), **fields)


def a_kind_twice():
    MeetingRequirementFactory(kind=LectureKind.ASSEMBLY)
    other = MeetingRequirementFactory(kind=LectureKind.GROUP)
    return changed(other, kind=LectureKind.ASSEMBLY)


CONSTRAINTS = {
    "activities_meetingrequirement_kind_valid": lambda: a_requirement(kind="party"),
    "activities_meetingrequirement_period_valid": lambda: a_requirement(period="day"),
    "activities_meetingrequirement_applies_if_valid": lambda: a_requirement(
        applies_if="nobody"
    ),
    "activities_meetingrequirement_minimum_limited": lambda: a_requirement(minimum=0),
    "activities_meetingrequirement_one_active": a_kind_twice,
    "activities_requirementexemption_ended_on_after_start": lambda: changed(
        RequirementExemptionFactory(started_on=date(2026, 1, 2)),
        ended_on=date(2026, 1, 1),
    ),
    "activities_requirementexemption_has_reason": lambda: changed(
        RequirementExemptionFactory(), reason=""
    ),
    "activities_deadlines_one_row": lambda: Deadlines(pk=2),
    "activities_deadlines_limited": lambda: changed(DeadlinesFactory(), record_days=0),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_requirement_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


def test_requirement_is_not_more_than_daily():
    assert_constraint_is_kept(
        "activities_meetingrequirement_minimum_limited",
        lambda: a_requirement(minimum=32),
    )


def test_requirement_that_is_off_leaves_its_kind_free():
    MeetingRequirementFactory(is_active=False)
    MeetingRequirementFactory(is_active=False)
    MeetingRequirementFactory()

    assert MeetingRequirement.objects.count() == 3


def test_requirement_reads_as_a_sentence():
    requirement = MeetingRequirementFactory(
        kind=LectureKind.ASSEMBLY, period="quarter", minimum=1
    )

    assert str(requirement) == "支部党员大会：每季度不少于 1 次"


def test_exemption_may_last_one_day():
    day = date(2026, 3, 1)

    exemption = RequirementExemptionFactory(started_on=day, ended_on=day)

    exemption.full_clean()
    assert str(exemption).endswith("2026-03-01 至 2026-03-01")


@pytest.mark.parametrize(
    "fields", [{"record_days": 91}, {"plan_day": 0}, {"plan_day": 29}]
)
def test_deadlines_have_limits(fields):
    assert_constraint_is_kept(
        "activities_deadlines_limited", lambda: changed(DeadlinesFactory(), **fields)
    )


def test_deadlines_are_the_defaults_until_staff_change_them():
    before = Deadlines.load()
    DeadlinesFactory(record_days=7)

    assert (before.pk, before.record_days, before.plan_day) == (1, 3, 5)
    assert Deadlines.load().record_days == 7
