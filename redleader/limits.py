"""How often a visitor may do something; the limits stand in the settings."""

from allauth.core import ratelimit
from django.http import HttpRequest


def is_too_often(request: HttpRequest, action: str) -> bool:
    """Count one more attempt, and tell whether it is over the limit.

    ``action`` is a key of ``ACCOUNT_RATE_LIMITS``. Attempts are counted in the cache
    of one process; several processes allow so many times more.
    """
    return not ratelimit.consume(request, action=action)
