"""Where attempts and used codes are counted: in this process, or for all of them.

Without ``CACHE_URL`` each process counts for itself, which is right for one process.
Several need one place: Redis, or a table of the database.
"""

import functools
import json
import time
from collections.abc import Callable
from typing import Any

import environ
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.core.exceptions import ImproperlyConfigured

PAUSE = 2  # seconds before a Redis that did not answer is asked again
TIMEOUT = 0.5  # seconds, to connect and then to answer
OPERATIONS = (
    "add",
    "get",
    "set",
    "touch",
    "delete",
    "get_many",
    "has_key",
    "incr",
    "set_many",
    "delete_many",
    "clear",
)
# When this process may ask a server again, shared by all threads.
SILENT: dict[str, float] = {}


def configure(url: str) -> dict[str, Any]:
    """Return ``CACHES["default"]``; without an address, of this process alone."""
    if not url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    scheme = url.partition("://")[0]
    if scheme in ("redis", "rediss"):
        return {
            "BACKEND": "redleader.cluster.caching.SharedCache",
            "LOCATION": url,
            "KEY_PREFIX": "redleader",
            "OPTIONS": {
                "serializer": "redleader.cluster.caching.JSONSerializer",
                "socket_connect_timeout": TIMEOUT,
                "socket_timeout": TIMEOUT,
            },
        }
    if scheme == "dbcache":
        return environ.Env.cache_url_config(url)
    raise ImproperlyConfigured(
        "CACHE_URL 应为 redis://主机:端口/编号、rediss://… 或 dbcache://表名，"
        f"现为 {scheme}://…。"
    )


class JSONSerializer:
    """Plain data only, so nothing that others put into Redis is ever executed."""

    def dumps(self, value: Any) -> int | bytes:
        if type(value) is int:  # Redis adds to it itself.
            return value
        return json.dumps(value, ensure_ascii=False).encode()

    def loads(self, data: int | bytes) -> Any:
        return data if isinstance(data, int) else json.loads(data)


class SharedCache(RedisCache):
    """Redis for all processes; while it is down, each process counts on its own.

    Losing Redis loosens the limits, but no page fails because of it.
    """

    def __init__(self, server: str, params: dict[str, Any]):
        super().__init__(server, params)
        self.server = server
        own = {key: value for key, value in params.items() if key != "OPTIONS"}
        self.own = LocMemCache(f"instead of {server}", own)

    def reaches(self) -> bool:
        """Tell whether Redis answers."""
        try:
            return bool(self._cache.get_client().ping())
        except lost():
            return False


def lost() -> tuple[type[Exception], ...]:
    """Return the errors of a lost Redis; the library is loaded only when needed."""
    from redis import exceptions

    return exceptions.ConnectionError, exceptions.TimeoutError, OSError


def or_own(name: str) -> Callable:
    """Return an operation of ``SharedCache`` that falls back to the own cache."""
    shared = getattr(RedisCache, name)

    @functools.wraps(shared)
    def operation(cache: SharedCache, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= SILENT.get(cache.server, 0):
            try:
                return shared(cache, *args, **kwargs)
            except lost():
                SILENT[cache.server] = time.monotonic() + PAUSE
        return getattr(cache.own, name)(*args, **kwargs)

    return operation


for name in OPERATIONS:
    setattr(SharedCache, name, or_own(name))
