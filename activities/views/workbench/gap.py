"""What a chamber still lacks for a title, and how its application begins."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_POST,
    require_safe,
)

from activities.counting import RULES
from activities.forms.application import (
    StartForm,
)
from activities.models import (
    Application,
    SchemeLevel,
)
from activities.services import application as services
from activities.services.assessment import assess, missing, scope_of
from chambers.access import UserRequest
from chambers.models import Chamber
from chambers.rights import right, sees_records
from redleader.records.forms import attempt

ROWS = 200  # behind one number


def find_level(pk: int) -> SchemeLevel:
    """Return a level that takes or took applications; anybody signed in may see it."""
    levels = SchemeLevel.objects.select_related("version__scheme")
    return get_object_or_404(levels, pk=pk)


@right(sees_records)
@require_safe
def gap_list(request: UserRequest, pk: int) -> HttpResponse:
    """Show what a chamber still lacks for a title, long before the deadline."""
    level, user = find_level(pk), request.user
    chambers = Chamber.objects.visible_to(user).active()
    asked = request.GET.get("chamber", "")
    chamber = None
    if asked.isascii() and asked.isdigit() and len(asked) < 10:
        chamber = get_object_or_404(chambers, pk=asked)
    elif not user.is_staff:
        chamber = chambers.first()
    application = (
        Application.objects.filter(
            level=level, chamber=chamber, branch=None, site=None
        ).first()
        if chamber
        else None
    )
    context = gap_context(level, chamber, application) | {
        "chambers": words_of(chambers),
        "form": StartForm(
            user=user, level=level, initial={"chamber": chamber, "recipient": "chamber"}
        ),
    }
    return render(request, "workbench/application/gap.html", context)


def words_of(chambers) -> dict[str, str]:
    return {str(chamber.pk): str(chamber) for chamber in chambers[:300]}


def gap_context(level, chamber, application) -> dict[str, object]:
    goods = assess(level, chamber, application) if chamber else []
    today = timezone.localdate()
    return {
        "level": level,
        "chamber": chamber,
        "chosen": str(chamber.pk) if chamber else "",
        "prompt": "" if chamber else "请选择商会",
        "application": application,
        "goods": goods,
        "scope": scope_of(level, chamber) if chamber else None,
        "missing": missing(goods),
        "met": sum(good.met for good in goods),
        "total": sum(len(good.standings) for good in goods),
        "days_left": (level.cycle_end - today).days,
        "is_open": SchemeLevel.objects.open(today).filter(pk=level.pk).exists(),
    }


@right(sees_records)
@require_safe
def rule_rows(request: UserRequest, pk: int, code: str) -> HttpResponse:
    """Show the rows behind a counted indicator of a chamber."""
    level = find_level(pk)
    asked = request.GET.get("chamber", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise Http404
    chamber = get_object_or_404(Chamber.objects.visible_to(request.user), pk=asked)
    used = level.version.criteria.filter(rule=code).exists()
    rule = RULES.get(code)
    if not used or rule is None:
        raise Http404
    scope = scope_of(level, chamber)
    rows = rule.rows(scope, request.user, limit=ROWS + 1)
    context = {
        "level": level,
        "chamber": chamber,
        "rule": rule,
        "scope": scope,
        "words": rule.words(rule.count(scope)),
        "rows": rows[:ROWS],
        "is_cut": len(rows) > ROWS,
        "limit": ROWS,
    }
    return render(request, "workbench/application/rows.html", context)


@right(sees_records)
@require_POST
def application_start(request: UserRequest, pk: int) -> HttpResponse:
    """Begin an application, or lead to the one that there is."""
    level = find_level(pk)
    form = StartForm(request.POST, user=request.user, level=level)
    if form.is_valid():
        chamber = form.cleaned_data["chamber"]
        recipient = {"branch": None, "site": None, **form.chosen}
        key = {"level": level, **recipient}
        if not form.chosen:
            key["chamber"] = chamber
        there = Application.objects.visible_to(request.user).filter(**key).first()
        if there:
            messages.info(request, "这一称号已经开始申报，请接着填写。")
            return redirect(there)
        application = Application(level=level, chamber=chamber, **recipient)
        if attempt(form, services.save_application, application, user=request.user):
            messages.success(request, "已建立申报草稿。")
            return redirect("workbench:application-update", application.pk)
    chamber = form.cleaned_data.get("chamber")
    context = gap_context(level, chamber, None) | {
        "chambers": words_of(form.chambers),
        "form": form,
    }
    return render(request, "workbench/application/gap.html", context, status=422)
