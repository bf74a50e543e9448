"""The one door through which lists leave as files."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from activities.services.export import Export, record_export
from chambers.access import UserRequest, may_export
from redleader import errors
from redleader.limits import seconds_to_wait
from redleader.sheets import answer


def export_view(view: Callable[..., Export]) -> Callable[..., HttpResponse]:
    """Send what a view takes out, if its reader may and not too often; record it."""

    @require_safe
    @wraps(view)
    def guarded(request: UserRequest, *args, **kwargs) -> HttpResponse:
        if not may_export(request.user):
            raise PermissionDenied
        seconds = seconds_to_wait(request, "export")
        if seconds:
            return errors.too_fast(request, seconds)
        export = view(request, *args, **kwargs)
        response = answer(export.book, export.file_name)
        record_export(request, request.user, export)
        return response

    guarded.is_export = True  # type: ignore[attr-defined]
    return guarded
