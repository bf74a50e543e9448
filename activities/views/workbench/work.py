"""The county's works on one page: a card for each, with its numbers and links."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.desks import CARDS
from activities.views.workbench import importing
from chambers.access import UserRequest
from chambers.rights import right, sees_records


@right(sees_records)
@require_safe
def work_list(request: UserRequest) -> HttpResponse:
    context = {
        "cards": [card(request.user) for card in CARDS],
        "may_import": bool(importing.importers_of(request.user)),
    }
    return render(request, "workbench/work/list.html", context)
