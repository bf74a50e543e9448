"""What happens to a pairing and its projects, and what all of them add up to."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from activities.models import Pairing, PairingProject
from activities.models.pairing import (
    CLOSED_ERROR,
    PairingQuerySet,
    PairingState,
    ProjectKind,
)
from chambers.models import User
from redleader.forms import EditConflictError


def locked(pairing: Pairing) -> Pairing:
    return Pairing.objects.select_for_update().get(pk=pairing.pk)


def require_version(row: Pairing | PairingProject, version: int | None) -> int:
    """Return the next version; raise EditConflictError when somebody was faster."""
    rows: QuerySet[Any] = type(row)._base_manager.all()
    stored = rows.select_for_update().get(pk=row.pk)
    if version != stored.version:
        raise EditConflictError(stored)
    return stored.version + 1


@transaction.atomic
def save_pairing(
    pairing: Pairing, *, user: User, version: int | None = None
) -> Pairing:
    """Save a new or changed pairing; a closed one is left to staff."""
    if pairing.pk:
        pairing.version = require_version(pairing, version)
        stored = locked(pairing)
        if not stored.is_live:
            raise ValidationError(CLOSED_ERROR, code="closed")
        pairing.state, pairing.reason = stored.state, stored.reason
    else:
        pairing.created_by = user
    pairing.full_clean()
    pairing.save()
    return pairing


@transaction.atomic
def step_pairing(pairing: Pairing, *, to: str, reason: str = "") -> Pairing:
    """Take a pairing to its next state; what closes early ends today."""
    pairing = locked(pairing)
    state = PairingState(to)
    if state not in pairing.next_states:
        word = pairing.get_state_display()
        raise ValidationError(
            f"该结对现在是“{word}”，不能这样操作。", code="already_done"
        )
    pairing.state, pairing.version = state, pairing.version + 1
    if state == PairingState.TERMINATED:
        pairing.reason = reason.strip()
    if not pairing.is_live:
        today = max(timezone.localdate(), pairing.started_on)
        pairing.ended_on = min(pairing.ended_on or today, today)
    pairing.full_clean()
    pairing.save()
    return pairing


@transaction.atomic
def save_project(
    project: PairingProject, *, version: int | None = None
) -> PairingProject:
    require_live(project.pairing)
    if project.pk:
        project.version = require_version(project, version)
    project.full_clean()
    project.save()
    return project


@transaction.atomic
def delete_project(project: PairingProject) -> None:
    require_live(project.pairing)
    project.delete()


def require_live(pairing: Pairing) -> None:
    if not locked(pairing).is_live:
        raise ValidationError(CLOSED_ERROR, code="closed")


def totals(pairings: PairingQuerySet) -> dict[str, Any]:
    """Return what pairings add up to; a village or an enterprise counts once."""
    counts = pairings.order_by().aggregate(
        pairings=Count("pk"),
        villages=Count("village", distinct=True),
        enterprises=Count("enterprise", distinct=True),
    )
    projects = PairingProject.objects.filter(pairing__in=pairings.order_by())
    sums = projects.aggregate(
        projects=Count("pk"),
        welfare=Count("pk", filter=Q(kind=ProjectKind.WELFARE)),
        business=Count("pk", filter=Q(kind=ProjectKind.BUSINESS)),
        **{
            name: Sum(name, default=0)
            for name in ("paid_in", "donated", "collective_income", "jobs", "trained")
        },
    )
    return counts | sums
