"""The one door through which lists leave as files."""

from collections.abc import Callable
from functools import partial, wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from activities.services.export import Export, record_export
from chambers.access import UserRequest
from chambers.rights import may_export
from redleader.people.limits import seconds_to_wait
from redleader.serving import errors
from redleader.sheets.workbook import attachment


def export_answer(request: UserRequest, make: Callable[[], Export]) -> HttpResponse:
    """Send what ``make`` takes out, if its reader may and not too often; record it."""
    if not may_export(request.user):
        raise PermissionDenied
    seconds = seconds_to_wait(request, "export")
    if seconds:
        return errors.too_fast(request, seconds)
    export = make()
    record_export(request, request.user, export)
    return attachment(export.content, export.file_name, export.content_type)


def export_view(view: Callable[..., Export]) -> Callable[..., HttpResponse]:
    """Make an address of a view that takes out a list."""

    @require_safe
    @wraps(view)
    def guarded(request: UserRequest, *args, **kwargs) -> HttpResponse:
        return export_answer(request, partial(view, request, *args, **kwargs))

    return guarded
