"""Public pages for anonymous visitors from a streaming replica of the database.

Only an anonymous GET of a public page is read there, and only while the replica is
hardly behind. Signed-in users must see what was just written, so they always read the
primary. All writes go to the primary. When one of the two is down, the other answers:
the primary at once, a lagging replica only as a last resort.
"""

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.signals import request_finished, request_started
from django.db import (
    DEFAULT_DB_ALIAS,
    Error,
    InterfaceError,
    OperationalError,
    connections,
)
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase

logger = logging.getLogger(__name__)

PRIMARY, REPLICA = DEFAULT_DB_ALIAS, "replica"
EVERY = 0.5  # seconds between two checks of the replica, in each process
PAUSE = 3  # seconds before a server that did not answer is asked again
# Seconds until a second check: after a quiet period the next change makes a replica
# seem as far behind as that period was long, until it has replayed the change.
MOMENT = 0.1
# Seconds behind; NULL if the replica is not receiving, so cannot know.
LAG = """
    SELECT CASE
        WHEN NOT pg_is_in_recovery() THEN 0
        WHEN NOT EXISTS (SELECT FROM pg_stat_wal_receiver) THEN NULL
        WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
        ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
    END
"""
LOST = (OperationalError, InterfaceError)
# Visitors who have submitted something without an account read the primary for so many
# seconds afterwards, otherwise the receipt of their objection might not be there yet.
SENT, SENT_AGE = "sent", 60
# Apps whose tables must be read fresh, whoever asks.
NEVER = {"sessions", "axes", "account", "mfa", "django_cache"}

route: ContextVar[str] = ContextVar("route", default=PRIMARY)


class ReplicaRouter:
    """Sends reads along the request's route, everything else to the primary."""

    def db_for_read(self, model, **hints) -> str:
        return PRIMARY if model._meta.app_label in NEVER else route.get()

    def db_for_write(self, model, **hints) -> str:
        return PRIMARY

    def allow_relation(self, one, other, **hints) -> bool:
        return True  # It is one database.

    def allow_migrate(self, db, app_label, **hints) -> bool | None:
        return False if db == REPLICA else None


def keeps_up() -> bool:
    with connections[REPLICA].cursor() as cursor:
        cursor.execute(LAG)
        [lag] = cursor.fetchone()
    return lag is not None and lag <= settings.REPLICA_MAX_LAG


class ReplicaWatch:
    """What this process knows of the two servers; a mere hint, so it is not shared."""

    def __init__(self) -> None:
        self.due_at = 0.0
        self.is_fresh = self.is_up = False
        self.primary_lost_at = -float(PAUSE)

    def order(self) -> tuple[str, ...]:
        """Return the servers to ask for an anonymous visitor, in order.

        A persistent connection may have died while another replica stands behind the
        same address, so a replica is tried twice.
        """
        if time.monotonic() >= self.due_at:
            # Set first, so that concurrent requests use what was known and do not wait.
            self.due_at = time.monotonic() + EVERY
            self.look()
        if self.is_fresh or time.monotonic() < self.primary_lost_at + PAUSE:
            return REPLICA, REPLICA, PRIMARY
        return (PRIMARY, REPLICA, REPLICA) if self.is_up else (PRIMARY, REPLICA)

    def look(self) -> None:
        try:
            try:
                is_fresh = keeps_up()
            except LOST:
                connections[REPLICA].close()
                is_fresh = keeps_up()
            if not is_fresh:
                time.sleep(MOMENT)
                is_fresh = keeps_up()
        except Error as error:
            self.lose(REPLICA, error)
        else:
            self.is_up, self.is_fresh = True, is_fresh

    def lose(self, alias: str, error: Exception) -> None:
        """Remember that a server did not answer, and drop its connection."""
        logger.warning("%s does not answer: %s", alias, error)
        connections[alias].close()
        if alias == PRIMARY:
            self.primary_lost_at = time.monotonic()
        else:
            self.is_fresh = self.is_up = False
            self.due_at = time.monotonic() + PAUSE


watch = ReplicaWatch()


def primary_choice() -> str:
    """Return the server that anonymous pages are read from now."""
    return watch.order()[0] if REPLICA in settings.DATABASES else PRIMARY


@receiver([request_started, request_finished])
def go_home(**kwargs) -> None:
    """A file is read while it is sent, so the route lasts as long as the response."""
    route.set(PRIMARY)


class ReplicaMiddleware:
    """Answers anonymous visitors from the first server that can.

    It is the last middleware and calls the view itself, because Django would open the
    request's transaction on the primary, which may be down; a read needs none. No
    earlier middleware queries the database for a visitor without a session.
    """

    def __init__(self, get_response):
        if REPLICA not in settings.DATABASES:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.method == "POST" and is_public(request):
            response.set_cookie(
                sent_cookie(),
                "1",
                max_age=SENT_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        if not is_for_strangers(request):
            return None
        has_sent = sent_cookie() in request.COOKIES
        order = (PRIMARY, REPLICA) if has_sent else watch.order()
        for alias, following in zip(order, (*order[1:], None), strict=True):
            route.set(alias)
            try:
                return rendered(view(request, *args, **kwargs))
            except LOST as error:
                if alias == following:
                    connections[alias].close()
                else:
                    watch.lose(alias, error)
                if following is None:
                    raise
        return None


def is_for_strangers(request: HttpRequest) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and is_public(request)
    )


def is_public(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is not None and match.namespaces[:1] == ["public"]


def sent_cookie() -> str:
    """Return the cookie's name; like the session's, it belongs to this host alone."""
    return f"__Host-{SENT}" if settings.SESSION_COOKIE_SECURE else SENT


def rendered(response: Any) -> HttpResponseBase:
    """Render a template response now, while another server can still take over."""
    if callable(getattr(response, "render", None)):
        response = response.render()
    return response
