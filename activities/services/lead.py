"""What happens to a lead: written, checked, handed on, landed; and the year's sums."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractYear
from django.utils import timezone

from activities.models import Lead, LeadTarget
from activities.models.lead import CHECKS, CLOSED_ERROR, VALID_STATES, LeadState
from chambers.access import may_review
from chambers.models import Chamber, User
from redleader import steps
from redleader.editing import next_version, refuse_future


@transaction.atomic
def save_lead(lead: Lead, *, user: User, version: int | None = None) -> Lead:
    """Save a new or changed lead.

    Raises EditConflictError when somebody saved it since, and ValidationError when
    it has been checked by now.
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
    """Take a lead to its next state; see ``redleader.steps.take_step``.

    Also raises ValidationError without the right, and for a check of one's own.
    """
    if not may_review(user):
        raise ValidationError("您没有核实和办理的权限。", code="no_right")

    def not_own(lead: Lead) -> None:
        if to in CHECKS and user.pk == lead.created_by_id:
            raise ValidationError("不能核实本人提交的信息。", code="own")

    return steps.take_step(lead, to=to, user=user, check=not_own, **fields)


@dataclass(frozen=True)
class Sums:
    """How many leads were brought, found valid, and landed."""

    submitted: int = 0
    valid: int = 0
    landed: int = 0
    waiting: int = 0


SUMS = {
    "submitted": Count("pk"),
    "valid": Count("pk", filter=Q(state__in=VALID_STATES)),
    "landed": Count("pk", filter=Q(state=LeadState.LANDED)),
    "waiting": Count("pk", filter=Q(state=LeadState.WAITING)),
}


def sums_of(leads: QuerySet[Lead]) -> Sums:
    return Sums(**leads.aggregate(**SUMS))


def in_year(leads: QuerySet[Lead], year: int) -> QuerySet[Lead]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    return leads.filter(submitted_on__range=(first, last))


def target_of(year: int) -> int | None:
    """Return the target that staff set for a year, if they did."""
    row = LeadTarget.objects.filter(year=year).first()
    return row.target if row else None


def lead_years() -> list[int]:
    """Return this year and every other that has a lead, newest first."""
    found = Lead.objects.order_by().annotate(year=ExtractYear("submitted_on"))
    years = set(found.values_list("year", flat=True).distinct())
    return sorted(years | {timezone.localdate().year}, reverse=True)


def sums_by(name: str, rows: Iterable[Mapping[str, Any]]) -> dict[Any, Sums]:
    """Return the sums of each group by the value that it was made of."""
    return {
        row[name]: Sums(**{key: row[key] for key in row if key != name}) for row in rows
    }


@dataclass(frozen=True)
class ChamberSums:
    chamber: Chamber
    sums: Sums


def sums_by_chamber(leads: QuerySet[Lead]) -> list[ChamberSums]:
    """Return the sums of each chamber that brought a lead, in order of name."""
    rows = sums_by("chamber", leads.order_by().values("chamber").annotate(**SUMS))
    chambers = Chamber.objects.filter(pk__in=rows).order_by("sort_key", "pk")
    return [ChamberSums(chamber, rows[chamber.pk]) for chamber in chambers]


@dataclass(frozen=True)
class YearSums:
    """One year beside its target (None: staff set none)."""

    year: int
    sums: Sums
    target: int | None


def sums_by_year() -> list[YearSums]:
    """Return the county's sums of each year that has a lead or a target."""
    found = Lead.objects.order_by().annotate(year=ExtractYear("submitted_on"))
    rows = sums_by("year", found.values("year").annotate(**SUMS))
    targets = dict(LeadTarget.objects.values_list("year", "target"))
    years = sorted({*rows, *targets}, reverse=True)
    return [YearSums(y, rows.get(y, Sums()), targets.get(y)) for y in years]


def count_valid_this_year() -> int:
    """Valid leads brought in the present calendar year."""
    return in_year(Lead.objects.valid(), timezone.localdate().year).count()
