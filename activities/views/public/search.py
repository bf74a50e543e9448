"""The one box of the public site."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.services.public_search import MAX_QUERY, fault_of, find_public


@login_not_required
@require_safe
def search_list(request: HttpRequest) -> HttpResponse:
    """Show what a query finds; one that cannot be asked is said in words."""
    query = " ".join(request.GET.get("q", "").replace("\0", "").split())
    context = {
        "query": query[:MAX_QUERY],
        "fault": fault_of(query),
        "groups": find_public(query),
    }
    return render(request, "public/search/list.html", context)
