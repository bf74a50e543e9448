"""Titles as time passes: what ends soon."""

from datetime import date

import pytest

from activities.models import Award
from activities.services import honour as services
from tests.factories.activities import AwardFactory

pytestmark = pytest.mark.django_db
DAY = date(2025, 1, 1)


def ending(*days):
    return [AwardFactory(granted_on=date(2022, 1, 1), valid_until=day) for day in days]


def test_titles_that_end_soon_come_in_groups_the_nearest_first():
    late, soon, next_half = ending(date(2025, 3, 2), date(2025, 2, 1), date(2025, 6, 1))
    ending(date(2024, 12, 31), date(2026, 1, 2))

    groups = services.expiring_groups(Award.objects.all(), DAY)

    assert [group.awards for group in groups] == [[soon, late], [next_half], []]
    assert [(group.count, group.more) for group in groups] == [(2, 0), (1, 0), (0, 0)]


def test_of_a_long_group_the_first_are_named_and_all_counted(monkeypatch):
    monkeypatch.setattr(services, "SHOWN", 1)
    soon, *_ = ending(date(2025, 2, 1), date(2025, 2, 2), date(2025, 2, 3))

    group, *_ = services.expiring_groups(Award.objects.all(), DAY)

    assert (group.awards, group.count, group.more) == ([soon], 3, 2)
