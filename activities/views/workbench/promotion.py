"""招商推介会 at work: the list, the form, and the projects that came of each."""

from functools import partial

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activities.counting import RULES, totals, until
from activities.desks.promotion import COLUMNS
from activities.forms.promotion import PromotionForm
from activities.models import Project, PromotionEvent
from activities.models.promotion import PromotionQuerySet
from activities.services.export import Export, table_answer
from activities.services.project import totals_of
from activities.services.promotion import save_promotion
from activities.views.export import export_view
from chambers.access import UserRequest
from chambers.rights import may_export, may_write, right, sees_records
from redleader.records.editing import edit
from redleader.records.filters import Filters, year_words, years_of
from redleader.records.paging import page_newest_first
from redleader.records.search import search

SHOWN = 100  # projects of a promotion that its page lists
LIST = ("招商推介会", reverse_lazy("workbench:promotion-list"))


def narrowed(request: UserRequest) -> tuple[Filters, PromotionQuerySet]:
    """Return the filters of a list and the promotions that they leave."""
    found = PromotionEvent.objects.visible_to(request.user)
    filters = Filters(
        request.GET,
        q=None,
        year=year_words(years_of(found, "held_on")),
    )
    if filters.get("q"):
        text = filters.get("q")
        by_name = found.filter(Q(name__icontains=text) | Q(place__icontains=text))
        found = by_name | search(found, text, prefix="organiser__")
    if filters.get("year"):
        found = found.filter(held_on__year=int(filters.get("year")))
    mine = Project.objects.visible_to(request.user)
    scope = until(timezone.localdate())
    brought = RULES["promotion-projects"].each(scope, "promotion", mine)
    found = found.select_related("organiser").annotate(brought=brought)
    return filters, found.order_by("-held_on", "-pk")


CODES = ["promotion-events"]


@right(sees_records)
@require_safe
def promotion_list(request: UserRequest) -> HttpResponse:
    filters, promotions = narrowed(request)
    page = page_newest_first(promotions, request.GET.get("older", ""), field="held_on")
    context = {
        "page": page,
        "filters": filters,
        "totals": totals(CODES, until(timezone.localdate()), promotions),
    }
    return render(request, "workbench/promotion/list.html", context)


@right(sees_records, may_export)
@export_view
def promotion_export(request: UserRequest) -> Export:
    filters, promotions = narrowed(request)
    return table_answer("招商推介会", COLUMNS, promotions, words=filters.words())


def find(request: UserRequest, pk: int, *, to_edit: bool = False) -> PromotionEvent:
    """Return a promotion in the user's scope; a foreign one is a 404."""
    promotions = PromotionEvent.objects.select_related("organiser", "created_by")
    narrow = promotions.editable_by if to_edit else promotions.visible_to
    return get_object_or_404(narrow(request.user), pk=pk)


@right(sees_records)
@require_safe
def promotion_detail(request: UserRequest, pk: int) -> HttpResponse:
    promotion = find(request, pk)
    projects = Project.objects.visible_to(request.user).filter(promotion=promotion)
    editable = PromotionEvent.objects.editable_by(request.user)
    context = {
        "promotion": promotion,
        "projects": projects.with_names()[:SHOWN],
        "shown": SHOWN,
        "totals": totals_of(projects),
        "may_edit": editable.filter(pk=pk).exists(),
    }
    return render(request, "workbench/promotion/detail.html", context)


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def promotion_create(request: UserRequest) -> HttpResponse:
    return edit_promotion(request, PromotionEvent(), title="登记推介会")


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def promotion_update(request: UserRequest, pk: int) -> HttpResponse:
    promotion = find(request, pk, to_edit=True)
    return edit_promotion(request, promotion, title="修改推介会")


def edit_promotion(request: UserRequest, promotion: PromotionEvent, *, title: str):
    crumb = (promotion.name, promotion.get_absolute_url) if promotion.pk else None
    return edit(
        request,
        promotion,
        make_form=partial(PromotionForm, user=request.user),
        save=partial(save_promotion, user=request.user),
        mine=PromotionEvent.objects.editable_by(request.user),
        title=title,
        crumbs=[LIST, crumb] if crumb else [LIST],
        hint="名称、日期、城市和来了几个项目会公开。",
    )
