"""The one box of the workbench."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.desks import FINDS
from chambers.access import UserRequest
from chambers.models import User
from chambers.rights import right, sees_records
from redleader.records.finds import MAX_QUERY, SHOWN, HitGroup


def find(query: str, user: User) -> list[HitGroup]:
    """Return what a query finds, by noun; nothing for an empty query."""
    if not query.strip():
        return []
    found = (kind.group(query, SHOWN, user, page=user.is_staff) for kind in FINDS)
    return [group for group in found if group.hits]


@right(sees_records)
@require_safe
def search_list(request: UserRequest) -> HttpResponse:
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())[:MAX_QUERY]
    context = {"query": query, "groups": find(query, request.user)}
    return render(request, "workbench/search/list.html", context)
