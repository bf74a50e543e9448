"""The page by which a new secretary takes over: posts, open matters and papers."""

from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.desks import HANDOVER, todos
from chambers.access import UserRequest
from chambers.models import Appointment, Chamber, ChamberTerm, Role, User
from chambers.rights import right, sees_records
from redleader.records.filters import Filters, RowOptions
from redleader.records.todos import Matters

LIMIT = 5  # chambers of one secretary on a page


@dataclass
class Handover:
    chamber: Chamber
    posts: list[Appointment]
    term: ChamberTerm | None
    matters: list[Matters]


def handover_of(chamber: Chamber, user: User) -> Handover:
    """Return what is open in a chamber, as far as the user may see it."""
    year_ago = timezone.localdate() - timedelta(days=365)
    posts = Appointment.objects.giving_access().filter(
        Q(ended_on__isnull=True) | Q(ended_on__gte=year_ago),
        Q(chamber=chamber) | Q(branch__coverages__chamber=chamber),
    )
    return Handover(
        chamber,
        list(posts.select_related("member", "chamber", "branch").distinct()),
        chamber.terms.current().first(),  # type: ignore[attr-defined]
        [matters(chamber, user) for matters in HANDOVER.of(user)],
    )


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
