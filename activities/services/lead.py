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

from activities.models import Lead, LeadStep, LeadTarget
from activities.models.lead import CHECKS, CLOSED_ERROR, VALID_STATES, LeadState
from chambers.access import may_review
from chambers.models import Chamber, User
from redleader.forms import EditConflictError


def locked(lead: Lead) -> Lead:
    return Lead.objects.select_for_update().get(pk=lead.pk)


@transaction.atomic
def save_lead(lead: Lead, *, user: User, version: int | None = None) -> Lead:
    """Save a new or changed lead.

    Raises EditConflictError when somebody saved it since, and ValidationError when
    it has been checked by now.
    """
    if lead.pk:
        stored = locked(lead)
        if not stored.is_waiting:
            raise ValidationError(CLOSED_ERROR, code="closed")
        if version != stored.version:
            raise EditConflictError(stored)
        lead.version = stored.version + 1
    else:
        lead.created_by = user
    if lead.submitted_on > timezone.localdate():
        raise ValidationError({"submitted_on": "提供日期不能晚于今天。"})
    lead.full_clean()
    lead.save()
    return lead


@transaction.atomic
def take_step(
    lead: Lead,
    *,
    to: str,
    user: User,
    unit: str = "",
    reason: str = "",
    version: int | None = None,
) -> Lead:
    """Take a lead to its next state and write who did so.

    ``version`` is the one that the user has seen. Raises ValidationError without
    the right, for a check of one's own lead, and when the step is not next or
    somebody else has taken one since.
    """
    if not may_review(user):
        raise ValidationError("您没有核实和办理的权限。", code="no_right")
    lead = locked(lead)
    stale = version is not None and version != lead.version
    if stale or to not in lead.next_states:
        raise already_done(lead)
    if to in CHECKS and user.pk == lead.created_by_id:
        raise ValidationError("不能核实本人提交的信息。", code="own")
    lead.version += 1
    row = LeadStep(
        lead=lead,
        number=lead.version,
        before=lead.state,
        state=to,
        by=user,
        at=timezone.now(),
        unit=unit.strip(),
        reason=reason.strip(),
    )
    row.full_clean()
    row.save()
    lead.state = to
    lead.full_clean()
    lead.save()
    return lead


def already_done(lead: Lead) -> ValidationError:
    text = f"该信息现在是“{lead.get_state_display()}”，不能这样操作。"
    last = lead.steps.select_related("by").order_by("-number").first()
    if last:
        at = timezone.localtime(last.at)
        text = f"已由 {last.by} 于 {at:%Y-%m-%d %H:%M} 处理。" + text
    elif lead.is_waiting:
        text = "该信息刚刚有改动，请核对现在的内容后再办理。"
    return ValidationError(text, code="already_done")


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
