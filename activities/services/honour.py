"""Titles as time passes: what ends soon."""

from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from activities.models import Award
from activities.models.honour import AwardQuerySet

MONTHS = [3, 6, 12]  # issue of the reminders; nearest first
SHOWN = 50  # titles of a group


@dataclass(frozen=True)
class Expiring:
    """Titles that end within ``months``, and not within the group before.

    ``awards`` are the first ``SHOWN`` of ``count``.
    """

    months: int
    awards: list[Award]
    count: int

    @property
    def label(self) -> str:
        return f"{self.months} 个月内到期"

    @property
    def more(self) -> int:
        return self.count - len(self.awards)


def expiring_groups(awards: AwardQuerySet, day: date) -> list[Expiring]:
    """Return the titles that end within 3, 6 and 12 months, soonest first."""
    found = awards.expiring(day, months=MONTHS[-1])
    found = found.select_related("chamber", "branch", "site")
    groups, begin = [], day
    for months in MONTHS:
        end = day + relativedelta(months=months)
        group = found.filter(valid_until__range=(begin, end))
        rows = list(group.order_by("valid_until", "pk")[: SHOWN + 1])
        count = len(rows) if len(rows) <= SHOWN else group.count()
        groups.append(Expiring(months, rows[:SHOWN], count))
        begin = end + relativedelta(days=1)
    return groups
