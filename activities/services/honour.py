"""Titles as time passes: what ends soon."""

from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from activities.models import Award
from activities.models.honour import AwardQuerySet

MONTHS = [3, 6, 12]  # issue of the reminders; nearest first


@dataclass(frozen=True)
class Expiring:
    """Titles that end within ``months``, and not within the group before."""

    months: int
    awards: list[Award]

    @property
    def label(self) -> str:
        return f"{self.months} 个月内到期"


def expiring_groups(awards: AwardQuerySet, day: date) -> list[Expiring]:
    """Return the titles that end within 3, 6 and 12 months, soonest first."""
    found = list(
        awards.expiring(day, months=MONTHS[-1])
        .select_related("chamber", "branch", "site")
        .order_by("valid_until", "pk")
    )
    groups, begin = [], day
    for months in MONTHS:
        end = day + relativedelta(months=months)
        rows = [row for row in found if begin <= row.valid_until <= end]
        groups.append(Expiring(months, rows))
        begin = end + relativedelta(days=1)
    return groups
