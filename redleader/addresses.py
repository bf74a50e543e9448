"""Addresses: this site's own, and where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def site_address(request: HttpRequest) -> str:
    """Return the genuine address, without a slash at its end.

    That is ``SITE_URL``; a site that has not set it goes by what was asked for.
    """
    return settings.SITE_URL or request.build_absolute_uri("/").rstrip("/")


def client_address(request: HttpRequest) -> str:
    """Return the address of who asks.

    ``X-Forwarded-For`` counts only as far as our own proxies wrote it: with one
    proxy the last address, whatever the visitor put before it.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    count = settings.AXES_IPWARE_PROXY_COUNT
    told = [
        part.strip()
        for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if part.strip()
    ]
    if not count or len(told) < count:
        return peer
    return told[-count]
