"""Lectures at work: the list, the form, the record and its steps."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.forms.lecture import (
    LectureForm,
    PhotosForm,
    ReasonForm,
    last_roll,
    lecture_defaults,
    plan_defaults,
    typed_before,
)
from activities.forms.roll import fill_roll
from activities.models import Lecture, Photo
from activities.models.lecture import CLOSED_ERROR, LectureState
from activities.services import lecture as services
from activities.services import photo as photos
from chambers.access import UserRequest
from chambers.rights import may_write, right, sees_lectures
from redleader.records.drafted import DraftedEditor
from redleader.records.drafts import (
    answer_at,
    is_fetch,
)
from redleader.records.editing import ask_first
from redleader.records.filters import Filters
from redleader.records.forms import Form, attempt, parse_uuid
from redleader.records.paging import page_newest_first
from redleader.uploads.photos import METADATA_NOTICE

SUBMITTED = "已提交，等待县委组织部、县工商联审核。"


@right(sees_lectures)
@require_safe
def lecture_list(request: UserRequest) -> HttpResponse:
    lectures = Lecture.objects.visible_to(request.user).of_organiser()
    filters = Filters(request.GET, state=dict(LectureState.choices))
    state = filters.get("state")
    if state:
        lectures = lectures.filter(state=state)
    page = page_newest_first(lectures, request.GET.get("older", ""), field="started_at")
    context = {
        "page": page,
        "state": state,
        "states": LectureState.choices,
        "keep": filters.keep,
        "ignored": filters.ignored,
    }
    return render(request, "workbench/lecture/list.html", context)


@right(sees_lectures)
@require_safe
def lecture_detail(request: UserRequest, pk: int) -> HttpResponse:
    lecture = find(request, pk)
    return render_detail(request, lecture, photos_form=PhotosForm())


def find(request: UserRequest, pk: int) -> Lecture:
    """Return a record in the user's scope; a foreign one is a 404.

    What few records have is read when it is shown: to plan a join of twelve tables
    takes 150 ms.
    """
    lectures = Lecture.objects.visible_to(request.user).select_related(
        "chamber", "branch", "issue__series", "created_by"
    )
    return get_object_or_404(lectures, pk=pk)


def render_detail(request, lecture, *, photos_form, form=None, status=200):
    context = {
        "lecture": lecture,
        "corrected": services.corrected_values(lecture),
        "photos": lecture.photos.all(),
        "attendances": lecture.attendances.select_related("member"),
        "steps": lecture.steps.select_related("by"),
        "photos_form": photos_form,
        "form": form,
    }
    return render(request, "workbench/lecture/detail.html", context, status=status)


class LectureEditor(DraftedEditor):
    """The form of a record; a plan that is saved with it has become one."""

    request: UserRequest
    template = "workbench/lecture/form.html"

    @property
    def address(self) -> str:
        if self.row.pk:
            return reverse("workbench:lecture-update", args=[self.row.pk])
        return reverse("workbench:lecture-create")

    def typed(self, data: QueryDict) -> dict[str, object]:
        return typed_before(data)

    def defaults(self) -> dict[str, object]:
        user, number = self.request.user, self.request.GET.get("copy", "")
        if self.row.pk:
            return plan_defaults(self.row)
        copied = None
        if number.isdecimal() and len(number) < 10:
            copied = Lecture.objects.visible_to(user).filter(pk=number).first()
        return lecture_defaults(user, copied=copied)

    def draft_title(self) -> str:
        return self.request.POST.get("topic", "")

    def save_form(self, form: LectureForm) -> Lecture:
        arguments = form.service_arguments()
        return services.save_lecture(self.row, user=self.request.user, **arguments)

    def submit(self, row: Lecture) -> HttpResponse:
        form = Form({})
        if attempt(form, services.submit_lecture, row, user=self.request.user):
            messages.success(self.request, SUBMITTED)
        else:
            said = f"已存为草稿，但未能提交：{form.first_error()}"
            messages.warning(self.request, said)
        return answer_at(self.request, row)

    def detail(self, row: Lecture, form: Form) -> HttpResponse:
        return render_detail(
            self.request, row, photos_form=PhotosForm(), form=form, status=409
        )

    def show(self, form: LectureForm, status: int = 200) -> HttpResponse:
        self.context |= {"lecture": self.row, "roll_address": roll_address(self.row)}
        return super().show(form, status)

    def done(self, form: LectureForm) -> HttpResponse:
        if form.cleaned_data["photos"]:
            messages.info(self.request, METADATA_NOTICE)
        return super().done(form)


def editor(request: UserRequest, lecture: Lecture) -> LectureEditor:
    return LectureEditor(
        request,
        lecture,
        make_form=partial(LectureForm, user=request.user),
        save=services.save_lecture,
        mine=Lecture.objects.visible_to(request.user),
        closed=lambda lecture: "" if lecture.is_editable else CLOSED_ERROR,
    )


@right(sees_lectures, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def lecture_create(request: UserRequest) -> HttpResponse:
    return editor(request, Lecture()).answer()


@right(sees_lectures, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def lecture_update(request: UserRequest, pk: int) -> HttpResponse:
    return editor(request, find(request, pk)).answer()


def roll_address(lecture: Lecture) -> str:
    if lecture.pk:
        return reverse("workbench:lecture-roll-of", args=[lecture.pk])
    return reverse("workbench:lecture-roll")


@right(sees_lectures)
@require_POST
def lecture_roll(request: UserRequest, pk: int | None = None) -> HttpResponse:
    """Fill in the roll after a button; nothing is saved.

    htmx takes the roll alone; without it the whole form comes back.
    """
    key = parse_uuid(request.POST.get("form_key"))
    lecture = find(request, pk) if pk else Lecture(form_key=key) if key else Lecture()
    form = LectureForm(
        user=request.user, instance=lecture, initial=typed_before(request.POST)
    )
    pasted = request.POST.get("pasted", "")
    context: dict[str, object] = {"pasted": pasted}
    try:
        filled = fill_roll(
            form.members,
            form["roll"].value(),
            mark=request.POST.get("mark", ""),
            accept=request.POST.get("accept", ""),
            pasted=pasted,
            last=last_roll(form.chosen("chamber"), form.kind),
        )
    except ValidationError as error:
        context["roll_error"] = error.messages[0]
    else:
        form.filled = filled.statuses
        context["filled"] = filled
    if "HX-Request" not in request.headers:
        page = editor(request, lecture)
        page.context |= context
        return page.show(form)
    context |= {"form": form, "roll_address": roll_address(lecture)}
    return render(request, "workbench/lecture/_roll.html", context)


@right(sees_lectures)
@require_POST
def lecture_submit(request: UserRequest, pk: int) -> HttpResponse:
    return act(request, pk, services.submit_lecture, SUBMITTED)


@right(sees_lectures)
@require_POST
def lecture_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    return act(request, pk, services.withdraw_lecture, "已撤回，可以修改后再提交。")


@right(sees_lectures, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def lecture_correct(request: UserRequest, pk: int) -> HttpResponse:
    """Ask why, then open a new revision of an accepted record."""
    lecture = find(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made: list[Lecture] = []
        if attempt(
            form,
            lambda: made.append(
                services.correct_lecture(
                    lecture, user=request.user, reason=form.cleaned_data["reason"]
                )
            ),
        ):
            messages.info(request, "请改正有误的项目，提交审核通过后以更正为准。")
            return redirect("workbench:lecture-update", made[0].pk)
    context = {"lecture": lecture, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "workbench/lecture/correct.html", context, status=status)


@right(sees_lectures, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def lecture_delete(request: UserRequest, pk: int) -> HttpResponse:
    """Ask first; a draft is deleted for good."""
    lecture = find(request, pk)
    if request.method != "POST":
        return ask_first(
            request,
            noun=f"这份{lecture.get_state_display()}",
            what=f"“{lecture.topic}”（{timezone.localdate(lecture.started_at)}）",
            back=lecture.get_absolute_url(),
            note="内容、名单和照片都会删除，不能恢复。",
        )
    form = Form(request.POST)
    if form.is_valid() and attempt(form, services.delete_draft, lecture):
        messages.success(request, f"{lecture.get_state_display()}已删除。")
        return redirect("workbench:lecture-list")
    return render_detail(
        request, find(request, pk), photos_form=PhotosForm(), form=form, status=409
    )


def act(request, pk, service, text):
    """Take one step with a record and come back to it."""
    lecture = find(request, pk)
    form = Form(request.POST)
    if form.is_valid() and attempt(form, service, lecture, user=request.user):
        messages.success(request, text)
        return answer_at(request, lecture)
    return render_detail(
        request, find(request, pk), photos_form=PhotosForm(), form=form, status=409
    )


@right(sees_lectures)
@require_POST
def photo_add(request: UserRequest, pk: int) -> HttpResponse:
    """Keep pictures; a page that sends them one by one is answered in JSON."""
    lecture = find(request, pk)
    form = PhotosForm(request.POST, request.FILES)
    saved = form.is_valid() and attempt(
        form,
        photos.add_photos,
        lecture,
        form.cleaned_data["photos"],
        kind=form.cleaned_data["kind"],
    )
    if is_fetch(request):
        if saved or form.has_error("photos", code="repeated"):
            return JsonResponse({"saved": True})
        return JsonResponse({"error": form.first_error()}, status=422)
    if saved:
        messages.success(request, f"照片已保存。{METADATA_NOTICE}")
        return redirect(reverse("workbench:lecture-detail", args=[pk]) + "#photos")
    return render_detail(request, lecture, photos_form=form, status=422)


@right(sees_lectures, may_write)
@require_POST
def photo_delete(request: UserRequest, pk: int, photo_pk: int) -> HttpResponse:
    lecture = find(request, pk)
    photo = get_object_or_404(Photo, pk=photo_pk, lecture=lecture)
    form = Form(request.POST)
    if attempt(form, photos.remove_photo, photo):
        messages.success(request, "照片已删除。")
        return redirect(reverse("workbench:lecture-detail", args=[pk]) + "#photos")
    return render_detail(
        request, lecture, photos_form=PhotosForm(), form=form, status=409
    )
