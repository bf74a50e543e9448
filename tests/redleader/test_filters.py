"""Reading what a list is narrowed by."""

import pytest
from django.http import QueryDict

from redleader.filters import Filters

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
