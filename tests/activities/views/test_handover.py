"""Taking over: the new secretary's page, and the day the old one stops."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.desks import todos
from activities.desks.chamber import TERMS
from chambers.models import Chamber, Role
from tests.factories.activities import (
    DemandFactory,
    LeadFactory,
    LectureFactory,
    PairingFactory,
    ProjectFactory,
    application_at,
    demand_at,
    project_at,
    returned,
)
from tests.factories.chambers import (
    AppointmentFactory,
    ChamberFactory,
    ChamberTermFactory,
    MemberFactory,
    RegionFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db
PAGE = "/workbench/handover/"


@pytest.fixture
def day(monkeypatch):
    """Return a function that sets today."""

    def be(today):
        monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: today)

    return be


def test_the_old_secretary_stops_and_the_new_one_begins(day, sign_in):
    chamber = ChamberFactory()
    changing = date(2026, 6, 30)
    people = [MemberFactory(), MemberFactory()]
    AppointmentFactory(
        member=people[0],
        chamber=chamber,
        started_on=date(2022, 1, 1),
        ended_on=changing,
    )
    AppointmentFactory(
        member=people[1], chamber=chamber, started_on=changing + timedelta(days=1)
    )
    old, new = (UserFactory(role=Role.SECRETARY, member=m) for m in people)
    lecture = LectureFactory(chamber=chamber, created_by=old)
    address = reverse("workbench:lecture-update", args=[lecture.pk])

    def codes():
        return [sign_in(user).post(address).status_code for user in (old, new)]

    day(changing)
    assert codes() == [422, 404]
    day(changing + timedelta(days=1))
    assert codes() == [404, 422]
    assert list(Chamber.objects.visible_to(new)) == [chamber]
    page = sign_in(new).get(PAGE)
    posts = page.context["handovers"][0].posts
    assert {post.member for post in posts} == set(people)


def test_page_names_what_is_open(sign_in):
    chamber = ChamberFactory()
    user = secretary_of(chamber)
    draft = LectureFactory(chamber=chamber, topic="草稿一")
    back = returned(chamber=chamber, topic="退回一")
    running = application_at("submitted", chamber=chamber)
    pairing = PairingFactory(chamber=chamber)
    lead = LeadFactory(chamber=chamber)
    projects = [project_at(to, chamber=chamber) for to in ("signed", "operating")]
    project_at("terminated", chamber=chamber)
    demands = [DemandFactory(chamber=chamber), demand_at("handling", chamber=chamber)]
    demand_at("closed", chamber=chamber)
    LectureFactory(topic="别家的")
    LeadFactory()
    ProjectFactory(name="别家的")
    DemandFactory(title="别家的")

    page = sign_in(user).get(PAGE)

    (handover,) = page.context["handovers"]
    found = [{to for _, _, to in matters.rows} for matters in handover.matters]
    assert found == [
        {draft.get_absolute_url(), back.get_absolute_url()},
        set(),
        {running.get_absolute_url()},
        {pairing.get_absolute_url()},
        {project.get_absolute_url() for project in projects},
        {demand.get_absolute_url() for demand in demands},
        {lead.get_absolute_url()},
        set(),  # no title, no paper
        set(),
    ]
    assert "退回一" in [todo.label for todo in page.context["todos"]]
    assert "别家的" not in page.content.decode()


def test_staff_choose_a_chamber_and_strangers_find_none(sign_in):
    chamber = ChamberFactory()
    staff, foreign = sign_in(UserFactory()), sign_in(secretary_of(ChamberFactory()))

    assert staff.get(PAGE).context["handovers"] == []
    page = staff.get(PAGE, {"chamber": chamber.pk})
    assert [one.chamber for one in page.context["handovers"]] == [chamber]
    page = foreign.get(PAGE, {"chamber": chamber.pk})
    assert page.context["filters"].ignored
    assert chamber not in [one.chamber for one in page.context["handovers"]]


def test_page_asks_as_often_for_many_rows(sign_in):
    chamber = ChamberFactory()
    client = sign_in(secretary_of(chamber))

    def queries():
        LectureFactory(chamber=chamber)
        PairingFactory(chamber=chamber)
        ProjectFactory(chamber=chamber)
        DemandFactory(chamber=chamber)
        LeadFactory(chamber=chamber)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(PAGE).status_code == 200
        return len(captured)

    assert queries() == queries() == queries()


def terms_of(user):
    return [todo for todo in todos(user) if todo.group == TERMS]


def test_terms_are_called_within_six_months_and_when_overdue():
    today = timezone.localdate()
    late, soon, later = (ChamberFactory(name=f"第{n}会") for n in "甲乙丙")
    for chamber, days in [(late, -10), (soon, 180), (later, 190)]:
        ChamberTermFactory(chamber=chamber, due_on=today + timedelta(days=days))
    user = secretary_of(late, soon, later)

    first, second = terms_of(user)

    assert (first.label, first.overdue) == ("第甲会第1届应换届", True)
    assert "按期换届" in first.detail
    assert (second.label, second.overdue) == ("第乙会第1届应换届", False)
    assert [todo.label for todo in terms_of(UserFactory())] == [
        "1 个商会换届已逾期",
        "1 个商会应在六个月内换届",
    ]
    township = RegionFactory()
    Chamber.objects.filter(pk=late.pk).update(township=township)
    clerk = UserFactory(role=Role.TOWNSHIP, township=township)
    assert [todo.label for todo in terms_of(clerk)] == ["第甲会第1届应换届"]
