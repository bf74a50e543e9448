"""What happens to a project and its entries, and what all of them add up to."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from activities.counting import Total, is_whole, totals, until
from activities.models import Project, ProjectEntry, ProjectStep
from activities.models.project import (
    CLOSED_ERROR,
    ORDER_ERROR,
    UNSIGNED_ERROR,
    ProjectQuerySet,
    ProjectState,
)
from chambers.models import Enterprise, User
from redleader.records import steps
from redleader.records.editing import next_version, refuse_future
from redleader.records.steps import Walk


@transaction.atomic
def save_project(
    project: Project, *, user: User, version: int | None = None
) -> Project:
    """Save a new or changed project; an investor of the registry is linked."""
    if project.pk:
        stored = next_version(project, version)
        if stored.is_closed:
            raise ValidationError(CLOSED_ERROR, code="closed")
        project.state, project.signed_on = stored.state, stored.signed_on
    else:
        project.created_by = user
    project.enterprise = Enterprise.objects.filter(name=project.investor).first()
    project.full_clean()
    project.save()
    return project


def take_step(
    project: Project,
    *,
    to: str,
    user: User,
    happened_on: date | None = None,
    contracted: Decimal | None = None,
    **fields: Any,
) -> Project:
    """Take a project to its next state; see ``redleader.records.steps.take_step``.

    Also raises ValidationError for a day in the future or before the last one.
    """

    def in_order(project: Project) -> None:
        if happened_on is None:
            return
        if happened_on > timezone.localdate():
            raise ValidationError({"happened_on": "日期不能晚于今天。"})
        if project.steps.filter(happened_on__gt=happened_on).exists():
            raise ValidationError({"happened_on": ORDER_ERROR})

    changes: dict[str, Any] = {}
    if to == ProjectState.SIGNED:
        changes = {"signed_on": happened_on, "contracted": contracted}
    return steps.take_step(
        project,
        to=to,
        user=user,
        check=in_order,
        changes=changes,
        happened_on=happened_on,
        **fields,
    )


def walk_of(
    project: Project, path: list[ProjectStep], contracted: Decimal | None
) -> Walk:
    """Return the way of a stored project; ``contracted`` is set at the signing."""
    signing = next((s for s in path if s.state == ProjectState.SIGNED), None)
    changes: dict[str, dict[str, Any]] = {}
    if signing:
        signed = {"signed_on": signing.happened_on, "contracted": contracted}
        changes[ProjectState.SIGNED] = signed
    return Walk(project, path, changes)


@transaction.atomic
def save_entry(
    entry: ProjectEntry, *, user: User, version: int | None = None
) -> ProjectEntry:
    project = open_project(entry)
    if not project.takes_entries:
        raise ValidationError(UNSIGNED_ERROR, code="not_signed")
    if project.signed_on and entry.day < project.signed_on:
        raise ValidationError({"day": UNSIGNED_ERROR})
    if entry.pk:
        next_version(entry, version)
    else:
        entry.created_by = user
    refuse_future(entry, day="日期")
    entry.full_clean()
    entry.save()
    return entry


@transaction.atomic
def delete_entry(entry: ProjectEntry) -> None:
    open_project(entry)
    entry.delete()


def open_project(entry: ProjectEntry) -> Project:
    """Lock and return the project of an entry, which must not be terminated."""
    project = Project.objects.select_for_update().get(pk=entry.project_id)
    if project.is_closed:
        raise ValidationError(CLOSED_ERROR, code="closed")
    return project


CODES = ["return-projects", "rural-projects", "projects-contracted"]
ENTRY_CODES = ["projects-paid-in", "projects-jobs"]


def totals_of(projects: ProjectQuerySet) -> list[Total]:
    """Return what projects and their entries add up to until today."""
    scope = until(timezone.localdate())
    entries = ProjectEntry.objects.all()
    if not is_whole(projects):
        entries = entries.filter(project__in=projects.order_by().values("pk"))
    return totals(CODES, scope, projects) + totals(ENTRY_CODES, scope, entries)


def wrong_sums() -> QuerySet[Project]:
    """Return the projects whose kept sums are not what their entries say."""
    counted = Project.objects.order_by("pk").annotate(
        entry_count=Count("entries"),
        entry_paid_in=Coalesce(Sum("entries__paid_in"), Decimal(0)),
        entry_jobs=Coalesce(Sum("entries__jobs"), 0),
    )
    known = Q(has_entry=True, entry_count__gt=0) | Q(has_entry=False, entry_count=0)
    return counted.exclude(known, paid_in=F("entry_paid_in"), jobs=F("entry_jobs"))


def rebuild_sums() -> None:
    """Let the trigger of each project recompute its sums."""
    Project.objects.update(has_entry=False)
