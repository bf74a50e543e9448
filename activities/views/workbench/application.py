"""Applications for a title at work: what is missing, the form, the steps."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.forms.application import (
    AnswerForm,
    ApplicationForm,
    ApplicationStepForm,
    typed_initial,
)
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
from activities.services.assessment import assess, missing
from activities.services.evidence import add_files, remove_file
from activities.services.holiday import years_without_holidays
from activities.services.objection import answer_objection
from chambers.access import UserRequest
from chambers.rights import may_review, may_write, right, sees_records
from redleader.records.drafted import DraftedEditor
from redleader.records.drafts import (
    answer_at,
    is_fetch,
)
from redleader.records.editing import ask_first
from redleader.records.filters import Filters
from redleader.records.forms import Form, attempt, general_part
from redleader.records.paging import page_newest_first
from redleader.records.search import search
from redleader.records.steps import StepForm, answer_step, step_forms

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


class ApplicationEditor(DraftedEditor):
    """The statement of an application, and text and papers by indicator."""

    request: UserRequest
    template = "workbench/application/form.html"
    not_yet = "尚未申报"

    @property
    def address(self) -> str:
        return reverse("workbench:application-update", args=[self.row.pk])

    def typed(self, data: QueryDict) -> dict[str, str]:
        return typed_initial(data)

    def draft_title(self) -> str:
        return str(self.row.level)

    def save_form(self, form: ApplicationForm) -> None:
        """Save the texts and the papers of a form, or nothing."""
        application = services.save_application(
            self.row,
            user=self.request.user,
            version=form.cleaned_data.get("version"),
            typed=form.typed(),
        )
        for criterion, uploads in form.papers():
            try:
                add_files(application, criterion, uploads)
            except ValidationError as error:
                files = f"files_{criterion.pk}"
                raise ValidationError({files: error.messages}) from error

    def submit(self, row: Application) -> HttpResponse:
        return submit_and_answer(self.request, row)

    def detail(self, row: Application, form: Form) -> HttpResponse:
        return render_detail(
            self.request, find(self.request, row.pk), form=form, status=409
        )

    def show(self, form: ApplicationForm, status: int = 200) -> HttpResponse:
        has_points = any(name.startswith("points_") for name in form.fields)
        self.context |= {"application": self.row, "has_points": has_points}
        return super().show(form, status)


@right(sees_records, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def application_update(request: UserRequest, pk: int) -> HttpResponse:
    return ApplicationEditor(
        request,
        find(request, pk),
        make_form=form_of,
        save=services.save_application,
        mine=Application.objects.visible_to(request.user).with_names(),
        closed=lambda row: "" if row.is_editable else CLOSED_ERROR,
    ).answer()


def form_of(*data, instance: Application, **kwargs) -> ApplicationForm:
    goods = assess(instance.level, instance.chamber, instance)
    return ApplicationForm(*data, instance=instance, goods=goods, **kwargs)


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
