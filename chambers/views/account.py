"""Pages that stay closed."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """Answer 404 for what allauth would offer but we do not."""
    raise Http404
