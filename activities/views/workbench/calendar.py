"""The calendars that this user may subscribe to."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from activities.formats.calendar import key_for
from chambers.access import UserRequest
from chambers.models import Branch, Chamber
from chambers.models.chamber import ChamberState
from chambers.rights import right, sees_lectures

MOST = 200  # calendars of chambers, and of Party organisations, on the page


@right(sees_lectures)
@require_safe
def calendar(request: UserRequest) -> HttpResponse:
    user, query = request.user, urlencode({"key": key_for(request.user)})
    chambers = Chamber.objects.visible_to(user).exclude(state=ChamberState.CLOSED)
    branches = Branch.objects.visible_to(user).filter(dissolved_on__isnull=True)
    places = [("全县", reverse("public:calendar-county"))] if user.is_staff else []
    is_cut = False
    for name, found in (("chamber", chambers), ("branch", branches)):
        rows = list(found[: MOST + 1])
        is_cut = is_cut or len(rows) > MOST
        places += [
            (str(row), reverse(f"public:calendar-{name}", args=[row.pk]))
            for row in rows[:MOST]
        ]
    context = {
        "calendars": [
            (name, request.build_absolute_uri(f"{path}?{query}"))
            for name, path in places
        ],
        "is_cut": is_cut,
        "limit": MOST,
    }
    response = render(request, "workbench/calendar.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
