"""定点联系 at work: the board of a year, and the card of the works."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.desks.liaison import board_columns
from activities.models import ContactAssignment
from activities.services import liaison as services
from activities.services.export import Export, export_view, table_answer
from chambers.access import UserRequest
from chambers.models import Branch
from chambers.rights import may_export, may_review, right, sees_records
from redleader.records.filters import Filters, year_words


def board_of(
    request: UserRequest, *, most: int | None = services.LINES
) -> tuple[int, Filters, services.Board]:
    filters = Filters(request.GET, year=year_words(services.contact_years()))
    year = int(filters.get("year") or timezone.localdate().year)
    assignments = ContactAssignment.objects.visible_to(request.user)
    branches = Branch.objects.visible_to(request.user)
    return year, filters, services.year_board(assignments, branches, year, most=most)


@right(sees_records)
@require_safe
def liaison_list(request: UserRequest) -> HttpResponse:
    year, filters, board = board_of(request)
    context = {
        "year": year,
        "filters": filters,
        "board": board,
        "may_review": may_review(request.user),
    }
    return render(request, "workbench/liaison/list.html", context)


@right(sees_records, may_export)
@export_view
def liaison_export(request: UserRequest) -> Export:
    year, _, board = board_of(request, most=None)
    columns = board_columns(board.duties)
    return table_answer(f"{year}年定点联系（内部使用）", columns, board.rows)
