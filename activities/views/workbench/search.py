"""The one box of the workbench."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.services.search import find
from chambers.access import UserRequest
from chambers.rights import right, sees_records

MAX_QUERY = 60  # characters


@right(sees_records)
@require_safe
def search_list(request: UserRequest) -> HttpResponse:
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())[:MAX_QUERY]
    context = {"query": query, "groups": find(query, request.user)}
    return render(request, "workbench/search/list.html", context)
