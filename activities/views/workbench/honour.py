"""Titles at work: what can be applied for, what is held, what ends soon."""

from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.models import Application, Award, Objection, SchemeLevel
from activities.models.application import ApplicationState
from activities.services.assessment import assess, missing
from activities.services.honour import expiring_groups
from chambers.access import UserRequest
from chambers.models import Chamber
from chambers.rights import may_review, right, sees_records


@right(sees_records)
@require_safe
def honour_desk(request: UserRequest) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    awards = Award.objects.visible_to(user).titles()
    applications = Application.objects.visible_to(user)
    levels = SchemeLevel.objects.open(today).in_order()
    chamber = None if user.is_staff else Chamber.objects.led_by(user).active().first()
    groups = expiring_groups(awards, today)
    context = {
        "levels": with_gaps(levels.select_related("version__scheme"), chamber),
        "chamber": chamber,
        "applications": applications.with_names().exclude(
            state__in=[ApplicationState.RECOGNISED, ApplicationState.FAILED]
        )[:20],
        "awards": [] if user.is_staff else awards.on(today).for_roll(),
        "expiring": groups,
        "has_expiring": any(group.count for group in groups),
        "objections": Objection.objects.open().select_related(
            "application__level", "application__chamber"
        )[:20]
        if may_review(user)
        else [],
        "may_review": may_review(user),
    }
    return render(request, "workbench/honour/desk.html", context)


def with_gaps(
    levels: Iterable[SchemeLevel], chamber: Chamber | None
) -> list[tuple[SchemeLevel, int | None]]:
    """Return each level with how many required indicators a chamber lacks for it.

    Levels of one version that share a cycle ask for the same and are counted once.
    """
    known: dict[tuple, int] = {}
    rows: list[tuple[SchemeLevel, int | None]] = []
    for level in levels:
        key = (level.version_id, level.cycle_start, level.cycle_end)
        if chamber and key not in known:
            known[key] = len(missing(assess(level, chamber)))
        rows.append((level, known.get(key)))
    return rows
