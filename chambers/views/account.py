"""Doors that stay shut."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """Answer what is not offered here as if it did not exist."""
    raise Http404
