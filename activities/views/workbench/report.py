"""The tables that go up: which there are, each on the screen, printed and as Excel."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.counting import Scope
from activities.papers.report_book import report_book
from activities.reports import REPORTS, Report, periods_of, scope_of
from activities.services.export import Export, book_export, export_view
from chambers.access import UserRequest
from chambers.rights import both, is_office, is_staff, may_export, right, sees_records

PERIOD_ERROR = "时段无效，已改为最近的时段。"


def find(request: UserRequest, code: str) -> Report:
    report = REPORTS.get(code)
    if report is None:
        raise Http404
    return report


@right(sees_records, is_staff)
@require_safe
def report_list(request: UserRequest) -> HttpResponse:
    return render(request, "workbench/report/list.html", {"reports": REPORTS.values()})


def chosen_period(request: UserRequest, report: Report) -> tuple[str, str, Scope, bool]:
    """Return (code, words, scope) of the period asked for, and whether it was none."""
    today = timezone.localdate()
    text = request.GET.get("period", "")
    found = scope_of(report, text, today)
    is_wrong = bool(text) and found is None
    if found is None:
        text = next(iter(periods_of(report, today)))
        found = scope_of(report, text, today)
    if found is None:
        raise Http404
    words, scope = found
    return text, words, scope, is_wrong


@right(sees_records, is_staff)
@require_safe
def report_detail(request: UserRequest, code: str) -> HttpResponse:
    report = find(request, code)
    period, words, scope, is_wrong = chosen_period(request, report)
    context = {
        "report": report,
        "period": period,
        "words": words,
        "scope": scope,
        "warning": PERIOD_ERROR if is_wrong else "",
        "periods": periods_of(report, timezone.localdate()),
        "lines": [
            [(column, shown(column.read(row))) for column in report.columns]
            for row in report.rows(scope)
        ],
        "totals": [
            (column, shown(value))
            for column, value in zip(report.columns, report.totals(scope), strict=False)
        ],
    }
    return render(request, "workbench/report/detail.html", context)


def shown(value: Any) -> str:
    """Return a cell as people read it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


@right(sees_records, both(is_office, may_export))
@export_view
def report_export(request: UserRequest, code: str) -> Export:
    report = find(request, code)
    _, words, scope, _ = chosen_period(request, report)
    content, rows = report_book(report, scope, words)
    return book_export(content, report.name, f"{report.name} {words}", rows, [words])
