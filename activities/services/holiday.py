"""Working days, by the weekday and the table of holidays."""

from datetime import date, timedelta

from activities.models import Holiday
from activities.models.holiday import HolidayKind

SATURDAY = 5


def is_workday(day: date, kinds: dict[date, str]) -> bool:
    kind = kinds.get(day)
    return kind == HolidayKind.WORK if kind else day.weekday() < SATURDAY


def last_of_workdays(first: date, days: int) -> date:
    """Return the last of so many working days, the first day counted if worked.

    A year without rows in the table is taken by its weekdays.
    """
    kinds = dict(
        Holiday.objects.filter(
            day__range=(first, first + timedelta(days=days * 4 + 60))
        ).values_list("day", "kind")
    )
    day, left = first, days
    while True:
        if is_workday(day, kinds):
            left -= 1
        if not left:
            return day
        day += timedelta(days=1)


def years_without_holidays(first: date, last: date) -> list[int]:
    """Return the years of a period of which no holiday is known."""
    known = Holiday.objects.filter(day__year__range=(first.year, last.year))
    years = set(known.values_list("day__year", flat=True))
    return [year for year in range(first.year, last.year + 1) if year not in years]
