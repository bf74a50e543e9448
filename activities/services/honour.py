"""Titles as time passes: what ends soon; and whose they are, in words."""

from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from activities.models import Award
from activities.models.honour import AwardQuerySet
from activities.models.scheme import RecipientKind
from chambers.models import Branch

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


def kind_of(award: Award) -> str:
    if award.branch_id:
        return RecipientKind.BRANCH.label
    return RecipientKind.SITE.label if award.site_id else RecipientKind.CHAMBER.label


def township_of(award: Award) -> str:
    """Return the place of the recipient; a Party organisation may cover several."""
    if award.branch:
        return townships_of(award.branch)
    owner = award.chamber or award.site
    return owner.township.name if owner and owner.township else ""


def townships_of(branch: Branch) -> str:
    places = [chamber.township for chamber in branch.chambers.all()]
    return "、".join(dict.fromkeys(place.name for place in places if place))
