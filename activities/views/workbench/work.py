"""The county's works on one page: a card for each, with its numbers and links."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.desks import CARDS
from chambers.access import UserRequest
from chambers.rights import right, sees_records


@right(sees_records)
@require_safe
def work_list(request: UserRequest) -> HttpResponse:
    context = {
        "cards": [card(request.user) for card in CARDS],
    }
    return render(request, "workbench/work/list.html", context)
