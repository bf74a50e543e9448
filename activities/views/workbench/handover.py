"""The page by which a new secretary takes over."""

from operator import attrgetter

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.services.handover import handover_of
from activities.services.todo import todos
from chambers.access import UserRequest
from chambers.models import Chamber, Role
from chambers.rights import right, sees_records
from redleader.records.filters import Filters, RowOptions

LIMIT = 5  # chambers of one secretary on a page


@right(sees_records)
@require_safe
def handover(request: UserRequest) -> HttpResponse:
    """Show a secretary's chambers; the others choose one of those they see."""
    user = request.user
    chambers = Chamber.objects.visible_to(user).active()
    filters = Filters(request.GET, chamber=RowOptions(chambers, attrgetter("name")))
    own = user.role == Role.SECRETARY
    if filters.get("chamber"):
        chambers = chambers.filter(pk=filters.get("chamber"))
    elif not own:
        chambers = chambers.none()
    context = {
        "filters": filters,
        "todos": todos(user) if own else [],
        "handovers": [handover_of(chamber, user) for chamber in chambers[:LIMIT]],
        "own": own,
    }
    return render(request, "workbench/handover/detail.html", context)
