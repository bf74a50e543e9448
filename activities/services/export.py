"""What leaves as Excel: one file, with the right, the limit and the record of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from activities.models import ExportLog
from chambers.models import User
from redleader.people.addresses import client_address
from redleader.records.column import Column
from redleader.records.filters import TypedWord
from redleader.sheets.workbook import CONTENT_TYPE, Book, count_line

MAX_ROWS = 100_000  # of one file; a county has a few hundred, a province some more
CHUNK = 200  # rows in memory at once


@dataclass(frozen=True)
class Export:
    """A file on its way out; only ``activities.views.export`` makes an answer of it.

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
    """Write down who took what out; a word that was typed is not kept."""
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
