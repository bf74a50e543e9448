"""What happens to a pairing and its projects, and what all of them add up to."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from activities.models import Pairing, PairingProject
from activities.models.pairing import (
    CLOSED_ERROR,
    PairingState,
)
from chambers.models import Region, User
from redleader.records.editing import next_version


@transaction.atomic
def save_pairing(
    pairing: Pairing, *, user: User, version: int | None = None
) -> Pairing:
    """Save a new or changed pairing; a closed one is left to staff."""
    if pairing.pk:
        stored = next_version(pairing, version)
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
    pairing = Pairing.objects.select_for_update().get(pk=pairing.pk)
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
        next_version(project, version)
    project.full_clean()
    project.save()
    return project


@transaction.atomic
def delete_project(project: PairingProject) -> None:
    require_live(project.pairing)
    project.delete()


def require_live(pairing: Pairing) -> None:
    if not Pairing.objects.select_for_update().get(pk=pairing.pk).is_live:
        raise ValidationError(CLOSED_ERROR, code="closed")


def village_label(village: Region) -> str:
    """Return a village with its township: many villages share a name."""
    return f"{village.parent} {village}" if village.parent else str(village)
