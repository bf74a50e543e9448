from datetime import timedelta

import pytest
from django.utils import timezone

from activities.models import Lecture
from redleader.records.paging import page_newest_first
from tests.factories.activities import LectureFactory

pytestmark = pytest.mark.django_db


def pages(size):
    token, found = "", []
    while True:
        page = page_newest_first(
            Lecture.objects.all(), token, field="started_at", size=size
        )
        found.append([row.pk for row in page.rows])
        token = page.older
        if not token:
            return found


def test_every_row_comes_once_even_when_times_are_equal():
    moment = timezone.now()
    keys = [
        LectureFactory(started_at=moment - timedelta(hours=n // 3)).pk for n in range(7)
    ]
    found = pages(size=2)
    assert [len(page) for page in found] == [2, 2, 2, 1]
    assert sorted(key for page in found for key in page) == sorted(keys)


def test_a_row_that_comes_meanwhile_moves_nothing():
    for days in range(4):
        LectureFactory(started_at=timezone.now() - timedelta(days=days))
    rows = Lecture.objects.all()
    first = page_newest_first(rows, "", field="started_at", size=2)
    LectureFactory(started_at=timezone.now())
    second = page_newest_first(rows, first.older, field="started_at", size=2)
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}
    assert not second.older


def test_a_made_up_token_gives_the_first_page():
    lecture = LectureFactory()
    for token in ("x", "a:b:c", "\0", "0" * 3000):
        page = page_newest_first(Lecture.objects.all(), token, field="started_at")
        assert page.is_first
        assert page.rows == [lecture]
