"""Two people edited one record: who changed what, and what is saved in the end."""

from datetime import timedelta

import pytest
from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from activities.forms.lecture import LectureForm
from activities.models import Lecture
from activities.services.application import save_application
from activities.services.lecture import save_lecture
from redleader.records.editing import Difference, picked
from tests.factories.activities import (
    CourseFactory,
    EvidenceFactory,
    IssueFactory,
    LectureFactory,
    PairingFactory,
    SiteFactory,
)
from tests.factories.chambers import ChamberFactory, MembershipFactory, secretary_of

pytestmark = pytest.mark.django_db

HELD = timezone.localtime().replace(second=0, microsecond=0) - timedelta(days=2)


@pytest.fixture
def chamber():
    return ChamberFactory()


@pytest.fixture
def user(chamber):
    return secretary_of(chamber)


@pytest.fixture
def lecture(chamber, user):
    return LectureFactory(
        chamber=chamber, created_by=user, started_at=HELD, venue="原地点", topic="原题"
    )


def sent_by(form):
    """Return what the page of an unbound form sends back."""
    data = QueryDict(mutable=True)
    for bound in form:
        value, widget = bound.value(), bound.field.widget
        if bound.name == "roll":
            data.update({f"roll-{pk}": str(status) for pk, status in value.items()})
        elif isinstance(widget, forms.CheckboxInput):
            data.update({bound.name: "on"} if value else {})
        elif bound.name != "photos":
            data[bound.name] = widget_text(widget, value)
    return data


def widget_text(widget, value):
    text = widget.format_value(value)
    return (text[0] if isinstance(text, list) else text) or ""


def stored_form(lecture, user):
    return LectureForm(user=user, instance=Lecture.objects.get(pk=lecture.pk))


def opened(lecture, user):
    """Return what a page that was opened now would send without any change."""
    return sent_by(stored_form(lecture, user))


def other_saves(lecture, user, *, roll=None, **fields):
    """Another page of the record is saved first."""
    stored = Lecture.objects.get(pk=lecture.pk)
    for name, value in fields.items():
        setattr(stored, name, value)
    return save_lecture(stored, user=user, version=stored.version, roll=roll)


def found(data, user, lecture):
    form = LectureForm(data, user=user, instance=Lecture.objects.get(pk=lecture.pk))
    assert form.is_valid(), form.errors
    return form.differences(stored_form(lecture, user))


def with_changes(data, /, **changes):
    data = data.copy()
    for name, value in changes.items():
        data[name] = value
    return data


def test_page_that_changes_nothing_differs_in_nothing(lecture, user):
    assert found(opened(lecture, user), user, lecture) == []


def test_what_only_the_other_changed_is_offered_as_stored(lecture, user):
    data = opened(lecture, user)
    other_saves(lecture, user, venue="新地点")

    assert found(data, user, lecture) == [
        Difference("venue", "地点", "新地点", "原地点", pick="stored", both=False)
    ]


def test_what_only_i_changed_is_offered_as_typed(lecture, user):
    data = with_changes(opened(lecture, user), topic="我的题")
    other_saves(lecture, user, venue="新地点")

    assert found(data, user, lecture) == [
        Difference("topic", "主题", "原题", "我的题", pick="typed", both=False),
        Difference("venue", "地点", "新地点", "原地点", pick="stored", both=False),
    ]


def test_what_both_changed_asks_for_a_choice(lecture, user):
    data = with_changes(opened(lecture, user), venue="我的地点")
    other_saves(lecture, user, venue="新地点")

    assert found(data, user, lecture) == [
        Difference("venue", "地点", "新地点", "我的地点", pick="typed", both=True)
    ]


def test_what_both_changed_alike_is_no_difference(lecture, user):
    data = with_changes(opened(lecture, user), venue="新地点")
    other_saves(lecture, user, venue="新地点")

    assert found(data, user, lecture) == []


def test_what_was_emptied_is_named_as_empty(lecture, user):
    course = CourseFactory(name="红色课")
    lecture = other_saves(lecture, user, course=course, content="内容")
    data = with_changes(opened(lecture, user), course="", content="")
    other_saves(lecture, user, venue="新地点")

    texts = {row.name: (row.stored, row.typed) for row in found(data, user, lecture)}

    assert texts == {
        "course": ("红色课", "（空）"),
        "content": ("内容", "（空）"),
        "venue": ("新地点", "原地点"),
    }


def test_without_the_version_everything_asks_for_a_choice(lecture, user):
    data = with_changes(opened(lecture, user), version="77")
    other_saves(lecture, user, venue="新地点")

    (row,) = found(data, user, lecture)

    assert (row.pick, row.both) == ("typed", True)


def test_words_of_the_differences_are_those_of_the_page(lecture, user):
    later = HELD + timedelta(hours=1)
    data = opened(lecture, user)
    other_saves(
        lecture, user, kind="hall", started_at=later, is_public=False, expected=18
    )

    texts = {row.label: (row.stored, row.typed) for row in found(data, user, lecture)}

    assert texts == {
        "类别": ("讲堂", "党课"),
        "开始时间": (f"{later:%Y-%m-%d %H:%M}", f"{HELD:%Y-%m-%d %H:%M}"),
        "应到": ("18", "（空）"),
        "在网站公开": ("否", "是"),
    }


def test_rolls_that_differ_are_counted(lecture, user, chamber):
    one, two = (MembershipFactory(chamber=chamber).member for _ in range(2))
    data = opened(lecture, user)
    data.update({f"roll-{one.pk}": "present", f"roll-{two.pk}": "on_leave"})
    other_saves(lecture, user, roll={one.pk: "absent"})

    rolls = [row for row in found(data, user, lecture) if row.name == "roll"]

    assert rolls == [
        Difference(
            "roll", "到会名单", "缺席 1", "实到 1、请假 1", pick="typed", both=True
        )
    ]


def test_a_roll_that_only_the_other_changed_is_offered_as_stored(
    lecture, user, chamber
):
    one = MembershipFactory(chamber=chamber).member
    other_saves(lecture, user, roll={one.pk: "present"})
    data = opened(lecture, user)
    other_saves(lecture, user, roll={one.pk: "absent"})
    other_saves(lecture, user, venue="新地点")

    shown = {row.name: (row.pick, row.both) for row in found(data, user, lecture)}

    assert shown == {"venue": ("stored", False), "roll": ("stored", False)}


def test_an_issue_that_only_i_changed_is_offered_as_typed(lecture, user):
    issue = IssueFactory()
    data = with_changes(opened(lecture, user), issue_choice=str(issue.pk))
    other_saves(lecture, user, venue="新地点")

    row = next(r for r in found(data, user, lecture) if r.name == "issue_choice")

    assert (row.typed, row.pick, row.both) == (str(issue), "typed", False)


# Other nouns have the same page.


def test_texts_of_an_application_know_who_changed_them(client):
    evidence = EvidenceFactory(text="原说明")
    application = evidence.application
    criterion, user = evidence.criterion, secretary_of(application.chamber)
    client.force_login(user, backend="chambers.access.RoleBackend")
    application = save_application(application, user=user, version=1)
    mine = {
        "version": application.version,
        "statement": application.statement,
        f"text_{criterion.pk}": "我的说明",
    }
    application.statement = "另一份总结。"
    save_application(application, user=user, version=application.version)

    address = reverse("workbench:application-update", args=[application.pk])
    answer = client.post(address, mine)

    assert answer.status_code == 409
    shown = {row.name: (row.pick, row.both) for row in answer.context["differences"]}
    assert shown == {
        "statement": ("stored", False),
        f"text_{criterion.pk}": ("typed", False),
    }


def test_a_pairing_knows_who_changed_what(client):
    pairing = PairingFactory(areas="原内容")
    user = secretary_of(pairing.chamber)
    client.force_login(user, backend="chambers.access.RoleBackend")
    address = reverse("workbench:pairing-update", args=[pairing.pk])
    form = client.get(address).context["form"]
    mine = sent_by(form).dict() | {"areas": "我的内容"}
    other = sent_by(form).dict() | {"ended_on": "2027-12-31", "areas": "别的内容"}
    assert client.post(address, other).status_code == 302

    answer = client.post(address, mine)

    assert answer.status_code == 409
    assert answer.context["differences"] == [
        Difference("ended_on", "结束日期", "2027-12-31", "（空）", pick="stored"),
        Difference("areas", "共建内容", "别的内容", "我的内容", both=True),
    ]


# What was picked.


def test_typed_values_stay_where_nothing_was_picked(lecture, user):
    data = with_changes(opened(lecture, user), venue="我的地点")
    other_saves(lecture, user, venue="新地点")

    assert picked(data, stored_form(lecture, user)) == data


def test_a_pick_that_nobody_offered_changes_nothing(lecture, user):
    data = opened(lecture, user)
    data.update({"pick-secret": "stored", "pick-venue": "mine", "pick-": "stored"})

    assert picked(data, stored_form(lecture, user)) == data


@pytest.mark.parametrize(
    ("name", "field", "value", "text"),
    [
        ("venue", "venue", "新地点", "新地点"),
        ("content", "content", "", ""),
        ("kind", "kind", "hall", "hall"),
        ("theme", "theme", "lead", "lead"),
        ("present", "present", 9, "9"),
        ("guests", "guests", 0, "0"),
        ("expected", "expected", None, ""),
        (
            "started_at",
            "started_at",
            HELD + timedelta(hours=1),
            f"{HELD + timedelta(hours=1):%Y-%m-%dT%H:%M}",
        ),
        ("ended_at", "ended_at", None, ""),
        ("is_public", "is_public", True, "on"),
        ("is_public", "is_public", False, None),
    ],
)
def test_picked_stored_value_takes_the_place_of_the_typed_one(
    lecture, user, name, field, value, text
):
    lecture = other_saves(lecture, user, **{field: value})
    data = QueryDict(mutable=True)
    data.update({name: "typed", f"pick-{name}": "stored"})

    result = picked(data, stored_form(lecture, user))

    assert result.get(name) == text


def test_picked_rows_of_other_tables_are_sent_by_their_keys(lecture, user):
    course, site, issue = CourseFactory(), SiteFactory(kind="red"), IssueFactory()
    other_saves(lecture, user, course=course, site=site, issue=issue)
    data = QueryDict(mutable=True)
    for name in ("course", "site", "issue_choice", "chamber", "branch"):
        data.update({name: "1000", f"pick-{name}": "stored"})

    result = picked(data, stored_form(lecture, user))

    assert {
        name: result[name]
        for name in ("course", "site", "issue_choice", "chamber", "branch")
    } == {
        "course": str(course.pk),
        "site": str(site.pk),
        "issue_choice": str(issue.pk),
        "chamber": str(lecture.chamber_id),
        "branch": "",
    }


def test_picked_roll_replaces_every_typed_answer(lecture, user, chamber):
    one, two = (MembershipFactory(chamber=chamber).member for _ in range(2))
    other_saves(lecture, user, roll={one.pk: "absent"})
    data = QueryDict(mutable=True)
    data.update({f"roll-{one.pk}": "present", f"roll-{two.pk}": "present"})
    data.update({"pick-roll": "stored"})

    result = picked(data, stored_form(lecture, user))

    assert {key: result[key] for key in result if key.startswith("roll-")} == {
        f"roll-{one.pk}": "absent"
    }


def test_the_end_holds_exactly_what_was_picked(lecture, user, chamber, sign_in):
    one, two = (MembershipFactory(chamber=chamber).member for _ in range(2))
    client = sign_in(user)
    address = reverse("workbench:lecture-update", args=[lecture.pk])
    later = HELD + timedelta(hours=3)
    course = CourseFactory()
    mine = with_changes(
        opened(lecture, user),
        topic="我的题",
        venue="我的地点",
        kind="hall",
        host_name="我的主持人",
        present="20",
    )
    mine.update({f"roll-{one.pk}": "present", f"roll-{two.pk}": "present"})
    other_saves(
        lecture,
        user,
        roll={one.pk: "on_leave"},
        venue="新地点",
        kind="exchange",
        started_at=later,
        course=course,
        is_public=False,
    )

    refused = client.post(address, mine.dict())
    shown = {row.name: row.pick for row in refused.context["differences"]}
    picks = {f"pick-{name}": pick for name, pick in shown.items()}
    picks |= {"pick-venue": "stored", "pick-roll": "stored", "pick-kind": "typed"}
    version = refused.context["form"]["version"].value()
    answer = client.post(address, mine.dict() | picks | {"version": version})

    assert refused.status_code == 409
    assert shown == {
        "topic": "typed",
        "kind": "typed",
        "started_at": "stored",
        "venue": "typed",
        "course": "stored",
        "host_name": "typed",
        "present": "typed",
        "is_public": "stored",
        "roll": "typed",
    }
    assert answer.status_code == 302
    lecture.refresh_from_db()
    assert {
        "topic": lecture.topic,
        "kind": lecture.kind,
        "started_at": lecture.started_at,
        "venue": lecture.venue,
        "course": lecture.course,
        "host_name": lecture.host_name,
        "present": lecture.present,
        "is_public": lecture.is_public,
        "roll": dict(lecture.attendances.values_list("member", "status")),
    } == {
        "topic": "我的题",
        "kind": "hall",
        "started_at": later,
        "venue": "新地点",
        "course": course,
        "host_name": "我的主持人",
        "present": 20,
        "is_public": False,
        "roll": {one.pk: "on_leave"},
    }


def test_a_third_writer_in_between_is_a_conflict_again(lecture, user, sign_in):
    client = sign_in(user)
    address = reverse("workbench:lecture-update", args=[lecture.pk])
    mine = with_changes(opened(lecture, user), venue="我的地点")
    other_saves(lecture, user, venue="第二人的地点")
    refused = client.post(address, mine.dict())
    version = refused.context["form"]["version"].value()
    other_saves(lecture, user, venue="第三人的地点")

    answer = client.post(
        address, mine.dict() | {"version": version, "pick-venue": "typed"}
    )

    assert answer.status_code == 409
    (row,) = answer.context["differences"]
    assert (row.stored, row.typed) == ("第三人的地点", "我的地点")
    lecture.refresh_from_db()
    assert lecture.venue == "第三人的地点"


def test_the_same_text_sent_twice_is_no_conflict(lecture, user, sign_in):
    client = sign_in(user)
    address = reverse("workbench:lecture-update", args=[lecture.pk])
    mine = with_changes(opened(lecture, user), venue="我的地点").dict()
    client.post(address, mine)

    again = client.post(address, mine, follow=True)

    assert again.redirect_chain == [(lecture.get_absolute_url(), 302)]
    assert "已保存，无需重复提交。" in again.content.decode()
    lecture.refresh_from_db()
    assert lecture.version == 2
