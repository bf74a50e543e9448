"""How often a visitor may do something; the limits are in the settings."""

import math
import time

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

APP = "allauth.account"  # whose ``RATE_LIMITS`` read ``ACCOUNT_RATE_LIMITS``


def is_too_often(request: HttpRequest, action: str) -> bool:
    """Count one more attempt, and tell whether it is over the limit."""
    return bool(seconds_to_wait(request, action))


def seconds_to_wait(request: HttpRequest, action: str) -> int:
    """Count one more attempt; return 0, or how long to wait when over the limit.

    ``action`` is a key of ``ACCOUNT_RATE_LIMITS``. Attempts are counted in the cache of
    one process; several processes allow that many times more.
    """
    # Without ``limit_get`` nothing that is only read would ever be counted.
    if ratelimit.consume(request, app=APP, action=action, limit_get=True):
        return 0
    return max(wait(request, action, rate) for rate in rates(action))


def rates(action: str) -> list[ratelimit.Rate]:
    return ratelimit.get_rates(app=APP, action=action)


def wait(request: HttpRequest, action: str, rate: ratelimit.Rate) -> int:
    """Return the seconds until the oldest attempt that counts is forgotten."""
    key = ratelimit.get_cache_key(request, app=APP, action=action, rate=rate)
    history = cache.get(key, [])
    if len(history) < rate.amount:
        return 1
    return max(1, math.ceil(history[-1] + rate.duration - time.time()))
