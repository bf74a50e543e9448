"""Views without domain words."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import Error, connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from redleader.records.drafts import drop_draft, keep_draft, texts_of
from redleader.records.forms import has_unprintable

HEALTH_TIMEOUT = 3  # seconds, to connect and then to answer


@login_not_required
@transaction.non_atomic_requests
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers, else 503 within 10 s; for machines."""
    if database_answers():
        return HttpResponse("ok", content_type="text/plain")
    return HttpResponse("database down", content_type="text/plain", status=503)


def database_answers() -> bool:
    """Ask over a new connection; a kept one would wait for a server that hangs."""
    probe = connection.copy()
    probe.settings_dict["OPTIONS"]["connect_timeout"] = HEALTH_TIMEOUT
    try:
        with probe.cursor() as cursor:
            # For this statement only: a pooled connection goes on to somebody else.
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true); SELECT 1",
                [f"{HEALTH_TIMEOUT}s"],
            )
    except Error:
        return False
    finally:
        probe.close()
    return True


@require_POST
def draft_keep(request: HttpRequest, key) -> HttpResponse:
    """Keep what is being typed; ``address`` in the query is the form's own page."""
    address = request.GET.get("address", "")
    if has_unprintable(address) or not url_has_allowed_host_and_scheme(address, None):
        return JsonResponse({"error": "请求格式有误。"}, status=400)
    try:
        draft = keep_draft(
            request.user,
            key,
            address=address,
            texts=texts_of(request.POST),
            title=request.POST.get("topic", ""),
        )
    except ValidationError as error:
        return JsonResponse({"error": error.messages[0]}, status=422)
    at = timezone.localtime(draft.updated_at)
    return JsonResponse({"at": f"{at:%H:%M}"})


@require_POST
def draft_drop(request: HttpRequest, key) -> HttpResponse:
    """Forget an unfinished text; the same answer whether it was there or not."""
    drop_draft(request.user, key)
    return HttpResponse(status=204)
