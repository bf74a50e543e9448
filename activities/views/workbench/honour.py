"""Titles at work: what can be applied for, what is held, what ends soon."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.models import Application, Award, Objection, SchemeLevel
from activities.models.application import ApplicationState
from activities.services.honour import expiring_groups
from chambers.access import UserRequest, may_review
from chambers.models import Chamber

CHAMBERS = 20


@require_safe
def honour_desk(request: UserRequest) -> HttpResponse:
    user, today = request.user, timezone.localdate()
    awards = Award.objects.visible_to(user).titles()
    applications = Application.objects.visible_to(user)
    levels = SchemeLevel.objects.open(today).in_order()
    groups = expiring_groups(awards, today)
    context = {
        "levels": levels.select_related("version__scheme"),
        "chambers": Chamber.objects.visible_to(user).active()[:CHAMBERS],
        "applications": applications.with_names().exclude(
            state__in=[ApplicationState.RECOGNISED, ApplicationState.FAILED]
        )[:20],
        "awards": [] if user.is_staff else awards.on(today).for_roll(),
        "expiring": groups,
        "has_expiring": any(group.awards for group in groups),
        "objections": Objection.objects.open().select_related(
            "application__level", "application__chamber"
        )[:20]
        if may_review(user)
        else [],
        "may_review": may_review(user),
    }
    return render(request, "workbench/honour/desk.html", context)
