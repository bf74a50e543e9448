"""A counted number explained: how it is counted, as of when, and which rows."""

from datetime import date
from operator import attrgetter

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.counting import (
    EVER,
    RULES,
    CountingRule,
    Scope,
    Total,
    published,
    until,
)
from activities.models import OfficialFigure
from activities.services.ledger import baselines
from chambers.models import Chamber, Region, User
from redleader.records.filters import Days, Filters, RowOptions, parse_day
from redleader.records.quarters import Quarter
from redleader.serving.pages import public_page

ROWS = 200
REVERSED = "起始日期晚于截止日期，已按全部时间计数，请改正后再查。"


@public_page()
@login_not_required
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    rules = RULES.values() if request.user.is_authenticated else published()
    rules = sorted(rules, key=lambda rule: rule.name)
    return render(request, "public/rule/list.html", {"rules": rules})


@public_page("chamber", "township", "first", "last")
@login_not_required
@require_safe
def rule_detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show a number; what is narrower than the county is not public if sensitive.

    A secretary may narrow a sensitive number to a chamber of their own.
    """
    user, today = request.user, timezone.localdate()
    rule = RULES.get(code)
    if rule is None or (rule.is_working and not user.is_authenticated):
        raise Http404
    chambers, is_whole = narrowing(rule, user)
    may_narrow = chambers.exists()
    filters = filters_of(request, today, chambers, is_whole=is_whole)
    scope, is_reversed = scope_of(filters, today)
    if not is_whole and not scope.chamber:
        scope, is_reversed = until(today), False
    # Of more chambers than can be chosen from, a table would be too long as well.
    has_parts = is_whole and not scope.chamber and len(filters.offered["chamber"] or "")
    value = rule.count(scope)
    rows = rule.rows(scope, user, limit=ROWS + 1)
    context = {
        "rule": rule,
        "total": Total(rule, value, scope),
        "scope": scope,
        "is_ever": scope.first == EVER,
        "today": today,
        "filters": filters,
        "days": "".join(
            f"{name}={day}&" for name in ("first", "last") if (day := filters.get(name))
        ),
        "may_narrow": may_narrow,
        "warning": REVERSED if is_reversed else "",
        "periods": periods(filters, today) if may_narrow else [],
        "parts": parts_of(rule, scope) if has_parts else [],
        "made_of": None if is_whole else made_of(rule, scope),
        "is_whole": is_whole,
        "rows": rows[:ROWS],
        "is_cut": len(rows) > ROWS,
        "limit": ROWS,
        "figures": OfficialFigure.objects.filter(rule=code).select_related("chamber"),
    }
    context |= with_baselines(rule, scope, value)
    return render(request, "public/rule/detail.html", context)


def with_baselines(rule: CountingRule, scope: Scope, value: int) -> dict:
    """Return what counts from before the system, and the sum of both."""
    bases = list(baselines(rule, scope))
    base = sum(row.value for row in bases)
    return {
        "bases": [(row, rule.words(int(row.value))) for row in bases],
        "with_base": rule.words(value + int(base)) if bases else "",
    }


def narrowing(
    rule: CountingRule, user: User | AnonymousUser
) -> tuple[QuerySet[Chamber], bool]:
    """Return the chambers to narrow a number to, and whether it may be cut anyhow."""
    if not rule.is_sensitive or (isinstance(user, User) and user.is_staff):
        return Chamber.objects.all(), True
    if isinstance(user, User) and rule.place:
        return Chamber.objects.visible_to(user), False
    return Chamber.objects.none(), False


def made_of(rule: CountingRule, scope: Scope) -> tuple[int, int]:
    """Return of how many rows and of how many chambers a number is made."""
    rows = rule.query(scope).order_by()
    chambers = rows.values(rule.place).distinct() if rule.place else rows.none()
    return rows.count(), chambers.count()


def filters_of(
    request: HttpRequest, today: date, chambers: QuerySet[Chamber], *, is_whole: bool
) -> Filters:
    places = Region.objects.townships() if is_whole else Region.objects.none()
    return Filters(
        request.GET,
        chamber=RowOptions(chambers.order_by("sort_key"), attrgetter("name")),
        township=RowOptions(places, attrgetter("name")),
        first=Days(EVER, today, word="{} 起"),
        last=Days(EVER, today, word="到 {}"),
    )


def scope_of(filters: Filters, today: date) -> tuple[Scope, bool]:
    """Return the scope that was asked for, and whether its days were reversed."""
    first = parse_day(filters.get("first")) or EVER
    last = parse_day(filters.get("last")) or today
    is_reversed = first > last
    if is_reversed:
        first, last = EVER, today
    chamber = Chamber.objects.filter(pk=filters.get("chamber") or 0).first()
    place = Region.objects.filter(pk=filters.get("township")).first()
    return Scope(first, last, chamber, place), is_reversed


def periods(filters: Filters, today: date) -> list[tuple[str, str]]:
    """Return (word, query) of the periods that people ask for."""
    quarter = Quarter.of(today)
    spans = [
        ("全部", "", ""),
        ("本年", f"{today.year}-01-01", ""),
        ("本季度", f"{quarter.first}", ""),
        ("上季度", f"{quarter.previous.first}", f"{quarter.previous.last}"),
        ("上年", f"{today.year - 1}-01-01", f"{today.year - 1}-12-31"),
    ]
    return [(word, filters.query(first=a, last=b)) for word, a, b in spans]


def parts_of(rule: CountingRule, scope: Scope) -> list[tuple[Chamber, str]]:
    """Return what each chamber has, in the order of their names; never a ranking."""
    if not rule.place:
        return []
    values = rule.by(scope, rule.place)
    chambers = Chamber.objects.filter(pk__in=[key for key in values if key])
    return [
        (chamber, rule.words(values[chamber.pk]))
        for chamber in chambers.order_by("sort_key")
        if values[chamber.pk]
    ]
