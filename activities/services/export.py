"""What leaves as Excel: one file, with the right, the limit and the record of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.models import ExportLog
from chambers.access import UserRequest
from chambers.models import User
from chambers.rights import may_export
from redleader.people.addresses import client_address
from redleader.people.limits import seconds_to_wait
from redleader.records.column import Column
from redleader.records.filters import TypedWord
from redleader.serving import errors
from redleader.sheets.workbook import CONTENT_TYPE, Book, attachment, count_line

MAX_ROWS = 100_000  # of one file; a county has a few hundred, a province some more
CHUNK = 200  # rows in memory at once


@dataclass(frozen=True)
class Export:
    """A file on its way out; only ``export_answer`` makes an answer of it.

    So no address sends rows without the right, the limit and the record.
    ``words`` say what it was narrowed by.
    """

    what: str
    rows: int
    content: bytes
    file_name: str
    content_type: str = CONTENT_TYPE
    words: Sequence[str] = ()


def book_export(
    content: bytes, what: str, file_name: str, rows: int, words: Sequence[str] = ()
) -> Export:
    return Export(what, rows, content, f"{file_name}.xlsx", words=words)


def record_export(request: HttpRequest, user: User, export: Export) -> None:
    """Record who exported what, without words that were typed."""
    words = [
        "（查找）" if isinstance(word, TypedWord) else word for word in export.words
    ]
    ExportLog.objects.create(
        by=user,
        address=client_address(request)[:45],
        path=request.path[:200],
        what=export.what[:100],
        narrowed="、".join(words)[:300],
        rows=export.rows,
    )


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


def table_answer(
    name: str,
    columns: Sequence[Column],
    rows: QuerySet | Sequence[Any],
    *,
    words: Sequence[str] = (),
) -> Export:
    """Return a list as a workbook; ``words`` say what it was narrowed by."""
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    shown = rows[:MAX_ROWS]
    day = timezone.localdate()
    narrowed = f"；筛选：{'、'.join(words)}" if words else ""
    book = Book()
    book.add_table(
        name,
        columns,
        shown.iterator(CHUNK) if isinstance(shown, QuerySet) else shown,
        title=f"{settings.PORTAL['county']}{name}",
        lines=[
            settings.PORTAL["owner"],
            count_line(total, MAX_ROWS, day) + narrowed,
        ],
    )
    return book_export(
        book.packed(), name, f"{name} {day}", min(total, MAX_ROWS), words
    )
