"""What a response says about who may cache it, and for how long.

A ``public_page`` is the same for everybody. The response to a visitor without a cookie
of ours may be cached by the application and by any shared cache; every other response
is private.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from redleader.cluster import replica
from redleader.serving.context import DISPLAY

# In the WSGI environment: the front may keep the response, read from this server.
KEPT = "redleader.kept"
# A shared cache may answer for one second, and one more while it revalidates; for a day
# if the application is down.
SHARED = "s-maxage=1, stale-while-revalidate=1, stale-if-error=86400"
PUBLIC = f"public, max-age=0, {SHARED}"
SIGNED_IN = "private, no-store"
VISITOR = "private, no-cache"
LONGEST_QUERY = 200


def private_cookies() -> list[str]:
    """Return the cookies that change what a public page looks like."""
    names = [settings.SESSION_COOKIE_NAME, "messages", *DISPLAY]
    if replica.REPLICA in settings.DATABASES:
        names.append(replica.sent_cookie())
    return names


def public_page(*names: str) -> Callable[[Callable], Callable]:
    """Mark a view as the same for everybody; ``names`` are its query parameters.

    An address with any other parameter is answered but not cached.
    """

    def mark(view: Callable) -> Callable:
        view.public_names = frozenset(names)  # type: ignore[attr-defined]
        return view

    return mark


class PageCacheMiddleware:
    """Set ``Cache-Control`` and ``Vary``, and tell the front what it may keep."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if may_be_kept(request, response):
            response["Cache-Control"] = PUBLIC
            response["Vary"] = "Accept-Encoding"
            request.META[KEPT] = replica.route.get()
        elif "Cache-Control" not in response:
            name = settings.SESSION_COOKIE_NAME
            known = name in request.COOKIES or name in response.cookies
            response["Cache-Control"] = SIGNED_IN if known else VISITOR
        return response


def may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    names = getattr(getattr(request.resolver_match, "func", None), "public_names", None)
    return (
        names is not None
        and request.method in ("GET", "HEAD")
        and response.status_code == 200
        and not response.streaming
        and "Cache-Control" not in response
        and not response.cookies
        and varies_on(response) <= {"cookie", "accept-encoding"}
        and not any(name in request.COOKIES for name in private_cookies())
        and "HTTP_AUTHORIZATION" not in request.META
        and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
        and names.issuperset(request.GET)
    )


def varies_on(response: HttpResponse) -> set[str]:
    return {name.strip().lower() for name in response.get("Vary", "").split(",")} - {""}
