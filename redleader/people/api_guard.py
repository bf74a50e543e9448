"""Protects the addresses for programs: open to every site, rate-limited, with ETags."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import conditional_page

from redleader.people.limits import seconds_to_wait
from redleader.serving import errors
from redleader.serving.pages import SHARED

METHODS = "GET, HEAD, OPTIONS"
AGE = f"public, max-age=300, {SHARED}"  # seconds; a shared cache asks sooner


def for_machines(view: Callable[..., HttpResponseBase]) -> Callable:
    """Let any program read a view, and nothing else.

    A HEAD is answered as a GET whose body the server leaves out.
    """
    ask = conditional_page(view)

    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return preflight()
        if request.method not in ("GET", "HEAD"):
            refused = errors.not_allowed(request)
            refused["Allow"] = METHODS
            return refused
        seconds = seconds_to_wait(request, "api")
        if seconds:
            return errors.open_to_everybody(errors.too_fast(request, seconds))
        method, request.method = request.method, "GET"
        try:
            response = ask(request, *args, **kwargs)
        finally:
            request.method = method
        if response.status_code in (200, 304):
            response.setdefault("Cache-Control", AGE)
        return errors.open_to_everybody(response)

    opened.methods = METHODS.split(", ")  # type: ignore[attr-defined]
    opened.csrf_exempt = True  # type: ignore[attr-defined]  # nothing is written
    return opened


def preflight() -> HttpResponse:
    """Answer a CORS preflight request."""
    response = HttpResponse(status=204)
    response["Allow"] = METHODS
    response["Access-Control-Allow-Methods"] = METHODS
    response["Access-Control-Allow-Headers"] = "If-None-Match"
    response["Access-Control-Max-Age"] = "86400"
    return errors.open_to_everybody(response)
