"""商会枫桥调解 beside its register: who mediates, papers, forms to print, requests."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.desks.mediation import CASES, SHEETS
from activities.forms.mediation import (
    AssignForm,
    ConfirmationForm,
    DeclineForm,
    PaperForm,
)
from activities.models import CasePaper, MediationRequest
from activities.models.mediation.committee import may_register
from activities.models.mediation.request import RequestState
from activities.models.mediation.states import ARCHIVED_ERROR, CaseState
from activities.services import mediation as services
from chambers.access import UserRequest
from chambers.rights import is_office, is_staff, may_write, right, sees_cases
from redleader.records.forms import Form, attempt, general_part
from redleader.records.paging import page_newest_first


def require_registrar(request: UserRequest) -> None:
    if not may_register(request.user):
        raise Http404


@right(sees_cases, is_office)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_assign(request: UserRequest, pk: int) -> HttpResponse:
    """Say who mediates; only for named staff."""
    case = CASES.find(request, pk, to_edit=True)
    form = AssignForm(request.POST if request.method == "POST" else None, case=case)
    if form.is_valid() and attempt(form, services.assign, case, **form.cleaned_data):
        messages.success(request, "已保存调解员。")
        return redirect(case)
    context = {
        "form": form,
        "page_title": "指派调解员",
        "crumbs": CASES.crumbs(case),
        "hint": "指派的调解员用自己的账号可以看到这个案件，换下的不能再看。",
    }
    status = 422 if form.is_bound else 200
    return render(request, "workbench/record_form.html", context, status=status)


@right(is_staff, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_request_register(request: UserRequest, pk: int) -> HttpResponse:
    """Turn a request into a case; what it says is filled in already."""
    asked = get_object_or_404(MediationRequest.objects.visible_to(request.user), pk=pk)
    if asked.case_id:
        messages.info(request, "该申请已经登记。")
        return redirect(asked.case)
    return CASES.register(request, asked)


@right(sees_cases, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_confirmation(request: UserRequest, pk: int) -> HttpResponse:
    case = CASES.find(request, pk)
    if not case.has_agreement:
        messages.warning(request, "达成协议后才能申请司法确认。")
        return redirect(case)
    return CASES.edit(
        request,
        case,
        title="司法确认",
        make_form=ConfirmationForm,
        save=services.save_confirmation,
        closed=lambda case: ARCHIVED_ERROR if case.is_archived else "",
        hint=f"双方可以在 {case.confirm_by} 以前共同向人民法院申请，"
        "也可以不申请（人民调解法第三十三条）。",
    )


# --- Papers


def find_paper(request: UserRequest, pk: int) -> CasePaper:
    """Return a paper of a case in the user's scope; a foreign one is a 404."""
    papers = CasePaper.objects.filter(case__in=CASES.visible(request.user))
    return get_object_or_404(papers.select_related("case"), pk=pk)


@right(sees_cases)
@require_POST
def mediation_paper_add(request: UserRequest, pk: int) -> HttpResponse:
    case, form = CASES.find(request, pk), PaperForm(request.POST, request.FILES)
    if form.is_valid() and attempt(form, services.add_paper, case, **form.cleaned_data):
        messages.success(request, "已上传。")
        return redirect(f"{case.get_absolute_url()}#papers")
    return CASES.render_detail(request, case, form=form, paper_form=form, status=422)


@right(sees_cases)
@require_safe
def mediation_paper(request: UserRequest, pk: int) -> FileResponse:
    """Send a paper to who may see its case; a PDF only as a download."""
    paper = find_paper(request, pk)
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
    paper, form = find_paper(request, pk), Form({})
    if attempt(form, services.remove_paper, paper):
        messages.success(request, "已删除。")
        return redirect(f"{paper.case.get_absolute_url()}#papers")
    part = general_part(form)
    case = CASES.find(request, paper.case_id)
    return CASES.render_detail(request, case, form=part, status=409)


@right(sees_cases)
@require_safe
def mediation_form(request: UserRequest, pk: int, sheet: str) -> HttpResponse:
    """Show one of the official forms, to be printed; what is unknown stays blank."""
    case = CASES.find(request, pk)
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
        "written_on": case.agreement_kind == "written" and case.effective_on,
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
