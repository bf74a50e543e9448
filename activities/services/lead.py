"""What happens to a lead: written, checked, handed on, landed; and the year's sums."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from activities.counting import RULES, Scope, Total, totals_by, until
from activities.models import Lead, LeadTarget
from activities.models.lead import CHECKS, CLOSED_ERROR
from chambers.models import Chamber, User
from chambers.rights import may_review
from redleader.records import steps
from redleader.records.editing import next_version, refuse_future
from redleader.records.filters import years_of


@transaction.atomic
def save_lead(lead: Lead, *, user: User, version: int | None = None) -> Lead:
    """Save a new or changed lead.

    Raises EditConflictError if somebody has saved it since, and ValidationError if it
    has been checked meanwhile.
    """
    if lead.pk:
        stored = next_version(lead, version)
        if not stored.is_waiting:
            raise ValidationError(CLOSED_ERROR, code="closed")
    else:
        lead.created_by = user
    refuse_future(lead, submitted_on="提供日期")
    lead.full_clean()
    lead.save()
    return lead


def take_step(lead: Lead, *, to: str, user: User, **fields: Any) -> Lead:
    """Take a lead to its next state; see ``redleader.records.steps.take_step``.

    Also raises ValidationError without the right, and for a check of one's own.
    """
    if not may_review(user):
        raise ValidationError("您没有核实和办理的权限。", code="no_right")

    def not_own(lead: Lead) -> None:
        if to in CHECKS:
            steps.refuse_own(lead, user)

    return steps.take_step(lead, to=to, user=user, check=not_own, **fields)


def in_year(leads: QuerySet[Lead], year: int) -> QuerySet[Lead]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    return leads.filter(submitted_on__range=(first, last))


def target_of(year: int) -> int | None:
    """Return the target that staff set for a year, if they did."""
    row = LeadTarget.objects.filter(year=year).first()
    return row.target if row else None


def lead_years() -> list[int]:
    """Return this year and every other that has a lead, newest first."""
    years = years_of(Lead.objects.all(), "submitted_on")
    return sorted({*years, timezone.localdate().year}, reverse=True)


CODES = ["leads-submitted", "valid-leads", "leads-landed"]
LINES = 200  # of the table by chamber; a county has fewer
CODES_AT_WORK = [*CODES, "leads-waiting"]


@dataclass(frozen=True)
class LeadLine:
    """What one chamber contributed, or what all contributed in one year."""

    place: Any
    totals: list[Total]
    target: int | None = None


def lines_by_chamber(leads: QuerySet[Lead], scope: Scope) -> list[LeadLine]:
    """Return a line for each chamber that brought a lead, in order of name."""
    bringing = Exists(leads.order_by().filter(chamber=OuterRef("pk")))
    chambers = list(Chamber.objects.filter(bringing).order_by("sort_key", "pk")[:LINES])
    leads = leads.filter(chamber__in=chambers)
    found = totals_by(CODES_AT_WORK, scope, "chamber", leads)
    chambers = [chamber for chamber in chambers if chamber.pk in found]
    return [LeadLine(chamber, found[chamber.pk]) for chamber in chambers]


def lines_by_year(today: date) -> list[LeadLine]:
    """Return a line for each year that has a lead or a target, newest first."""
    found = totals_by(CODES, until(today), "submitted_on__year")
    none = [Total(RULES[code], 0, until(today)) for code in CODES]
    targets = dict(LeadTarget.objects.values_list("year", "target"))
    years = sorted({*found, *targets}, reverse=True)
    return [LeadLine(year, found.get(year, none), targets.get(year)) for year in years]
