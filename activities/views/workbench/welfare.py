"""公益与基金 at work: gifts, charity activities and funds, each a list and a form."""

from collections.abc import Callable
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activities.counting import EVER, Scope, is_whole, totals, until
from activities.desks.welfare import (
    CHARITY_COLUMNS,
    DONATION_COLUMNS,
    FUND_COLUMNS,
    FUND_ENTRY_COLUMNS,
)
from activities.forms.welfare import (
    CharityActivityForm,
    DonationForm,
    FundEntryForm,
    FundForm,
)
from activities.models import CharityActivity, Donation, Fund, FundEntry
from activities.models.welfare.charity import CharityKind
from activities.models.welfare.donation import (
    RECEIPT_ERROR,
    DonationMeans,
    DonationPurpose,
)
from activities.services import welfare as services
from activities.services.export import Export, table_answer
from activities.views.export import export_view
from chambers.access import UserRequest
from chambers.models import Chamber
from chambers.rights import may_export, may_write, right, sees_records
from redleader.records.editing import edit
from redleader.records.filters import Filters, RowOptions, year_words, years_of
from redleader.records.forms import Form, attempt
from redleader.records.history import last_change
from redleader.records.paging import page_by_name, page_newest_first
from redleader.records.search import search

DONATIONS = ("公益捐赠", reverse_lazy("workbench:donation-list"))
ACTIVITIES = ("公益活动", reverse_lazy("workbench:charity-list"))
FUNDS = ("公益基金", reverse_lazy("workbench:fund-list"))
DONATION_CODES = ["donations-received", "donations-pledged"]
ACTIVITY_CODES = ["charity-activities", "charity-person-times", "charity-value"]
FUND_CODES = ["fund-receipts", "fund-payments", "fund-balance"]
RECEIVED = {"yes": "已到账", "no": "已认捐未到"}


def chamber_words(request: UserRequest, rows: QuerySet) -> RowOptions:
    """Return the chambers of a user that have some of these rows, for a filter."""
    chambers = Chamber.objects.visible_to(request.user)
    return RowOptions(
        chambers.filter(pk__in=rows.values("chamber")), attrgetter("name")
    )


def delete(
    request: UserRequest, row: Any, service: Callable, *, crumbs, back: Any
) -> HttpResponse:
    """Ask first; say why when the database refuses."""
    form = Form({})
    if request.method == "POST" and attempt(form, service, row):
        messages.success(request, "已删除，变更历史中仍有记录。")
        return redirect(back)
    context = {"row": row, "crumbs": crumbs, "back": back, "form": form}
    status = 409 if request.method == "POST" else 200
    return render(request, "workbench/welfare/delete.html", context, status=status)


# --- Donations


def narrowed_donations(request: UserRequest) -> tuple[Filters, Any]:
    """Return the filters of a list and the donations that they leave."""
    found = Donation.objects.visible_to(request.user)
    filters = Filters(
        request.GET,
        q=None,
        year=year_words(years_of(found.with_day(), "day")),
        purpose=dict(DonationPurpose.choices),
        form=dict(DonationMeans.choices),
        received=RECEIVED,
        chamber=chamber_words(request, Donation.objects.all()),
    )
    if filters.get("q"):
        text = filters.get("q")
        words = Q(donor_name__icontains=text) | Q(recipient__icontains=text)
        found = (
            found.filter(words)
            | search(found, text, "donor_chamber__")
            | search(found, text, "donor_enterprise__")
        )
    for name in ("purpose", "form", "chamber"):
        if filters.get(name):
            found = found.filter(**{name: filters.get(name)})
    if filters.get("received"):
        found = found.filter(received_on__isnull=filters.get("received") == "no")
    found = found.with_day()
    if filters.get("year"):
        found = services.in_year(found, int(filters.get("year")), day="day")
    return filters, found


@right(sees_records)
@require_safe
def donation_list(request: UserRequest) -> HttpResponse:
    filters, donations = narrowed_donations(request)
    page = page_newest_first(
        donations.with_names(), request.GET.get("older", ""), field="day"
    )
    found = totals(DONATION_CODES, until(timezone.localdate()), donations)
    context = {"page": page, "filters": filters, "totals": found}
    return render(request, "workbench/welfare/donation_list.html", context)


@right(sees_records, may_export)
@export_view
def donation_export(request: UserRequest) -> Export:
    filters, donations = narrowed_donations(request)
    rows = donations.with_names().order_by("-day", "-pk")
    name = "公益捐赠（内部使用）"
    return table_answer(name, DONATION_COLUMNS, rows, words=filters.words())


def find_donation(request: UserRequest, pk: int) -> Donation:
    """Return a donation in the user's scope; a foreign one is a 404."""
    return get_object_or_404(
        Donation.objects.visible_to(request.user).with_names(), pk=pk
    )


@right(sees_records)
@require_safe
def donation_detail(request: UserRequest, pk: int) -> HttpResponse:
    donation = find_donation(request, pk)
    context = {
        "donation": donation,
        "crumbs": [DONATIONS],
        "change": last_change(donation),
    }
    return render(request, "workbench/welfare/donation_detail.html", context)


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def donation_create(request: UserRequest) -> HttpResponse:
    return edit_donation(request, Donation(), title="登记捐赠")


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def donation_update(request: UserRequest, pk: int) -> HttpResponse:
    return edit_donation(request, find_donation(request, pk), title="修改捐赠")


def edit_donation(request: UserRequest, donation: Donation, *, title: str):
    return edit(
        request,
        donation,
        make_form=partial(DonationForm, user=request.user),
        save=services.save_donation,
        mine=Donation.objects.visible_to(request.user),
        title=title,
        crumbs=crumbs_of(DONATIONS, donation),
        hint="捐赠自愿，没有任务，不排名次。捐赠者从三项中按类别填一项，匿名的都不填。",
    )


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def donation_delete(request: UserRequest, pk: int) -> HttpResponse:
    donation = find_donation(request, pk)
    return delete(
        request,
        donation,
        services.delete_donation,
        crumbs=crumbs_of(DONATIONS, donation),
        back=donation if request.method != "POST" else "workbench:donation-list",
    )


def crumbs_of(place: tuple[str, Any], row: Any) -> list[tuple[str, Any]]:
    """Return the list, and the row that stands already."""
    return [place] if row._state.adding else [place, (str(row), row.get_absolute_url())]


# --- Activities


def narrowed_activities(request: UserRequest) -> tuple[Filters, Any]:
    found = CharityActivity.objects.visible_to(request.user)
    filters = Filters(
        request.GET,
        q=None,
        year=year_words(years_of(found, "held_on")),
        kind=dict(CharityKind.choices),
        chamber=chamber_words(request, CharityActivity.objects.all()),
    )
    if filters.get("q"):
        text = filters.get("q")
        by_title = found.filter(title__icontains=text)
        found = by_title | search(found, text, "chamber__")
    for name in ("kind", "chamber"):
        if filters.get(name):
            found = found.filter(**{name: filters.get(name)})
    if filters.get("year"):
        found = services.in_year(found, int(filters.get("year")), day="held_on")
    return filters, found


@right(sees_records)
@require_safe
def charity_list(request: UserRequest) -> HttpResponse:
    filters, activities = narrowed_activities(request)
    page = page_newest_first(
        activities.select_related("chamber"),
        request.GET.get("older", ""),
        field="held_on",
    )
    found = totals(ACTIVITY_CODES, until(timezone.localdate()), activities)
    context = {"page": page, "filters": filters, "totals": found}
    return render(request, "workbench/welfare/charity_list.html", context)


@right(sees_records, may_export)
@export_view
def charity_export(request: UserRequest) -> Export:
    filters, activities = narrowed_activities(request)
    rows = activities.select_related("chamber")
    return table_answer("公益活动", CHARITY_COLUMNS, rows, words=filters.words())


def find_activity(request: UserRequest, pk: int) -> CharityActivity:
    activities = CharityActivity.objects.visible_to(request.user)
    return get_object_or_404(activities.select_related("chamber"), pk=pk)


@right(sees_records)
@require_safe
def charity_detail(request: UserRequest, pk: int) -> HttpResponse:
    activity = find_activity(request, pk)
    context = {
        "activity": activity,
        "crumbs": [ACTIVITIES],
        "change": last_change(activity),
    }
    return render(request, "workbench/welfare/charity_detail.html", context)


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def charity_create(request: UserRequest) -> HttpResponse:
    return edit_activity(request, CharityActivity(), title="登记公益活动")


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def charity_update(request: UserRequest, pk: int) -> HttpResponse:
    return edit_activity(request, find_activity(request, pk), title="修改公益活动")


def edit_activity(request: UserRequest, activity: CharityActivity, *, title: str):
    return edit(
        request,
        activity,
        make_form=partial(CharityActivityForm, user=request.user),
        save=services.save_activity,
        mine=CharityActivity.objects.visible_to(request.user),
        title=title,
        crumbs=crumbs_of(ACTIVITIES, activity),
        hint="受助人和当事人只登记数字，不登记姓名。",
    )


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def charity_delete(request: UserRequest, pk: int) -> HttpResponse:
    activity = find_activity(request, pk)
    return delete(
        request,
        activity,
        services.delete_activity,
        crumbs=crumbs_of(ACTIVITIES, activity),
        back=activity if request.method != "POST" else "workbench:charity-list",
    )


# --- Funds


def narrowed_funds(request: UserRequest) -> tuple[Filters, Any, Scope]:
    """Return the filters of a list, its funds with their sums, and of which days."""
    found = Fund.objects.visible_to(request.user)
    entries = FundEntry.objects.visible_to(request.user)
    filters = Filters(
        request.GET,
        q=None,
        year=year_words(years_of(entries, "happened_on")),
        chamber=chamber_words(request, Fund.objects.all()),
    )
    if filters.get("q"):
        text = filters.get("q")
        by_name = found.filter(Q(name__icontains=text) | Q(purpose__icontains=text))
        found = by_name | search(found, text, "chamber__")
    if filters.get("chamber"):
        found = found.filter(chamber=filters.get("chamber"))
    if filters.get("year"):
        year = int(filters.get("year"))
        days = date(year, 1, 1), date(year, 12, 31)
    else:
        days = EVER, timezone.localdate()
    return filters, found.with_sums(*days).select_related("chamber"), Scope(*days)


@right(sees_records)
@require_safe
def fund_list(request: UserRequest) -> HttpResponse:
    filters, funds, scope = narrowed_funds(request)
    entries = FundEntry.objects.all()
    if not is_whole(funds):
        entries = entries.filter(fund__in=funds.order_by().values("pk"))
    context = {
        "page": page_by_name(funds, request.GET.get("older", "")),
        "filters": filters,
        "totals": totals(FUND_CODES, scope, entries),
    }
    return render(request, "workbench/welfare/fund_list.html", context)


@right(sees_records, may_export)
@export_view
def fund_export(request: UserRequest) -> Export:
    filters, funds, _ = narrowed_funds(request)
    return table_answer("公益基金", FUND_COLUMNS, funds, words=filters.words())


def find_fund(request: UserRequest, pk: int) -> Fund:
    """Return a fund in the user's scope; a foreign one is a 404."""
    funds = Fund.objects.visible_to(request.user)
    return get_object_or_404(funds.select_related("chamber"), pk=pk)


@right(sees_records)
@require_safe
def fund_detail(request: UserRequest, pk: int) -> HttpResponse:
    fund = find_fund(request, pk)
    page = page_newest_first(
        fund.entries.with_balance(),
        request.GET.get("older", ""),
        field="happened_on",
    )
    context = {
        "fund": fund,
        "crumbs": [FUNDS],
        "page": page,
        "totals": totals(FUND_CODES, until(timezone.localdate()), fund.entries.all()),
    }
    return render(request, "workbench/welfare/fund_detail.html", context)


@right(sees_records, may_export)
@export_view
def fund_entry_export(request: UserRequest, pk: int) -> Export:
    fund = find_fund(request, pk)
    rows = fund.entries.with_balance()
    return table_answer("基金收支", FUND_ENTRY_COLUMNS, rows, words=[fund.name])


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def fund_create(request: UserRequest) -> HttpResponse:
    return edit_fund(request, Fund(), title="登记基金")


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def fund_update(request: UserRequest, pk: int) -> HttpResponse:
    return edit_fund(request, find_fund(request, pk), title="修改基金")


def edit_fund(request: UserRequest, fund: Fund, *, title: str):
    return edit(
        request,
        fund,
        make_form=partial(FundForm, user=request.user),
        save=services.save_fund,
        mine=Fund.objects.visible_to(request.user),
        title=title,
        crumbs=crumbs_of(FUNDS, fund),
        hint="基金名称、管理商会、收支合计和余额会显示在网站上。",
    )


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def fund_entry_create(request: UserRequest, pk: int) -> HttpResponse:
    entry = FundEntry(fund=find_fund(request, pk))
    return edit_entry(request, entry, title="登记基金收支")


def find_entry(request: UserRequest, pk: int) -> FundEntry:
    entries = FundEntry.objects.visible_to(request.user)
    return get_object_or_404(entries.select_related("fund"), pk=pk)


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def fund_entry_update(request: UserRequest, pk: int) -> HttpResponse:
    return edit_entry(request, find_entry(request, pk), title="修改基金收支")


def edit_entry(request: UserRequest, entry: FundEntry, *, title: str):
    return edit(
        request,
        entry,
        make_form=FundEntryForm,
        save=services.save_entry,
        mine=FundEntry.objects.visible_to(request.user),
        title=title,
        crumbs=crumbs_of(FUNDS, entry.fund),
        hint="任何一天的余额都不能为负；已登记为捐赠的收入不要重复登记。",
        closed=lambda entry: RECEIPT_ERROR if entry.donation_id else "",
    )


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def fund_entry_delete(request: UserRequest, pk: int) -> HttpResponse:
    entry = find_entry(request, pk)
    return delete(
        request,
        entry,
        services.delete_entry,
        crumbs=crumbs_of(FUNDS, entry.fund),
        back=entry.fund,
    )
