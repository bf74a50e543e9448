"""Quarters of a year, as written in addresses and by people."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

CODE = re.compile(r"(\d{4})Q([1-4])")
YEARS = (1949, 2100)


@dataclass(frozen=True, order=True)
class Quarter:
    year: int
    number: int

    def __str__(self):
        return f"{self.year}年第{self.number}季度"

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def present(cls) -> "Quarter":
        return cls.of(timezone.localdate())

    @classmethod
    def parse(cls, text: str) -> "Quarter | None":
        """Return the quarter in a text such as 2026Q4, or None."""
        match = CODE.fullmatch(text)
        if not match:
            return None
        year = int(match[1])
        return cls(year, int(match[2])) if YEARS[0] <= year <= YEARS[1] else None

    @property
    def code(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def months(self) -> list[date]:
        """The first day of each month."""
        return [date(self.year, self.number * 3 - 2 + turn, 1) for turn in range(3)]

    @property
    def first(self) -> date:
        return self.months[0]

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> "Quarter":
        return Quarter(self.year - (self.number == 1), (self.number + 2) % 4 + 1)


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the moments that enclose these local days, the second one excluded."""
    days = (first, last + timedelta(days=1))
    begin, end = (timezone.make_aware(datetime.combine(d, time())) for d in days)
    return begin, end
