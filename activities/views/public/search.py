"""The one box of the public site."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.desks import PUBLIC_FINDS
from redleader.records.finds import MAX_QUERY, HitGroup, fault_of

SHOWN = 8  # hits of each noun


def find_public(query: str) -> list[HitGroup]:
    """Return what everybody may read and a query finds, by noun."""
    if not query.strip() or fault_of(query):
        return []
    found = (kind.group(query, SHOWN) for kind in PUBLIC_FINDS)
    return [group for group in found if group.hits]


@login_not_required
@require_safe
def search_list(request: HttpRequest) -> HttpResponse:
    """Show what a query finds, or say why it cannot be asked."""
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())
    context = {
        "query": query[:MAX_QUERY],
        "fault": fault_of(query),
        "groups": find_public(query),
    }
    return render(request, "public/search/list.html", context)
