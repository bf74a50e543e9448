from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.desks import REVIEW, todos
from activities.desks.lecture import COMING, DRAFTS, RETURNED, UNRECORDED
from activities.desks.plan import ASKED, PLANS
from activities.models import Deadlines
from redleader.records import todos as lines
from tests.factories.activities import (
    LectureFactory,
    MeetingRequirementFactory,
    accepted,
    pairing_at,
    planned,
    returned,
    submitted,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2025, 11, 24, 12))


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


@pytest.fixture
def user(chamber):
    return secretary_of(chamber)


def of_group(user, group):
    return [todo for todo in todos(user) if todo.group == group]


def ago(**days):
    return NOW - timedelta(**days)


def test_a_returned_record_names_reason_and_fields(user, chamber):
    lecture = returned(
        chamber=chamber,
        started_at=ago(days=2),
        reason="人数不符。",
        returning=["present", "venue"],
    )
    (todo,) = of_group(user, RETURNED)
    assert todo.label == lecture.topic
    assert todo.detail == (
        "退回原因：人数不符。 需要改正：实到、地点。（2025-11-22，云溪商会）"
    )
    assert todo.address == lecture.get_absolute_url()


@pytest.mark.parametrize(("days", "overdue"), [(3, True), (2, False)])
def test_a_plan_that_was_held_is_recorded_within_the_days_of_the_setting(
    days, overdue, user, chamber
):
    Deadlines.objects.create(pk=1, record_days=2)
    lecture = planned(chamber=chamber, started_at=ago(days=days))
    (todo,) = of_group(user, UNRECORDED)
    assert todo.address == reverse("workbench:lecture-update", args=[lecture.pk])
    assert todo.due_on == date(2025, 11, 26) - timedelta(days=days)
    assert todo.overdue is overdue


def test_a_draft_waits_to_be_submitted(user, chamber):
    lecture = LectureFactory(chamber=chamber, started_at=ago(days=1))
    assert [todo.label for todo in of_group(user, DRAFTS)] == [lecture.topic]


@pytest.mark.parametrize(("day", "overdue"), [(23, True), (24, False)])
def test_a_quarter_without_any_plan_is_named(day, overdue, user, chamber, monkeypatch):
    Deadlines.objects.create(pk=1, plan_day=day)
    at = timezone.make_aware(datetime(2025, 10, 24, 12))
    monkeypatch.setattr(timezone, "now", lambda: at)
    (todo,) = of_group(user, PLANS)
    assert (todo.label, todo.detail) == (
        "报2025年第4季度的计划",
        "云溪商会还没有计划。",
    )
    assert (todo.due_on, todo.overdue) == (date(2025, 10, day), overdue)
    planned(chamber=chamber, started_at=at + timedelta(days=30))
    assert of_group(user, PLANS) == []


def test_what_the_requirements_ask_is_said_once_for_each_branch(user, chamber):
    branch = BranchFactory(name="云溪党支部", chambers=[chamber])
    MeetingRequirementFactory(kind="party_day", period="month")
    MeetingRequirementFactory(kind="assembly", period="quarter")
    MeetingRequirementFactory(kind="appraisal", period="year")
    (todo,) = of_group(user, ASKED)
    assert todo.detail == "云溪党支部"
    assert todo.label == (
        "主题党日本月还要开 1 次、支部党员大会本季度还要开 1 次、"
        "民主评议党员今年还要开 1 次"
    )
    fields = {"chamber": chamber, "branch": branch}
    submitted(kind="party_day", started_at=ago(days=1), **fields)
    planned(kind="assembly", started_at=NOW + timedelta(days=20), **fields)
    accepted(kind="appraisal", started_at=ago(days=200), **fields)
    assert of_group(user, ASKED) == []


def test_plans_of_the_next_two_weeks_are_named(user, chamber):
    planned(chamber=chamber, started_at=NOW + timedelta(days=15))
    lecture = planned(
        chamber=chamber, started_at=NOW + timedelta(days=13), venue="文化礼堂"
    )
    (todo,) = of_group(user, COMING)
    assert todo.label == lecture.topic
    assert todo.detail == "2025-12-07 12:00，文化礼堂，云溪商会"


def test_a_long_group_ends_with_a_link_to_the_rest(user, chamber):
    for _ in range(lines.LIMIT + 2):
        LectureFactory(chamber=chamber, started_at=ago(days=1))
    found = of_group(user, DRAFTS)
    assert len(found) == lines.LIMIT + 1
    assert found[-1].label == "其余草稿"


def test_a_secretary_sees_nothing_of_others(user):
    LectureFactory(started_at=ago(days=1))
    submitted(started_at=ago(days=1))
    assert [todo.group for todo in todos(user)] == [PLANS]


def test_staff_get_numbers_with_links(chamber):
    for _ in range(2):
        submitted(chamber=chamber, started_at=ago(days=1))
        returned(chamber=chamber, started_at=ago(days=1))
        planned(chamber=chamber, started_at=ago(days=1))
        planned(chamber=chamber, started_at=NOW + timedelta(days=1))
    ChamberFactory()
    assert [todo.label for todo in todos(UserFactory())] == [
        "2 份记录等待审核",
        "2 份记录已退回，等登记人修改",
        "2 项计划时间已到，还没有登记",
        "1 个商会还没有2025年第4季度的计划",
        "2 项计划在 14 天内",
    ]
    administrator = UserFactory(role="administrator")
    assert REVIEW not in [todo.group for todo in todos(administrator)]


def test_a_large_number_is_counted_no_further_than_it_says(chamber, monkeypatch):
    monkeypatch.setattr(lines, "MOST", 2)
    staff = UserFactory()
    for _ in range(2):
        returned(chamber=chamber, started_at=ago(days=1))
    assert of_group(staff, RETURNED)[0].label.startswith("2 份")

    returned(chamber=chamber, started_at=ago(days=1))
    assert of_group(staff, RETURNED)[0].label.startswith("超过 2 份")


def test_the_number_of_queries_does_not_grow(user, chamber, django_assert_num_queries):
    for kind in ("party_day", "assembly"):
        MeetingRequirementFactory(kind=kind, period="month")

    def add(count):
        for _ in range(count):
            LectureFactory(chamber=chamber, started_at=ago(days=1))
            returned(chamber=chamber, started_at=ago(days=1))
            planned(chamber=chamber, started_at=ago(days=1))
            planned(chamber=chamber, started_at=NOW + timedelta(days=1))
            BranchFactory(chambers=[chamber])

    add(1)
    with CaptureQueriesContext(connection) as one:
        todos(user)
    add(2)
    with django_assert_num_queries(len(one)):
        todos(user)


def test_pairing_whose_end_has_passed_is_asked_for(user, chamber):
    today = timezone.localdate()
    pairing_at("active", chamber=chamber, ended_on=today - timedelta(days=1))
    pairing_at("active", chamber=chamber, ended_on=today + timedelta(days=1))
    pairing_at("active", ended_on=today - timedelta(days=1))  # somebody else's

    (todo,) = (t for t in todos(user) if "村企结对" in t.label)

    assert todo.label == "1 项村企结对到期，待登记完成或修改日期"
