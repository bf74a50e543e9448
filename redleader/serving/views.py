"""The health check, for monitoring."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

HEALTH_TIMEOUT = 3  # seconds, to connect and then to answer


@login_not_required
@transaction.non_atomic_requests
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if the database answers, else 503 within 10 s."""
    if database_answers():
        return HttpResponse("ok", content_type="text/plain")
    return HttpResponse("database down", content_type="text/plain", status=503)


def database_answers() -> bool:
    """Ask over a new connection; a persistent one would wait for a hung server."""
    probe = connection.copy()
    probe.settings_dict["OPTIONS"]["connect_timeout"] = HEALTH_TIMEOUT
    try:
        with probe.cursor() as cursor:
            # For this statement only, as a pooled connection is passed on to others.
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true); SELECT 1",
                [f"{HEALTH_TIMEOUT}s"],
            )
    except Error:
        return False
    finally:
        probe.close()
    return True
