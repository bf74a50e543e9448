"""The honour roll as a workbook: what the page shows, with the same filters."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from activities.services.export import MAX_ROWS, ROLL_COLUMNS
from activities.views.public.honour import read_roll
from redleader.sheets import add_table, answer, count_line, new_book


@login_not_required
@require_safe
def honour_export(request: HttpRequest) -> HttpResponse:
    roll = read_roll(request.GET, is_file=True)
    rows = roll.awards[:MAX_ROWS]
    book = new_book()
    add_table(
        book,
        "荣誉榜",
        ROLL_COLUMNS,
        rows,
        title=f"{settings.PORTAL['county']}商会荣誉榜",
        lines=[
            settings.PORTAL["owner"],
            count_line(len(roll.awards), MAX_ROWS, roll.day),
            *roll.narrowed_to,
        ],
    )
    return answer(book, f"荣誉榜 {roll.day}")
