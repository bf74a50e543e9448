"""Addresses: this site's own, and where a request comes from."""

from collections.abc import Callable, Iterable, Mapping

from django.conf import settings
from django.http import HttpRequest


def site_address(request: HttpRequest) -> str:
    """Return the genuine address of the site, without a trailing slash.

    That is ``SITE_URL``; if it is not set, the address of the request.
    """
    return settings.SITE_URL or request.build_absolute_uri("/").rstrip("/")


def client_address(request: HttpRequest) -> str:
    """Return the visitor's IP address.

    ``X-Forwarded-For`` is trusted only as far as our own proxies wrote it: with one
    proxy the last address, whatever the visitor put before it.
    """
    return address_of(request.META)


def address_of(environ: Mapping) -> str:
    peer = environ.get("REMOTE_ADDR", "")
    count = settings.AXES_IPWARE_PROXY_COUNT
    told = [
        part.strip()
        for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if part.strip()
    ]
    if not count or len(told) < count:
        return peer
    return told[-count]


def behind_proxies(application: Callable) -> Callable:
    """Let a WSGI application see the visitor's address in place of our proxy's.

    The libraries that count sign-ins look there.
    """

    def seen(environ: dict, start_response: Callable) -> Iterable[bytes]:
        environ["REMOTE_ADDR"] = address_of(environ)
        return application(environ, start_response)

    return seen
