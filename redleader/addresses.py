"""The address of this site, as it stands on paper and in what machines read."""

from django.conf import settings
from django.http import HttpRequest


def site_address(request: HttpRequest) -> str:
    """Return the genuine address, without a slash at its end.

    That is ``SITE_URL``; a site that has not set it goes by what was asked for.
    """
    return settings.SITE_URL or request.build_absolute_uri("/").rstrip("/")
