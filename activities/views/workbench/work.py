"""The county's works on one page: a card for each, with its numbers and links."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.views.workbench import (
    importing,
    lead,
    liaison,
    mediation,
    pairing,
    project,
    welfare,
)
from chambers.access import UserRequest
from chambers.rights import right, sees_records

# Each gives a card: name, about, numbers (label, value, note), links (label, address).
CARDS: list[Callable[[UserRequest], dict[str, object]]] = [
    lead.work_card,
    pairing.work_card,
    mediation.work_card,
    welfare.work_card,
    liaison.work_card,
    project.work_card,
]


@right(sees_records)
@require_safe
def work_list(request: UserRequest) -> HttpResponse:
    context = {
        "cards": [card(request) for card in CARDS],
        "may_import": bool(importing.importers_of(request.user)),
    }
    return render(request, "workbench/work/list.html", context)
