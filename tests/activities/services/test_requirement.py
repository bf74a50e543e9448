from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activities.services import requirement as services
from activities.services.requirement import quarter_summary
from chambers.models import Branch
from tests.factories.activities import (
    MeetingRequirementFactory,
    RequirementExemptionFactory,
    accepted,
    planned,
    submitted,
)
from tests.factories.chambers import (
    AppointmentFactory,
    BranchFactory,
    ChamberFactory,
)

pytestmark = pytest.mark.django_db
TODAY = date(2025, 11, 24)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(services.timezone, "localdate", lambda *args: TODAY)


@pytest.fixture
def branch():
    return BranchFactory(name="云溪党支部")


def at(*numbers):
    return timezone.make_aware(datetime(*numbers))


def held(branch, kind, *moment, make=accepted):
    return make(
        branch=branch,
        chamber=branch.chambers.first(),
        kind=kind,
        started_at=at(*moment),
    )


def only(quarter=4, year=2025):
    (row,) = quarter_summary(Branch.objects.all(), year, quarter)
    (summary,) = row.summaries
    return summary


def numbers(summary):
    names = ["due", "done", "waiting", "planned", "exempt", "missing", "to_come"]
    return {name: getattr(summary, name) for name in names if getattr(summary, name)}


def test_a_quarterly_meeting_is_due_once(branch):
    MeetingRequirementFactory(kind="assembly", period="quarter")
    assert numbers(only()) == {"due": 1, "missing": 1}
    held(branch, "assembly", 2025, 10, 8, 19)
    held(branch, "party_day", 2025, 10, 9, 19)
    assert numbers(only()) == {"due": 1, "done": 1}
    held(branch, "assembly", 2025, 10, 20, 19)
    assert numbers(only()) == {"due": 1, "done": 2}


def test_months_do_not_make_up_for_one_another_and_coming_ones_are_not_missing(branch):
    MeetingRequirementFactory(kind="party_day", period="month")
    held(branch, "party_day", 2025, 10, 8, 19)
    held(branch, "party_day", 2025, 10, 28, 19)
    summary = only()
    assert numbers(summary) == {"due": 3, "done": 2, "missing": 1, "to_come": 1}
    assert [period.label for period in summary.periods] == [
        "2025年10月",
        "2025年11月",
        "2025年12月",
    ]
    assert [period.is_current for period in summary.periods] == [False, True, False]


def test_what_waits_and_what_is_planned_stands_apart_from_what_was_held(branch):
    MeetingRequirementFactory(kind="party_day", period="month")
    held(branch, "party_day", 2025, 11, 8, 19, make=submitted)
    held(branch, "party_day", 2025, 12, 8, 19, make=planned)
    assert numbers(only()) == {
        "due": 3,
        "waiting": 1,
        "planned": 1,
        "missing": 2,
        "to_come": 1,
    }


def test_the_day_is_the_day_in_shanghai(branch):
    MeetingRequirementFactory(kind="party_day", period="month")
    held(branch, "party_day", 2025, 10, 1, 0, 30)  # still September in UTC
    assert only().periods[0].done == 1
    assert only(quarter=3).done == 0


def test_a_yearly_meeting_is_counted_for_the_year_and_says_so(branch):
    MeetingRequirementFactory(kind="appraisal", period="year")
    held(branch, "appraisal", 2025, 2, 8, 19)
    summary = only()
    assert summary.label == "民主评议党员（全年）"
    assert numbers(summary) == {"due": 1, "done": 1}


def test_an_exemption_takes_what_it_covers_whole(branch):
    month = MeetingRequirementFactory(kind="party_day", period="month")
    excuse = RequirementExemptionFactory(
        branch=branch, started_on=date(2025, 10, 15), ended_on=date(2025, 11, 30)
    )
    assert numbers(only()) == {"due": 2, "exempt": 1, "missing": 1, "to_come": 1}
    excuse.requirement = MeetingRequirementFactory(kind="assembly")
    excuse.save()
    month.refresh_from_db()
    row = quarter_summary(Branch.objects.all(), 2025, 4)[0]
    assert [summary.exempt for summary in row.summaries] == [0, 0]


def test_a_committee_meets_only_where_there_is_one(branch):
    MeetingRequirementFactory(kind="committee", period="month", applies_if="committee")
    (row,) = quarter_summary(Branch.objects.all(), 2025, 4)
    assert row.summaries == []
    AppointmentFactory(chamber=None, branch=branch, post="publicity")
    assert numbers(only()) == {"due": 3, "missing": 2, "to_come": 1}


def test_only_branches_of_the_quarter_are_listed_by_name():
    BranchFactory(name="乙党支部", founded_on=date(2025, 12, 1))
    BranchFactory(name="甲党支部", dissolved_on=date(2025, 10, 1))
    BranchFactory(
        name="丙联合党支部",
        kind="joint",
        chambers=[ChamberFactory(), ChamberFactory()],
    )
    BranchFactory(name="丁党支部", founded_on=date(2026, 1, 1))
    BranchFactory(name="戊党支部", dissolved_on=date(2025, 9, 30))
    BranchFactory(name="己党委", kind="committee", chambers=[])
    MeetingRequirementFactory(kind="party_day", period="month")
    rows = quarter_summary(Branch.objects.all(), 2025, 4)
    assert [str(row.branch) for row in rows] == ["丙联合党支部", "甲党支部", "乙党支部"]
    # Months in which a branch did not exist ask for nothing.
    assert [numbers(row.summaries[0]) for row in rows[1:]] == [
        {"due": 1, "missing": 1},
        {"due": 1, "to_come": 1},
    ]


def test_a_requirement_out_of_use_asks_for_nothing(branch):
    MeetingRequirementFactory(kind="assembly", is_active=False)
    (row,) = quarter_summary(Branch.objects.all(), 2025, 4)
    assert row.summaries == []


def test_the_number_of_queries_does_not_grow(branch, django_assert_num_queries):
    for kind in ("assembly", "party_lecture", "appraisal"):
        MeetingRequirementFactory(kind=kind)

    def add(branch):
        held(branch, "assembly", 2025, 10, 8, 19)
        RequirementExemptionFactory(branch=branch)

    add(branch)
    with CaptureQueriesContext(connection) as one:
        quarter_summary(Branch.objects.all(), 2025, 4)
    for other in BranchFactory.create_batch(2):
        add(other)
    with django_assert_num_queries(len(one)):
        quarter_summary(Branch.objects.all(), 2025, 4)
    assert len(one) == 5
