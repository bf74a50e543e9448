"""大字 and 高对比 without JavaScript: set a cookie, and return to the page."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from redleader.serving.context import DISPLAY

YEAR = 365 * 24 * 3600  # seconds


@login_not_required
@require_safe
def display(request: HttpRequest) -> HttpResponse:
    """Remember what is asked for on this device; nothing else changes."""
    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    response = redirect(back)
    for name in DISPLAY:
        match request.GET.get(name):
            case "1":
                response.set_cookie(name, "1", max_age=YEAR, samesite="Lax")
            case "0":
                response.delete_cookie(name, samesite="Lax")
    response["Cache-Control"] = "private, no-store"
    return response
