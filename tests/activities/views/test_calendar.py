"""Lectures by the month, as calendars to subscribe to and as a feed."""

from datetime import datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.formats.calendar import key_for
from activities.services.lecture import accept_lecture, cancel_plan, submit_lecture
from chambers.models import Role
from tests.factories.activities import (
    AttendanceFactory,
    IssueFactory,
    LectureFactory,
    accepted,
    planned,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db
HERE = ZoneInfo("Asia/Shanghai")
COUNTY = "public:calendar-county"


def at(month, day, hour=9):
    return datetime(2026, month, day, hour, 30, tzinfo=HERE)


def days(client, month):
    """Return the lectures of a page by day, and the days of its first week."""
    answer = client.get(reverse("public:lecture-calendar"), {"month": month})
    assert answer.status_code == 200
    return {
        day.isoformat(): [str(lecture) for lecture in lectures]
        for week in answer.context["weeks"]
        for day, _, lectures in week
        if lectures
    }


def test_a_month_shows_its_public_lectures_by_day(client):
    late = datetime(2026, 3, 31, 23, 59, tzinfo=HERE)
    accepted(topic="早课", started_at=at(3, 1))
    accepted(topic="晚课", started_at=at(3, 1, 19))
    accepted(topic="末课", started_at=late)
    accepted(topic="四月的课", started_at=late + timedelta(minutes=1))
    accepted(topic="内部的课", started_at=at(3, 2), is_public=False)
    LectureFactory(topic="草稿的课", started_at=at(3, 2))
    assert days(client, "2026-03") == {
        "2026-03-01": ["早课", "晚课"],
        "2026-03-31": ["末课"],
    }
    assert days(client, "2026-04") == {"2026-04-01": ["四月的课"]}


def test_a_month_of_very_many_says_that_it_shows_the_first(client, monkeypatch):
    monkeypatch.setattr("activities.views.public.calendar.MOST", 2)
    for day in (1, 2, 3):
        accepted(topic=f"{day}日的课", started_at=at(3, day))

    assert days(client, "2026-03") == {
        "2026-03-01": ["1日的课"],
        "2026-03-02": ["2日的课"],
    }
    address = reverse("public:lecture-calendar")
    text = client.get(address, {"month": "2026-03"}).content.decode()
    assert "只列出前 2 场" in text


def test_a_month_leads_to_its_neighbours(client):
    address = reverse("public:lecture-calendar")
    text = client.get(address, {"month": "2026-01"}).content.decode()
    for word in ("2026年1月", "?month=2025-12", "?month=2026-02", "没有公开的场次"):
        assert word in text
    assert client.get(address, {"month": "2000-01"}).context["before"] is None
    assert client.get(address, {"month": "2100-12"}).context["after"] is None


@pytest.mark.parametrize(
    "month", ["", "x", "2026", "2026-13", "0000-01", "9999-12", "\x00", "٢٠٢٦-01"]
)
def test_a_made_up_month_is_the_present_one(client, month):
    answer = client.get(reverse("public:lecture-calendar"), {"month": month})
    assert answer.context["month"] == timezone.localdate().replace(day=1)


def events(client, name, *args, status=200, **query):
    """Return the events of a calendar by topic, parsed again."""
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == status
    if status != 200:
        return None
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert not calendar.errors
    assert calendar["prodid"]
    assert calendar["version"] == "2.0"
    return {str(event["summary"]): event for event in calendar.walk("VEVENT")}


def test_an_event_holds_the_facts_and_no_person(client):
    lecture = LectureFactory(
        topic="诚信；经营，一课",
        started_at=timezone.now() - timedelta(days=3),
        ended_at=timezone.now() - timedelta(days=3) + timedelta(hours=2),
        venue="文化礼堂",
        lecturer_name="张主讲",
        host_name="李主持",
        content="内部摘要",
        issue=IssueFactory(series__name="红土讲堂"),
    )
    AttendanceFactory(lecture=lecture, member__name="钱会员")
    lecture = accepted_now(lecture)
    event = events(client, COUNTY)["诚信；经营，一课"]
    assert event["uid"] == str(lecture.form_key)
    assert event["location"] == "文化礼堂"
    assert event["status"] == "CONFIRMED"
    assert event["sequence"] == lecture.version
    assert event["dtstart"].params["TZID"] == "Asia/Shanghai"
    assert event.start == lecture.started_at.replace(microsecond=0)
    assert event.end == lecture.ended_at.replace(microsecond=0)
    changed = lecture.updated_at.replace(microsecond=0)
    assert event["dtstamp"].dt == event["last-modified"].dt == changed
    assert "红土讲堂第1期" in event["description"]
    assert event["url"].endswith(reverse("public:lecture-detail", args=[lecture.pk]))
    for user in (None, UserFactory()):
        query = {"key": key_for(user)} if user else {}
        text = client.get(reverse(COUNTY), query).content.decode()
        text = text.replace("\r\n ", "")
        for word in ("张主讲", "李主持", "钱会员", "内部摘要", str(lecture.created_by)):
            assert word not in text


def accepted_now(lecture):
    submit_lecture(lecture, user=lecture.created_by)
    return accept_lecture(lecture, user=UserFactory())


@pytest.fixture
def county():
    """A chamber with branch and secretary, and a record of each kind."""
    chamber = ChamberFactory(name="云溪商会")
    branch = BranchFactory(chambers=[chamber])
    user = secretary_of(chamber)
    own = {"chamber": chamber, "branch": branch}
    accepted(topic="公开的课", **own)
    accepted(topic="内部的课", is_public=False, **own)
    LectureFactory(topic="草稿的课", **own)
    planned(topic="计划的课", **own)
    cancel_plan(planned(topic="取消的课", **own), user=UserFactory(), reason="下雨")
    accepted(topic="别处的课", is_public=False)
    return chamber, branch, user


ALL = {"公开的课", "内部的课", "草稿的课", "计划的课", "取消的课"}


def places(chamber, branch):
    return [
        (COUNTY,),
        ("public:calendar-chamber", chamber.pk),
        ("public:calendar-branch", branch.pk),
    ]


def test_without_a_key_only_what_is_public_is_sent(client, county):
    chamber, branch, _ = county
    for place in places(chamber, branch):
        assert set(events(client, *place)) == {"公开的课"}


def test_a_key_opens_the_scope_of_its_user(client, county):
    chamber, branch, user = county
    county_place, *own_places = places(chamber, branch)
    for place in own_places:
        found = events(client, *place, key=key_for(user))
        assert set(found) == ALL
        assert found["计划的课"]["status"] == "TENTATIVE"
        assert found["取消的课"]["status"] == "CANCELLED"
        assert "/workbench/lectures/" in found["计划的课"]["url"]
    events(client, *county_place, key=key_for(user), status=404)
    staff = key_for(UserFactory(role=Role.FEDERATION))
    assert set(events(client, *county_place, key=staff)) == ALL | {"别处的课"}


def test_a_foreign_secretary_has_no_key_to_it(client, county):
    chamber, branch, _ = county
    key = key_for(secretary_of(ChamberFactory()))
    for place in places(chamber, branch):
        events(client, *place, key=key, status=404)


@pytest.mark.parametrize("key", ["", "x", "WzFd:1:x", "\x00", "9" * 3000])
def test_a_made_up_key_opens_nothing(client, county, key):
    chamber, branch, _ = county
    for place in places(chamber, branch):
        events(client, *place, key=key, status=404)


def test_a_key_ends_with_password_account_and_appointment(client, county):
    chamber, _, user = county
    place = ("public:calendar-chamber", chamber.pk)
    key = key_for(user)
    user.set_password("Xiaoqiao-4321")
    user.save()
    events(client, *place, key=key, status=404)
    key = key_for(user)
    assert events(client, *place, key=key)
    user.is_active = False
    user.save()
    events(client, *place, key=key, status=404)
    user.is_active = True
    user.save()
    assert events(client, *place, key=key)
    user.member.appointments.update(ended_on="2024-02-01")
    events(client, *place, key=key, status=404)


def test_missing_calendars_and_old_lectures(client):
    for name in ("chamber", "branch"):
        events(client, f"public:calendar-{name}", 10**9, status=404)
    accepted(topic="旧课", started_at=timezone.now() - timedelta(days=800))
    assert events(client, COUNTY) == {}


def test_the_workbench_lists_the_calendars_of_a_user(client, county, sign_in):
    chamber, branch, user = county
    page = reverse("workbench:calendar")
    found = sign_in(user).get(page).context["calendars"]
    assert [name for name, _ in found] == [str(chamber), str(branch)]
    for _, address in found:
        assert address.startswith("http://testserver/calendar/")
        assert client.get(address).status_code == 200
    staff = sign_in(UserFactory()).get(page).context["calendars"]
    assert staff[0][0] == "全县"
    assert client.get(staff[0][1]).status_code == 200
    nobody = sign_in(UserFactory(role=Role.SECRETARY)).get(page)
    assert "没有可订阅的日历" in nobody.content.decode()


def test_the_feed_holds_public_lectures_and_no_person(client):
    lecture = accepted(
        topic="公开的课",
        public_summary="一句简介",
        lecturer_name="张主讲",
        organiser="federation",
        chamber=None,
    )
    accepted(topic="内部的课", is_public=False)
    answer = client.get(reverse("public:lecture-feed"))
    assert answer["Content-Type"].startswith("application/atom+xml")
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.fromstring(answer.content)  # noqa: S314  our own text
    (entry,) = feed.iter(f"{atom}entry")
    assert entry.find(f"{atom}title").text == "公开的课"
    assert entry.find(f"{atom}summary").text == "一句简介"
    assert entry.find(f"{atom}id").text == f"urn:uuid:{lecture.form_key}"
    assert entry.find(f"{atom}author/{atom}name").text == "县工商联"
    page = reverse("public:lecture-detail", args=[lecture.pk])
    assert entry.find(f"{atom}link").get("href") == f"http://testserver{page}"
    assert "张主讲" not in answer.content.decode()
    text = client.get(reverse("public:lecture-list")).content.decode()
    assert f'title="讲堂" href="{reverse("public:lecture-feed")}"' in " ".join(
        text.split()
    )


@pytest.mark.parametrize(
    "name", ["lecture-calendar", "lecture-feed", "calendar-county", "calendar-chamber"]
)
def test_queries_do_not_grow_with_rows(name, client, django_assert_num_queries):
    chamber = ChamberFactory()
    args = [chamber.pk] if name == "calendar-chamber" else []
    address = reverse(f"public:{name}", args=args)

    def add(count):
        for _ in range(count):
            branch = BranchFactory(chambers=[chamber])
            accepted(
                chamber=chamber,
                branch=branch,
                organiser="branch",
                issue=IssueFactory(),
                started_at=timezone.now() - timedelta(minutes=1),
            )

    add(1)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    add(2)
    with django_assert_num_queries(len(one)):
        client.get(address)


def test_queries_of_the_workbench_calendar_do_not_grow(
    sign_in, django_assert_num_queries
):
    client = sign_in(UserFactory())
    BranchFactory()
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("workbench:calendar"))
    BranchFactory.create_batch(2)
    with django_assert_num_queries(len(one)):
        client.get(reverse("workbench:calendar"))


def test_no_more_calendars_are_offered_than_fit_and_no_less_is_said(
    client, monkeypatch
):
    monkeypatch.setattr("activities.views.workbench.calendar.MOST", 2)
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    ChamberFactory.create_batch(2)
    page = client.get(reverse("workbench:calendar"))
    assert not page.context["is_cut"]
    ChamberFactory()
    page = client.get(reverse("workbench:calendar"))
    assert page.context["is_cut"]
    assert len(page.context["calendars"]) == 1 + 2
