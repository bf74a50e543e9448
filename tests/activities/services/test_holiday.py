from datetime import date

import pytest

from activities.services.holiday import last_of_workdays, years_without_holidays
from activities.services.seed import load_seed
from tests.factories.activities import HolidayFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("first", "days", "last"),
    [
        ((2026, 3, 2), 5, (2026, 3, 6)),  # Monday to Friday
        ((2026, 3, 5), 5, (2026, 3, 11)),  # over a weekend
        ((2026, 3, 7), 1, (2026, 3, 9)),  # begins on a Saturday
        ((2026, 9, 28), 5, (2026, 10, 9)),  # over the national holiday
        ((2026, 2, 12), 5, (2026, 2, 25)),  # Saturday 14 is worked, then 15–23 off
        ((2026, 10, 9), 2, (2026, 10, 10)),  # a worked Saturday counts
    ],
)
def test_working_days_follow_the_holidays_of_2026(first, days, last):
    load_seed()

    assert last_of_workdays(date(*first), days) == date(*last)


def test_without_a_table_weekdays_are_worked():
    assert last_of_workdays(date(2026, 9, 28), 5) == date(2026, 10, 2)


def test_years_without_holidays_are_named():
    HolidayFactory(day=date(2026, 10, 1))

    assert years_without_holidays(date(2026, 12, 1), date(2027, 2, 1)) == [2027]
    assert years_without_holidays(date(2026, 12, 1), date(2026, 12, 9)) == []
