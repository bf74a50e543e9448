from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from activities.services.hint import hints
from activities.services.lecture import correct_lecture
from activities.services.photo import add_photos
from chambers.models import Role
from tests.factories.activities import (
    AttendanceFactory,
    LectureFactory,
    accepted,
    upload,
)
from tests.factories.chambers import ChamberFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
AT = timezone.make_aware(datetime(2025, 11, 8, 9, 0))
MINUTES = (
    "支部书记带领学习党章第一章，十八名党员结合各自经营谈体会，"
    "商定下月到村里走访三户困难会员，会后现场答疑。"
)


@pytest.fixture
def reviewer():
    return UserFactory(role=Role.FEDERATION)


def named(**fields):
    return LectureFactory(
        **{"started_at": AT, "lecturer_name": "李红", "present": 1} | fields
    )


def test_a_picture_of_another_lecture_is_named(reviewer):
    lecture = named()
    other = named(
        topic="重走红军路",
        lecturer_name="王明",
        chamber=ChamberFactory(name="云溪商会"),
    )
    for row in (lecture, other):
        add_photos(row, [upload(1)])
    assert hints(lecture, user=reviewer) == [
        "有照片也用在“重走红军路”（2025-11-08，云溪商会）中。"
    ]


@pytest.mark.parametrize(
    ("minutes", "ended", "told"),
    [(119, None, True), (121, None, False), (61, 60, False), (59, 60, True)],
)
def test_one_person_at_two_places_is_named(minutes, ended, told, reviewer):
    ended_at = AT + timedelta(minutes=ended) if ended else None
    lecture = named(ended_at=ended_at)
    named(topic="另一场", started_at=AT + timedelta(minutes=minutes))
    found = hints(lecture, user=reviewer)
    assert bool(found) is told
    assert not told or "主讲人李红同一时间还在“另一场”" in found[0]


def test_more_people_than_names_are_named(reviewer):
    lecture = named(present=3)
    AttendanceFactory(lecture=lecture)
    AttendanceFactory(lecture=lecture, status="absent")
    assert hints(lecture, user=reviewer) == [
        "实到 3 人，名单上到场的只有 1 人。",
        "名单上有 2 人，没有填应到人数。",
    ]


def test_without_names_the_roster_is_compared(reviewer):
    lecture = named(present=3)
    assert hints(lecture, user=reviewer) == []
    MembershipFactory(chamber=lecture.chamber)
    assert hints(lecture, user=reviewer) == ["实到 3 人，多于名册上的 1 人。"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (MINUTES, True),
        (MINUTES.replace("三户", "五户") + "\n", True),
        (MINUTES[:20], False),
        (MINUTES[::-1], False),
        (MINUTES + MINUTES, False),
        ("", False),
    ],
)
def test_minutes_that_were_copied_are_named(content, told, reviewer):
    lecture = named(content=MINUTES)
    named(topic="上月的课", lecturer_name="王明", content=content)
    found = hints(lecture, user=reviewer)
    assert bool(found) is told
    assert not told or "内容摘要与“上月的课”" in found[0]


def test_short_minutes_are_alike_by_chance(reviewer):
    lecture = named(content="学习党章。")
    named(lecturer_name="王明", content="学习党章。")
    assert hints(lecture, user=reviewer) == []


def test_a_correction_is_not_compared_with_what_it_corrects(reviewer):
    original = accepted(started_at=AT, content=MINUTES, photos=1)
    correction = correct_lecture(original, user=original.created_by, reason="人数有误")
    assert hints(correction, user=reviewer) == []
    assert hints(original, user=reviewer) == []


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.ADMINISTRATOR])
def test_nobody_else_gets_hints(role):
    lecture = named(present=3)
    AttendanceFactory(lecture=lecture)
    assert hints(lecture, user=UserFactory(role=role)) == []
