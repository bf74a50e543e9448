"""What happens to a pairing and its projects, and what all of them add up to."""

from dataclasses import dataclass
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


# --- The picture

ROW, TOP, MOST = 26, 20, 80  # height of a row, of the margin; rows that are drawn
HIDDEN_VILLAGE, HIDDEN_FIRM = "某村", "某企业"


@dataclass
class Node:
    """A village or an enterprise: its public name, its place, who it is tied to."""

    name: str
    links: int
    y: int = 0

    @property
    def short(self) -> str:
        return self.name if len(self.name) <= 8 else f"{self.name[:7]}…"

    @property
    def text_y(self) -> int:
        return self.y + 5

    @property
    def is_hub(self) -> bool:
        return self.links > 1


@dataclass(frozen=True)
class Link:
    village: Node
    enterprise: Node

    @property
    def is_single(self) -> bool:
        return not (self.village.is_hub or self.enterprise.is_hub)


@dataclass(frozen=True)
class Group:
    """Villages and enterprises that hang together, for the table."""

    township: str
    villages: list[Node]
    enterprises: list[Node]


@dataclass(frozen=True)
class Picture:
    villages: list[Node]
    enterprises: list[Node]
    links: list[Link]
    groups: list[Group]
    height: int
    left_out: int  # groups of one and one for which there was no room

    @property
    def village_hubs(self) -> int:
        return sum(node.is_hub for g in self.groups for node in g.villages)

    @property
    def enterprise_hubs(self) -> int:
        return sum(node.is_hub for g in self.groups for node in g.enterprises)


def draw(pairings: PairingQuerySet) -> Picture:
    """Arrange who is paired with whom; those that hang together stand together.

    A name is shown only if the enterprise agreed in every pairing of the node:
    otherwise a link would tell who the other one is.
    """
    rows = list(pairings.with_names())
    agreed: dict[tuple[str, Any], bool] = {}
    ties: dict[tuple[str, Any], set[tuple[str, Any]]] = {}
    names: dict[tuple[str, Any], str] = {}
    towns: dict[tuple[str, Any], str] = {}
    for row in rows:
        village = ("village", row.village_id)
        firm = ("enterprise", row.enterprise_id)
        names |= {village: row.village.name, firm: row.enterprise.name}
        towns[village] = row.village.parent.name if row.village.parent else "未载明"
        for one, other in ((village, firm), (firm, village)):
            agreed[one] = agreed.get(one, True) and row.publish_consent
            ties.setdefault(one, set()).add(other)
    hidden = {"village": HIDDEN_VILLAGE, "enterprise": HIDDEN_FIRM}
    nodes = {
        key: Node(names[key] if agreed[key] else hidden[key[0]], len(tied))
        for key, tied in ties.items()
    }
    clusters = clusters_of(ties)
    clusters.sort(key=lambda keys: (-len(keys), towns_of(keys, towns)))
    groups: list[Group] = []
    drawn: set[tuple[str, Any]] = set()
    y, left_out = TOP, 0
    for keys in clusters:
        sides = [[nodes[k] for k in keys if k[0] == side] for side in hidden]
        groups.append(Group(towns_of(keys, towns), *sides))
        height = max(len(side) for side in sides) * ROW
        if y + height > TOP + MOST * ROW:
            left_out += 1
            continue
        for side in sides:
            for turn, node in enumerate(side):
                gap = height / len(side)
                node.y = round(y + gap * turn + gap / 2)
        y += height + (10 if len(keys) > 2 else 0)
        drawn |= set(keys)
    return Picture(
        [nodes[k] for k in ties if k[0] == "village" and k in drawn],
        [nodes[k] for k in ties if k[0] == "enterprise" and k in drawn],
        [
            Link(nodes[k], nodes[other])
            for k in ties
            if k[0] == "village" and k in drawn
            for other in ties[k]
        ],
        groups,
        y + TOP,
        left_out,
    )


def clusters_of(ties: dict) -> list[list[tuple[str, Any]]]:
    """Return the keys that hang together, each in the order they were met."""
    seen: set = set()
    found = []
    for start in ties:
        if start in seen:
            continue
        seen.add(start)
        cluster, queue = [], [start]
        while queue:
            key = queue.pop(0)
            cluster.append(key)
            news = [other for other in sorted(ties[key]) if other not in seen]
            seen |= set(news)
            queue += news
        found.append(cluster)
    return found


def towns_of(keys, towns: dict) -> str:
    return "、".join(dict.fromkeys(towns[key] for key in keys if key in towns))


@dataclass(frozen=True)
class Line:
    """The totals of one programme or township."""

    name: str
    pairings: int
    villages: int
    enterprises: int


def lines_by(pairings: PairingQuerySet, field: str) -> list[Line]:
    counted = (
        pairings.order_by()
        .values(field)
        .annotate(
            n=Count("pk"),
            villages=Count("village", distinct=True),
            enterprises=Count("enterprise", distinct=True),
        )
        .order_by("-n", field)
    )
    return [
        Line(row[field] or "未载明", row["n"], row["villages"], row["enterprises"])
        for row in counted
    ]
