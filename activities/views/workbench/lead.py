"""Leads at work: the year beside its target, and the card of the works."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.counting import Scope, totals
from activities.models import Lead
from activities.services import lead as services
from chambers.access import UserRequest
from chambers.rights import right, sees_records
from redleader.records.filters import Filters, year_words


@right(sees_records)
@require_safe
def lead_board(request: UserRequest) -> HttpResponse:
    """Show a year beside its target, and each chamber in order of name."""
    today = timezone.localdate()
    years = services.lead_years()
    filters = Filters(request.GET, year=year_words(years))
    year = int(filters.get("year") or today.year)
    mine = Lead.objects.visible_to(request.user)
    scope = Scope(date(year, 1, 1), min(date(year, 12, 31), today))
    context = {
        "year": year,
        "years": years,
        "filters": filters,
        "totals": totals(services.CODES_AT_WORK, scope, mine),
        "target": services.target_of(year),
        "rows": services.lines_by_chamber(services.in_year(mine, year), scope),
    }
    return render(request, "workbench/lead/board.html", context)
