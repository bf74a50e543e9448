"""商会枫桥调解 at work, for those who handle cases; for all others there is nothing."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.counting import totals, until
from activities.desks.mediation import COLUMNS, CONFIRM_DAYS
from activities.forms.mediation import (
    AssignForm,
    CaseForm,
    CaseStepForm,
    ConfirmationForm,
    DeclineForm,
    PaperForm,
    PartyForm,
    RegisterForm,
    SessionForm,
    VisitForm,
    from_request,
)
from activities.models import (
    CasePaper,
    CaseParty,
    CaseSession,
    CaseVisit,
    DisputeKind,
    MediationCase,
    MediationCommittee,
    MediationRequest,
)
from activities.models.mediation.case import CaseQuerySet
from activities.models.mediation.committee import may_mediate, may_register
from activities.models.mediation.request import RequestState
from activities.models.mediation.states import (
    ARCHIVED_ERROR,
    CLOSED_ERROR,
    REGISTRAR_STEPS,
    CaseState,
)
from activities.services import mediation as services
from activities.services.export import Export, table_answer
from activities.views.export import export_answer
from chambers.access import UserRequest
from chambers.rights import (
    is_office,
    is_staff,
    may_export,
    may_write,
    right,
    sees_cases,
)
from redleader.records.editing import edit
from redleader.records.filters import Filters
from redleader.records.forms import Form, attempt, general_part
from redleader.records.paging import page_newest_first
from redleader.records.steps import StepForm, answer_step, step_forms

LIST = ("商会枫桥调解", reverse_lazy("workbench:mediation-list"))
REQUESTS = ("调解申请", reverse_lazy("workbench:mediation-request-list"))
CODES = [
    "mediation-accepted",
    "mediation-succeeded",
    "mediation-open",
    "mediation-amount",
]
DUE = {
    "slow": "调解超过一个月",
    "confirm": f"司法确认 {CONFIRM_DAYS} 天内截止",
    "late": "履行期限已过",
}
# The official forms; each is a template of its own.
SHEETS = {
    "application": "人民调解申请书",
    "registration": "人民调解受理登记表",
    "sessions": "人民调解记录",
    "agreement": "人民调解协议书",
    "oral": "人民调解口头协议登记表",
    "visits": "人民调解回访记录",
    "contents": "卷宗目录",
}


def require_registrar(request: UserRequest) -> None:
    if not may_register(request.user):
        raise Http404


def find(request: UserRequest, pk: int) -> MediationCase:
    """Return a case in the user's scope; a foreign one is a 404."""
    cases = MediationCase.objects.visible_to(request.user).with_names()
    return get_object_or_404(cases.select_related("created_by"), pk=pk)


def find_to_register(request: UserRequest, pk: int) -> MediationCase:
    """Return a case for what only named staff may do with it."""
    case = find(request, pk)
    if not may_register(request.user):
        raise PermissionDenied
    return case


# --- List


def narrowed(request: UserRequest) -> tuple[Filters, CaseQuerySet]:
    """Return the filters of a list and the cases that they leave."""
    visible = MediationCase.objects.visible_to(request.user)
    years = visible.order_by("-year").values_list("year", flat=True).distinct()
    filters = Filters(
        request.GET,
        q=None,
        state=dict(CaseState.choices),
        kind={str(row.pk): row.name for row in DisputeKind.objects.all()},
        committee={str(row.pk): row.name for row in MediationCommittee.objects.all()},
        year={str(year): f"{year}年" for year in years},
        due=DUE,
    )
    found = visible
    if filters.get("q"):
        found = found.matching(filters.get("q"))
    for name in ("state", "kind", "committee", "year"):
        if filters.get(name):
            found = found.filter(**{name: filters.get(name)})
    today = timezone.localdate()
    match filters.get("due"):
        case "slow":
            found = found.slow(today)
        case "confirm":
            found = found.to_confirm(today, within=CONFIRM_DAYS)
        case "late":
            found = found.late(today)
    return filters, found


@right(sees_cases)
@require_safe
def mediation_list(request: UserRequest) -> HttpResponse:
    if not may_mediate(request.user):
        raise Http404
    filters, cases = narrowed(request)
    page = page_newest_first(
        cases.with_names().prefetch_related("parties", "mediators"),
        request.GET.get("older", ""),
        field="registered_on",
    )
    is_registrar = may_register(request.user)
    scope = until(timezone.localdate())
    context = {
        "page": page,
        "filters": filters,
        "totals": totals(CODES, scope, cases),
        "rates": services.Rates.of(scope, cases),
        "is_registrar": is_registrar,
        "waiting": MediationRequest.objects.visible_to(request.user).waiting().count(),
    }
    return render(request, "workbench/mediation/list.html", context)


@right(sees_cases, may_export)
@require_safe
def mediation_export(request: UserRequest) -> HttpResponse:
    """Send the narrowed list as a workbook; who has no case finds no such page."""
    if not may_mediate(request.user):
        raise Http404
    return export_answer(request, partial(export_of, request))


def export_of(request: UserRequest) -> Export:
    """Return the narrowed list without what leads to a party."""
    filters, cases = narrowed(request)
    return table_answer(
        "调解案件（内部使用）",
        COLUMNS,
        cases.with_names().prefetch_related("parties", "mediators"),
        words=filters.words(),
    )


# --- Detail and steps


@right(sees_cases)
@require_safe
def mediation_detail(request: UserRequest, pk: int) -> HttpResponse:
    return render_detail(request, find(request, pk))


def render_detail(request, case, *, form=None, step=None, paper=None, status=200):
    """``step`` and ``paper`` replace the empty forms of the page."""
    context = {
        "case": case,
        "form": form,
        "steps": case.steps.select_related("by"),
        "step_forms": next_forms(request, case, step),
        "parties": case.parties.all(),
        "mediators": case.mediators.all(),
        "sessions": case.sessions.all(),
        "visits": case.visits.all(),
        "papers": case.papers.all(),
        "paper_form": None if case.is_archived else paper or PaperForm(),
        "is_registrar": may_register(request.user),
        "sheets": SHEETS,
    }
    return render(request, "workbench/mediation/detail.html", context, status=status)


def next_forms(request, case, bound: StepForm | None) -> list[StepForm]:
    """Return a form for each next step that this user may take."""
    is_registrar = may_register(request.user)
    make: Any = partial(CaseStepForm, case=case)
    return [
        form
        for form in step_forms(make, case, bound)
        if is_registrar or form.to not in REGISTRAR_STEPS
    ]


@right(sees_cases)
@require_POST
def mediation_step(request: UserRequest, pk: int, state: str) -> HttpResponse:
    """Take a step; accepting and refusing is for named staff."""
    case = find(request, pk)
    if state in REGISTRAR_STEPS and not may_register(request.user):
        raise PermissionDenied
    make: Any = partial(CaseStepForm, case=case)

    def show(**context):
        return render_detail(request, find(request, pk), **context)

    return answer_step(
        request,
        case,
        state,
        form_class=make,
        take=services.take_step,
        render_detail=show,
    )


@right(sees_cases, is_staff)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_assign(request: UserRequest, pk: int) -> HttpResponse:
    """Say who mediates; only for named staff."""
    case = find_to_register(request, pk)
    form = AssignForm(request.POST if request.method == "POST" else None, case=case)
    if form.is_valid() and attempt(form, services.assign, case, **form.cleaned_data):
        messages.success(request, "已保存调解员。")
        return redirect(case)
    context = {
        "form": form,
        "page_title": "指派调解员",
        "crumbs": [LIST, (case.docket, case.get_absolute_url())],
        "hint": "指派的调解员用自己的账号可以看到这个案件，换下的不能再看。",
    }
    status = 422 if form.is_bound else 200
    return render(request, "workbench/record_form.html", context, status=status)


# --- Forms


def closed_content(case: MediationCase) -> str:
    return "" if case.is_editable else CLOSED_ERROR


@right(is_staff, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_create(request: UserRequest) -> HttpResponse:
    require_registrar(request)
    return register(request)


@right(is_staff, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_request_register(request: UserRequest, pk: int) -> HttpResponse:
    """Turn a request into a case; what it says is filled in already."""
    asked = get_object_or_404(MediationRequest.objects.visible_to(request.user), pk=pk)
    if asked.case_id:
        messages.info(request, "该申请已经登记。")
        return redirect(asked.case)
    return register(request, asked)


def register(request: UserRequest, asked: MediationRequest | None = None):
    forms: list[RegisterForm] = []

    def make_form(*data, **kwargs) -> RegisterForm:
        form = RegisterForm(*data, **kwargs)
        if asked:
            form.initial.update(from_request(asked))
        forms.append(form)
        return form

    def save(case, version):
        services.register_case(
            case, parties=forms[-1].parties(), user=request.user, request=asked
        )

    return edit(
        request,
        MediationCase(is_demo=bool(asked and asked.is_demo)),
        make_form=make_form,
        save=save,
        mine=MediationCase.objects.visible_to(request.user),
        title="登记调解案件",
        crumbs=[LIST, REQUESTS] if asked else [LIST],
        hint="卷号由系统按调解委员会和年度连续编定。调解不收取任何费用。",
        saved="已登记。",
    )


@right(sees_cases, is_office)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_update(request: UserRequest, pk: int) -> HttpResponse:
    case = find_to_register(request, pk)
    return edit_case(
        request,
        case,
        title="修改案件",
        make_form=CaseForm,
        save=services.save_case,
        closed=closed_content,
    )


@right(sees_cases)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_confirmation(request: UserRequest, pk: int) -> HttpResponse:
    case = find(request, pk)
    if not case.has_agreement:
        messages.warning(request, "达成协议后才能申请司法确认。")
        return redirect(case)
    return edit_case(
        request,
        case,
        title="司法确认",
        make_form=ConfirmationForm,
        save=services.save_confirmation,
        closed=lambda case: ARCHIVED_ERROR if case.is_archived else "",
        hint=f"双方可以在 {case.confirm_by} 以前共同向人民法院申请，"
        "也可以不申请（人民调解法第三十三条）。",
    )


def edit_case(request, case, **kwargs):
    return edit(
        request,
        case,
        mine=MediationCase.objects.visible_to(request.user),
        crumbs=[LIST, (case.docket, case.get_absolute_url())],
        **kwargs,
    )


# Model, form and title of what belongs to a case.
PARTS: dict[type, tuple[Any, str]] = {
    CaseParty: (PartyForm, "当事人"),
    CaseSession: (SessionForm, "调解记录"),
    CaseVisit: (VisitForm, "回访"),
}


def edit_part(request: UserRequest, part: Any) -> HttpResponse:
    case = part.case
    form, title = PARTS[type(part)]

    def closed(part) -> str:
        return (
            closed_content(part.case)
            if isinstance(part, CaseParty)
            else (ARCHIVED_ERROR if part.case.is_archived else "")
        )

    return edit(
        request,
        part,
        make_form=form,
        save=services.save_part,
        mine=of_cases(request, type(part)),
        title=f"{'修改' if part.pk else '添加'}{title}",
        crumbs=[LIST, (case.docket, case.get_absolute_url())],
        closed=closed,
    )


def of_cases(request: UserRequest, model: Any) -> Any:
    """Return the rows of a model that belong to cases in the user's scope."""
    cases = MediationCase.objects.visible_to(request.user)
    return model.objects.filter(case__in=cases).select_related("case")


def find_part(request: UserRequest, model: Any, pk: int) -> Any:
    return get_object_or_404(of_cases(request, model), pk=pk)


@right(sees_cases, is_office)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_party_create(request: UserRequest, pk: int) -> HttpResponse:
    return edit_part(request, CaseParty(case=find_to_register(request, pk)))


@right(sees_cases, is_office)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_party_update(request: UserRequest, pk: int) -> HttpResponse:
    party = find_part(request, CaseParty, pk)
    if not may_register(request.user):
        raise PermissionDenied
    return edit_part(request, party)


@right(sees_cases, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_session_create(request: UserRequest, pk: int) -> HttpResponse:
    return edit_part(request, CaseSession(case=find(request, pk)))


@right(sees_cases, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_session_update(request: UserRequest, pk: int) -> HttpResponse:
    return edit_part(request, find_part(request, CaseSession, pk))


@right(sees_cases, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_visit_create(request: UserRequest, pk: int) -> HttpResponse:
    return edit_part(request, CaseVisit(case=find(request, pk)))


@right(sees_cases, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_visit_update(request: UserRequest, pk: int) -> HttpResponse:
    return edit_part(request, find_part(request, CaseVisit, pk))


# --- Papers


@right(sees_cases)
@require_POST
def mediation_paper_add(request: UserRequest, pk: int) -> HttpResponse:
    case, form = find(request, pk), PaperForm(request.POST, request.FILES)
    if form.is_valid() and attempt(form, services.add_paper, case, **form.cleaned_data):
        messages.success(request, "已上传。")
        return redirect(f"{case.get_absolute_url()}#papers")
    return render_detail(request, case, form=form, paper=form, status=422)


@right(sees_cases)
@require_safe
def mediation_paper(request: UserRequest, pk: int) -> FileResponse:
    """Send a paper to who may see its case; a PDF only as a download."""
    paper = find_part(request, CasePaper, pk)
    try:
        content = paper.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        content,
        as_attachment=paper.is_pdf,
        filename=paper.name if paper.is_pdf else "",
        content_type="application/pdf" if paper.is_pdf else "image/jpeg",
    )
    response["Cache-Control"] = "private, no-store"
    return response


@right(sees_cases, may_write)
@require_POST
def mediation_paper_delete(request: UserRequest, pk: int) -> HttpResponse:
    paper, form = find_part(request, CasePaper, pk), Form({})
    if attempt(form, services.remove_paper, paper):
        messages.success(request, "已删除。")
        return redirect(f"{paper.case.get_absolute_url()}#papers")
    part = general_part(form)
    return render_detail(request, find(request, paper.case_id), form=part, status=409)


@right(sees_cases)
@require_safe
def mediation_form(request: UserRequest, pk: int, sheet: str) -> HttpResponse:
    """Show one of the official forms, to be printed; what is unknown stays blank."""
    case = find(request, pk)
    if sheet not in SHEETS:
        raise Http404
    parties = list(case.parties.all())
    context = {
        "case": case,
        "heading": SHEETS[sheet],
        "applicants": [party for party in parties if party.side == "applicant"],
        "respondents": [party for party in parties if party.side == "respondent"],
        "mediators": case.mediators.all(),
        "sessions": case.sessions.all(),
        "visits": case.visits.all(),
        "papers": case.papers.all(),
        "refusal": case.steps.filter(state=CaseState.REFUSED).first(),
    }
    if sheet == "contents":
        context["contents"] = services.contents_of(case)
    return render(request, f"workbench/paper/mediation/{sheet}.html", context)


# --- Requests


@right(is_staff)
@require_safe
def mediation_request_list(request: UserRequest) -> HttpResponse:
    require_registrar(request)
    return render_requests(request)


def render_requests(request, *, bound=None, asked=None, status=200):
    """``bound`` is the form of one request that was refused."""
    rows = MediationRequest.objects.visible_to(request.user)
    rows = rows.select_related("kind", "case", "answered_by")
    page = page_newest_first(rows, request.GET.get("older", ""), field="submitted_at")
    context = {
        "page": page,
        "rows": [
            (row, bound if asked and row.pk == asked.pk else DeclineForm(prefix=row.pk))
            for row in page.rows
        ],
        "form": bound,
    }
    template = "workbench/mediation/requests.html"
    return render(request, template, context, status=status)


@right(is_staff)
@require_POST
def mediation_request_decline(request: UserRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(MediationRequest.objects.visible_to(request.user), pk=pk)
    form = DeclineForm(request.POST, prefix=asked.pk)
    if form.is_valid() and attempt(
        form,
        services.answer_request,
        asked,
        user=request.user,
        state=RequestState.DECLINED,
        **form.cleaned_data,
    ):
        messages.success(request, "已登记不予受理。")
        return redirect(asked)
    late = bool(form.non_field_errors())
    return render_requests(
        request, bound=form, asked=asked, status=409 if late else 422
    )
