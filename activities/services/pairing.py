"""What happens to a pairing and its projects, and what all of them add up to."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from activities.models import Pairing, PairingProject
from activities.models.pairing import CLOSED_ERROR, LIVE, PairingState
from chambers.models import Region, User
from redleader.records import steps
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


def take_step(pairing: Pairing, *, to: str, user: User, **fields: Any) -> Pairing:
    """Take a pairing to its next state; what closes early ends today."""

    def close(pairing: Pairing) -> None:
        if to in LIVE:
            return
        today = max(timezone.localdate(), pairing.started_on)
        pairing.ended_on = min(pairing.ended_on or today, today)

    changes = {}
    if to == PairingState.TERMINATED:
        changes["reason"] = fields.get("reason", "").strip()
    return steps.take_step(
        pairing, to=to, user=user, check=close, changes=changes, **fields
    )


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
