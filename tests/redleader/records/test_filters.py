"""Reading what a list is narrowed by."""

from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict

from activities.models import CharityActivity, Lecture
from redleader.records.filters import Days, Filters, year_words, years_of
from tests.factories.activities import CharityActivityFactory, LectureFactory

KINDS = {"hall": "讲堂", "group": "党小组会"}


def test_choices_become_chips_that_can_be_removed():
    filters = Filters(QueryDict("q=云+溪&kind=hall&other=1"), q=None, kind=KINDS)
    assert filters.chosen == {"q": "云 溪", "kind": "hall"}
    assert filters.chips == [
        ("云 溪", "kind=hall"),
        ("讲堂", "q=%E4%BA%91+%E6%BA%AA"),
    ]
    assert filters.keep == "q=%E4%BA%91+%E6%BA%AA&kind=hall&"
    assert not filters.ignored


@pytest.mark.parametrize("value", ["made-up", "%00hall1", "讲堂", "1" * 500])
def test_what_is_not_offered_is_ignored_and_said(value):
    filters = Filters(QueryDict(f"kind={value}"), kind=KINDS)
    assert filters.chosen == {}
    assert filters.ignored
    assert filters.chips == []
    assert filters.keep == ""


@pytest.mark.parametrize("value", ["", "+++", "%00"])
def test_nothing_is_no_choice(value):
    filters = Filters(QueryDict(f"kind={value}&q={value}"), q=None, kind=KINDS)
    assert (filters.chosen, filters.ignored) == ({}, False)
    assert filters.get("kind") == ""


def test_a_query_of_the_choices_with_others():
    filters = Filters(QueryDict("q=a&kind=hall"), q=None, kind=KINDS)
    assert filters.query() == "q=a&kind=hall"
    assert filters.query(kind="group", on="1") == "q=a&kind=group&on=1"
    assert filters.query(q="") == "kind=hall"
    assert filters.words() == ["a", "讲堂"]
    assert filters.words(without="q") == ["讲堂"]


def days():
    return Days(date(2024, 2, 28), date(2024, 3, 1), word="截至 {}")


def test_each_day_is_offered_with_its_word():
    assert dict(days()) == {
        "2024-02-28": "截至 2024年2月28日",
        "2024-02-29": "截至 2024年2月29日",
        "2024-03-01": "截至 2024年3月1日",
    }


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30",
        "2024-02-27",
        "2024-03-02",
        "20240229",
        "2024-W09-4",
        "\uff12024-02-29",
    ],
)
def test_an_impossible_day_or_one_out_of_range_is_not_offered(text):
    assert text not in days()


@pytest.mark.django_db
def test_years_reach_from_the_last_day_to_the_first():
    rows = CharityActivity.objects.all()
    assert years_of(rows, "held_on") == []
    for year in (2022, 2025):
        CharityActivityFactory(held_on=date(year, 6, 1))

    assert years_of(rows, "held_on") == [2025, 2024, 2023, 2022]
    assert year_words([2025], "{}年签约") == {"2025": "2025年签约"}


@pytest.mark.django_db
def test_a_moment_is_of_the_year_here():
    LectureFactory(started_at=datetime(2024, 12, 31, 17, tzinfo=UTC))  # 1:00 in China

    assert years_of(Lecture.objects.all(), "started_at") == [2025]
