"""The honour roll as a workbook: what the page shows, with the same filters."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.services.export import MAX_ROWS, ROLL_COLUMNS
from activities.views.public.honour import roll
from redleader.sheets import add_table, answer, count_line, new_book


@login_not_required
@require_safe
def honour_export(request: HttpRequest) -> HttpResponse:
    awards = roll(request).prefetch_related("branch__chambers__township")
    rows = list(awards[: MAX_ROWS + 1])
    day = timezone.localdate()
    book = new_book()
    add_table(
        book,
        "荣誉榜",
        ROLL_COLUMNS,
        rows[:MAX_ROWS],
        title=f"{settings.PORTAL['county']}商会荣誉榜",
        lines=[settings.PORTAL["owner"], count_line(rows, MAX_ROWS, day)],
    )
    return answer(book, f"荣誉榜 {day}")
