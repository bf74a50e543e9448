"""The honour roll as a workbook: what the page shows, with the same filters."""

from itertools import islice

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from activities.reports.honour import COLUMNS
from activities.services.export import MAX_ROWS
from activities.views.public.honour import roll_rows
from redleader.sheets.workbook import Book, answer, count_line


@login_not_required
@require_safe
def honour_export(request: HttpRequest) -> HttpResponse:
    filters, day, count, awards = roll_rows(request.GET)
    book = Book()
    book.add_table(
        "荣誉榜",
        COLUMNS,
        islice(awards, MAX_ROWS),
        title=f"{settings.PORTAL['county']}商会荣誉榜",
        lines=[
            settings.PORTAL["owner"],
            count_line(count, MAX_ROWS, day),
            *filters.words(without="on"),
        ],
    )
    return answer(book, f"荣誉榜 {day}")
