"""季度封账: the quarters, the numbers of one, and what was edited since."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activities.counting import RULES
from activities.forms.ledger import LockForm
from activities.models import LockedNumber, QuarterLock
from activities.services import ledger
from activities.services.export import Export, export_view, table_answer
from chambers.access import UserRequest
from chambers.rights import (
    both,
    is_office,
    is_staff,
    may_export,
    may_review,
    right,
    sees_records,
)
from redleader.records.column import Column
from redleader.records.forms import attempt
from redleader.records.quarters import Quarter

SHOWN = 12  # quarters of the list
EDITS = 200  # rows of a difference


def find_quarter(code: str) -> Quarter:
    """Return a quarter that has begun; 404 when there is none of this code."""
    quarter = Quarter.parse(code)
    if quarter is None or quarter > Quarter.present():
        raise Http404
    return quarter


@right(sees_records, is_staff)
@require_safe
def quarter_list(request: UserRequest) -> HttpResponse:
    locks = {lock.quarter: lock for lock in QuarterLock.objects.select_related("by")}
    recent = ledger.quarters_until(timezone.localdate(), count=SHOWN)
    quarters = sorted({*recent, *locks}, reverse=True)
    context = {
        "rows": [(quarter, locks.get(quarter)) for quarter in quarters],
        "present": Quarter.present(),
    }
    return render(request, "workbench/quarter/list.html", context)


def lock_of(quarter: Quarter) -> QuarterLock | None:
    locks = QuarterLock.objects.select_related("by")
    return locks.filter(year=quarter.year, number=quarter.number).first()


@right(sees_records, is_staff, writes=may_review)
@require_http_methods(["GET", "HEAD", "POST"])
def quarter_detail(request: UserRequest, code: str) -> HttpResponse:
    """Show a quarter's numbers; lock them when asked to."""
    quarter = find_quarter(code)
    lock = lock_of(quarter)
    if request.method != "POST":
        return render_detail(request, quarter, lock, LockForm())
    form = LockForm(request.POST)
    if form.is_valid() and attempt(
        form,
        ledger.lock_quarter,
        quarter,
        user=request.user,
        note=form.cleaned_data["note"],
    ):
        messages.success(request, f"{quarter}已封账。")
        return redirect("workbench:quarter-detail", quarter.code)
    status = 409 if form.non_field_errors() else 422
    return render_detail(request, quarter, lock_of(quarter), form, status=status)


def render_detail(request, quarter, lock, form, status=200):
    may_lock = may_review(request.user) and quarter < Quarter.present() and not lock
    lines = ledger.lines_of(quarter)
    context = {
        "quarter": quarter,
        "lock": lock,
        "lines": lines,
        "changed": [line for line in lines if line.has_changed],
        "form": form if may_lock or form.is_bound else None,
        "may_lock": may_lock,
        "is_over": quarter < Quarter.present(),
    }
    return render(request, "workbench/quarter/detail.html", context, status=status)


@right(sees_records, both(is_office, may_export))
@export_view
def quarter_export(request: UserRequest, code: str) -> Export:
    quarter = find_quarter(code)
    columns = [
        Column("项目", width=26, value=lambda line: line.rule.name),
        Column("单位", width=8, value=lambda line: line.rule.unit),
        Column("封账数", width=16, value=lambda line: line.words(line.locked)),
        Column("现在计数", width=16, value=lambda line: line.words(line.now)),
        Column("上季度", width=16, value=lambda line: line.words(line.before)),
        Column("环比", width=14, value=lambda line: line.change),
        Column("上年同季", width=16, value=lambda line: line.words(line.last_year)),
        Column("同比", width=14, value=lambda line: line.yearly_change),
        Column("口径", width=60, value=lambda line: line.rule.meaning),
    ]
    lines = ledger.lines_of(quarter)
    return table_answer(f"{quarter}数字", columns, lines)


@right(sees_records, is_staff)
@require_safe
def quarter_edits(request: UserRequest, code: str, rule: str) -> HttpResponse:
    """Show which rows make a number differ from its locked value, who and when."""
    lock = lock_of(find_quarter(code))
    if lock is None or rule not in RULES:
        raise Http404
    number = get_object_or_404(LockedNumber, lock=lock, rule=rule)
    counted = RULES[rule]
    edits = list(ledger.edits_of(lock, counted, request.user))
    context = {
        "lock": lock,
        "number": number,
        "rule": counted,
        "was": counted.words(int(number.value)),
        "now": counted.words(counted.count(ledger.scope_of(lock.quarter))),
        "edits": edits[:EDITS],
        "count": len(edits),
        "shown": EDITS,
    }
    return render(request, "workbench/quarter/edits.html", context)
