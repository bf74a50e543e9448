"""Applications for a title at work: what is missing, the form, the steps."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.counting import RULES
from activities.forms.application import (
    AnswerForm,
    ApplicationForm,
    ApplicationStepForm,
    StartForm,
    typed_initial,
)
from activities.forms.merge import picked
from activities.models import (
    Application,
    EvidenceFile,
    Objection,
    SchemeLevel,
    SchemeVersion,
)
from activities.models.application import (
    CLOSED_ERROR,
    REVIEW_STATES,
    ApplicationState,
)
from activities.services import application as services
from activities.services.assessment import assess, missing, scope_of
from activities.services.evidence import add_files, remove_file
from activities.services.holiday import years_without_holidays
from activities.services.objection import answer_objection
from chambers.access import UserRequest
from chambers.models import Chamber
from chambers.rights import may_review, may_write, right, sees_records
from redleader.records.drafts import (
    answer_at,
    drafts_at,
    drop_draft,
    is_fetch,
    keep_draft,
    query_of,
    texts_of,
    wanted_draft,
)
from redleader.records.editing import ask_first
from redleader.records.filters import Filters
from redleader.records.forms import EditConflictError, Form, attempt, general_part
from redleader.records.history import last_change
from redleader.records.paging import page_newest_first
from redleader.records.search import search
from redleader.records.steps import StepForm, answer_step, step_forms
from redleader.serving.errors import TITLES

ROWS = 200  # behind one number
SUBMITTED = "已申报，等待县委组织部、县工商联审核。"


@right(sees_records)
@require_safe
def application_list(request: UserRequest) -> HttpResponse:
    user = request.user
    levels = SchemeLevel.objects.filter(
        Exists(Application.objects.filter(level=OuterRef("pk")))
    )
    versions = SchemeVersion.objects.filter(pk__in=levels.values("version"))
    filters = Filters(
        request.GET,
        q=None,
        state=dict(ApplicationState.choices),
        version={str(row.pk): str(row) for row in versions.select_related("scheme")},
    )
    applications = Application.objects.visible_to(user).with_names()
    if filters.get("q"):
        applications = search(applications, filters.get("q"), prefix="chamber__")
    if filters.get("state"):
        applications = applications.filter(state=filters.get("state"))
    if filters.get("version"):
        applications = applications.filter(level__version=filters.get("version"))
    page = page_newest_first(
        applications, request.GET.get("older", ""), field="created_at"
    )
    context = {"page": page, "filters": filters}
    return render(request, "workbench/application/list.html", context)


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
        "chambers": list(chambers[:300]),
        "form": StartForm(
            user=user, level=level, initial={"chamber": chamber, "recipient": "chamber"}
        ),
    }
    return render(request, "workbench/application/gap.html", context)


def gap_context(level, chamber, application) -> dict[str, object]:
    goods = assess(level, chamber, application) if chamber else []
    today = timezone.localdate()
    return {
        "level": level,
        "chamber": chamber,
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
        "chambers": list(form.chambers[:300]),
        "form": form,
    }
    return render(request, "workbench/application/gap.html", context, status=422)


def find(request: UserRequest, pk: int) -> Application:
    """Return an application in the user's scope; a foreign one is a 404."""
    applications = Application.objects.visible_to(request.user).with_names()
    return get_object_or_404(applications, pk=pk)


@right(sees_records)
@require_safe
def application_detail(request: UserRequest, pk: int) -> HttpResponse:
    return render_detail(request, find(request, pk))


def render_detail(request, application, *, form=None, status=200, **forms):
    """``forms`` replace the empty ones, by ``step`` or ``answer``."""
    goods = assess(application.level, application.chamber, application)
    objections = application.objections.select_related("answered_by")
    context = {
        "application": application,
        "goods": goods,
        "missing": missing(goods),
        "steps": application.steps.select_related("by"),
        "objections": [
            (row, answer_form(request, row, forms.get("answer"))) for row in objections
        ],
        "to_mend": [
            row.criterion.name
            for good in goods
            for row in good.standings
            if row.criterion.pk in application.return_criteria
        ],
        "step_forms": next_forms(request, application, goods, forms.get("step")),
        "is_own": request.user.pk
        in (application.created_by_id, application.submitted_by_id),
        "may_review": may_review(request.user),
        "form": form,
        "has_points": any(
            row.criterion.points is not None for good in goods for row in good.standings
        ),
        "years": missing_years(application),
        "today": timezone.localdate(),
    }
    return render(request, "workbench/application/detail.html", context, status=status)


def answer_form(request, objection: Objection, bound: AnswerForm | None):
    """Return the form that answers an objection, for who may and if it is open."""
    if objection.answered_at or not may_review(request.user):
        return None
    prefix = f"answer-{objection.pk}"
    if bound is not None and bound.prefix == prefix:
        return bound
    return AnswerForm(prefix=prefix)


def next_forms(request, application, goods, bound: StepForm | None) -> list[StepForm]:
    """Return a form for each next step that this user may take."""
    own = (application.created_by_id, application.submitted_by_id)
    if not may_review(request.user) or request.user.pk in own:
        return []
    forms = step_forms(step_form(goods), application, bound)
    return [form for form in forms if form.to in REVIEW_STATES]


def step_form(goods) -> Callable[..., StepForm]:
    criteria = [row.criterion for good in goods for row in good.standings]
    return partial(ApplicationStepForm, criteria=criteria)


def missing_years(application: Application) -> list[int]:
    """Return the years of the 公示, or of one that begins now, without holidays."""
    if ApplicationState.PUBLICITY not in application.next_states:
        return []
    today = timezone.localdate()
    return years_without_holidays(today, today + timedelta(days=90))


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def application_update(request: UserRequest, pk: int) -> HttpResponse:
    application, user = find(request, pk), request.user
    if not application.is_editable and request.method == "POST":
        return answer_closed(request, application)
    if not application.is_editable:
        messages.warning(request, CLOSED_ERROR)
        return redirect(application)
    if request.method != "POST":
        draft = wanted_draft(request)
        initial = typed_initial(query_of(draft)) if draft else {}
        return render_form(request, form_of(application, initial=initial))
    data = picked(request.POST, form_of(find(request, pk)))
    form = form_of(application, data, request.FILES)
    try:
        saved = form.is_valid() and attempt(form, save_all, form, user)
    except EditConflictError:
        return answer_conflict(request, form, find(request, pk))
    if not saved:
        return render_form(request, form, status=422)
    drop_draft(user, application.form_key)
    if "submit" in request.POST:
        return submit_and_answer(request, application)
    at = timezone.localtime()
    messages.success(request, f"已存为草稿 {at:%H:%M}，尚未申报。")
    return answer_at(request, application)


def form_of(application: Application, *data, **kwargs) -> ApplicationForm:
    goods = assess(application.level, application.chamber, application)
    return ApplicationForm(*data, instance=application, goods=goods, **kwargs)


def save_all(form: ApplicationForm, user) -> None:
    """Save the texts and the papers of a form, or nothing."""
    application = services.save_application(
        form.instance,
        user=user,
        version=form.cleaned_data.get("version"),
        typed=form.typed(),
    )
    for criterion, uploads in form.papers():
        try:
            add_files(application, criterion, uploads)
        except ValidationError as error:
            raise ValidationError({f"files_{criterion.pk}": error.messages}) from error


def render_form(request, form: ApplicationForm, status=200, **context):
    application = form.instance
    address = reverse("workbench:application-update", args=[application.pk])
    asked = form.is_bound or "draft" in request.GET
    context |= {
        "form": form,
        "application": application,
        "address": address,
        "drafts": [] if asked else drafts_at(request.user, address)[:3],
        "has_points": any(name.startswith("points_") for name in form.fields),
    }
    return render(request, "workbench/application/form.html", context, status=status)


def answer_conflict(request, form: ApplicationForm, stored: Application):
    """Answer 409 with who was faster and what each wrote, the typed text kept."""
    found = form.differences(form_of(stored))
    if not found:  # The response to the first submission was lost.
        drop_draft(request.user, stored.form_key)
        messages.info(request, "已保存，无需重复提交。")
        return answer_at(request, stored)
    data = request.POST.copy()
    data["version"] = str(stored.version)
    form.data = data
    context = {
        "title": TITLES[409],
        "change": last_change(stored),
        "differences": found,
    }
    return render_form(request, form, status=409, **context)


def answer_closed(request: UserRequest, application: Application) -> HttpResponse:
    """Refuse what was typed into an application that is closed by now, and keep it."""
    form = form_of(application, request.POST)
    if form.is_valid() and not form.differences(form_of(find(request, application.pk))):
        messages.info(request, "已保存，无需重复提交。")
        return answer_at(request, application)  # A button was pressed twice.
    refused = Form({})
    refused.add_error(None, CLOSED_ERROR)
    with suppress(ValidationError):
        keep_draft(
            request.user,
            application.form_key,
            address=request.path,
            texts=texts_of(request.POST),
            title=str(application.level),
        )
    return render_detail(
        request, find(request, application.pk), form=refused, status=409
    )


@right(sees_records)
@require_POST
def application_submit(request: UserRequest, pk: int) -> HttpResponse:
    return submit_and_answer(request, find(request, pk))


def submit_and_answer(request: UserRequest, application: Application) -> HttpResponse:
    form = Form({})
    if attempt(form, services.submit_application, application, user=request.user):
        messages.success(request, SUBMITTED)
        return answer_at(request, application)
    if is_fetch(request):
        messages.warning(request, f"已存为草稿，但未能申报：{form.first_error()}")
        return answer_at(request, application)
    return render_detail(request, find(request, application.pk), form=form, status=409)


@right(sees_records)
@require_POST
def application_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    application, form = find(request, pk), Form({})
    if attempt(form, services.withdraw_application, application, user=request.user):
        messages.success(request, "已撤回，可以修改后再申报。")
        return redirect(application)
    return render_detail(request, find(request, pk), form=form, status=409)


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def application_delete(request: UserRequest, pk: int) -> HttpResponse:
    """Ask first; a draft is deleted for good, with its papers."""
    application = find(request, pk)
    if request.method != "POST":
        return ask_first(
            request,
            noun="这份申报草稿",
            what=str(application),
            back=application.get_absolute_url(),
            note="填写的说明和上传的材料会一并删除，不能恢复。",
        )
    form = Form({})
    if attempt(form, services.delete_application, application):
        messages.success(request, "申报草稿已删除。")
        return redirect("workbench:application-list")
    return render_detail(request, find(request, pk), form=form, status=409)


@right(sees_records)
@require_safe
def evidence_file(request: UserRequest, pk: int) -> FileResponse:
    """Send a paper to who may see its application; a PDF only as a download."""
    file = find_file(request, pk)
    try:
        content = file.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content,
        as_attachment=file.is_pdf,
        filename=file.name if file.is_pdf else "",
        content_type="application/pdf" if file.is_pdf else "image/jpeg",
    )
    response["Cache-Control"] = "private, no-store"
    return response


def find_file(request: UserRequest, pk: int) -> EvidenceFile:
    files = EvidenceFile.objects.filter(
        evidence__application__in=Application.objects.visible_to(request.user)
    )
    return get_object_or_404(files.select_related("evidence__application"), pk=pk)


@right(sees_records, may_write)
@require_POST
def evidence_file_delete(request: UserRequest, pk: int) -> HttpResponse:
    file, form = find_file(request, pk), Form({})
    application = file.evidence.application
    if attempt(form, remove_file, file):
        messages.success(request, f"已删除“{file.name}”。")
        return redirect(application)
    return render_detail(request, find(request, application.pk), form=form, status=409)


# What is said of a step beside its name.
SAID = {
    ApplicationState.RETURNED: "已退回，原因已告知申报人。",
    ApplicationState.PUBLICITY: "已开始公示。",
    ApplicationState.RECOGNISED: "已登记认定，称号已列入荣誉榜。",
    ApplicationState.FAILED: "已登记未通过。",
}


@right(sees_records, writes=may_review)
@require_POST
def application_step(request: UserRequest, pk: int, state: str) -> HttpResponse:
    application = find(request, pk)
    if state not in REVIEW_STATES:
        raise Http404

    def show(**context):
        return render_detail(request, find(request, pk), **context)

    goods = assess(application.level, application.chamber, application)
    return answer_step(
        request,
        application,
        state,
        form_class=step_form(goods),
        take=services.take_step,
        render_detail=show,
        said=SAID,
    )


@right(sees_records, writes=may_review)
@require_POST
def objection_answer(request: UserRequest, pk: int) -> HttpResponse:
    objection = get_object_or_404(
        Objection.objects.select_related("application"), pk=pk
    )
    form = AnswerForm(request.POST, prefix=f"answer-{pk}")
    if form.is_valid() and attempt(
        form,
        answer_objection,
        objection,
        user=request.user,
        **form.cleaned_data,
    ):
        messages.success(request, "异议已答复，提出人凭回执编号可以看到。")
        return redirect(objection.application)
    is_late = bool(form.non_field_errors())
    return render_detail(
        request,
        find(request, objection.application_id),
        form=general_part(form) if is_late else None,
        answer=form,
        status=409 if is_late else 422,
    )
