"""Lectures at work: the list, the form, the record and its steps."""

from contextlib import suppress

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
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
from activities.forms.merge import differences, picked
from activities.forms.roll import fill_roll
from activities.models import Lecture, Photo
from activities.models.lecture import CLOSED_ERROR, LectureState
from activities.services import lecture as services
from activities.services import photo as photos
from chambers.access import UserRequest
from chambers.rights import may_write, right, sees_lectures
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
from redleader.records.forms import EditConflictError, Form, attempt, parse_uuid
from redleader.records.history import last_change
from redleader.records.paging import page_newest_first
from redleader.serving.errors import TITLES
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


@right(sees_lectures, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def lecture_create(request: UserRequest) -> HttpResponse:
    if request.method != "POST":
        return render_form(request, new_form(request))
    done = saved_before(request)
    if done:
        return done
    key = parse_uuid(request.POST.get("form_key"))
    lecture = Lecture(form_key=key) if key else Lecture()
    form = LectureForm(request.POST, request.FILES, user=request.user, instance=lecture)
    answer = save_and_answer(request, form)
    # Of two that arrive together, the later one fails on the key of the first.
    return answer if form.instance.pk else saved_before(request) or answer


def new_form(request: UserRequest) -> LectureForm:
    """Return an empty form that knows what it can: a draft, a copy, the last one."""
    user = request.user
    draft = wanted_draft(request)
    if draft:
        return LectureForm(
            user=user,
            instance=Lecture(form_key=draft.key),
            initial=typed_before(query_of(draft)),
        )
    number = request.GET.get("copy", "")
    copied = None
    if number.isdecimal() and len(number) < 10:
        copied = Lecture.objects.visible_to(user).filter(pk=number).first()
    return LectureForm(user=user, initial=lecture_defaults(user, copied=copied))


def saved_before(request: UserRequest) -> HttpResponse | None:
    """Lead to the record that the same form has already made, if it has."""
    key = parse_uuid(request.POST.get("form_key"))
    done = key and Lecture.objects.filter(form_key=key, created_by=request.user).first()
    if not done:
        return None
    return answer_saved(request, done)


def answer_saved(request: UserRequest, lecture: Lecture) -> HttpResponse:
    """Answer a form that had been saved already, and go on where it broke off."""
    drop_draft(request.user, lecture.form_key)
    if "submit" in request.POST and lecture.state == LectureState.DRAFT:
        return submit_and_answer(request, lecture)
    messages.info(request, "已保存，无需重复提交。")
    return answer_at(request, lecture)


@right(sees_lectures, may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def lecture_update(request: UserRequest, pk: int) -> HttpResponse:
    lecture, user = find(request, pk), request.user
    if not lecture.is_editable and request.method == "POST":
        return answer_closed(request, lecture)
    if not lecture.is_editable:
        messages.warning(request, CLOSED_ERROR)
        return redirect(lecture)
    if request.method != "POST":
        draft = wanted_draft(request)
        initial = typed_before(query_of(draft)) if draft else plan_defaults(lecture)
        form = LectureForm(user=user, instance=lecture, initial=initial)
        return render_form(request, form)
    stored = LectureForm(user=user, instance=find(request, pk))
    data = picked(request.POST, stored)
    form = LectureForm(data, request.FILES, user=user, instance=lecture)
    return save_and_answer(request, form)


def answer_closed(request: UserRequest, lecture: Lecture) -> HttpResponse:
    """Refuse what was typed into a record that is closed by now, and keep it."""
    sent = LectureForm(request.POST, user=request.user, instance=lecture)
    stored = find(request, lecture.pk)
    if sent.is_valid() and not differences(sent, stored):
        return answer_saved(request, stored)  # A button was pressed twice.
    form = Form({})
    form.add_error(None, CLOSED_ERROR)
    with suppress(ValidationError):
        keep_draft(
            request.user,
            stored.form_key,
            address=request.path,
            texts=texts_of(request.POST),
            title=request.POST.get("topic", ""),
        )
    return render_detail(
        request, stored, photos_form=PhotosForm(), form=form, status=409
    )


def save_and_answer(request: UserRequest, form: LectureForm) -> HttpResponse:
    """Save, and submit when that button was pressed; else show what is wrong."""
    lecture, user = form.instance, request.user
    was_new = lecture._state.adding
    try:
        saved = form.is_valid() and attempt(
            form,
            services.save_lecture,
            lecture,
            user=user,
            **form.service_arguments(),
        )
    except EditConflictError as conflict:
        found = differences(form, conflict.current)
        if not found:  # The response to the first submission was lost.
            return answer_saved(request, conflict.current)
        return render_conflict(request, form, conflict.current, found)
    if not saved:
        if was_new:
            lecture.pk, lecture._state.adding = None, True
        return render_form(request, form, status=422)
    drop_draft(user, lecture.form_key)
    if form.cleaned_data["photos"]:
        messages.info(request, METADATA_NOTICE)
    if "submit" in request.POST:
        return submit_and_answer(request, lecture)
    if "more" not in request.POST:  # The page goes on with photos by itself.
        at = timezone.localtime()
        messages.success(request, f"已存为草稿 {at:%H:%M}，尚未提交。")
    return answer_at(request, lecture)


def submit_and_answer(request: UserRequest, lecture: Lecture) -> HttpResponse:
    form = Form({})
    if attempt(form, services.submit_lecture, lecture, user=request.user):
        messages.success(request, SUBMITTED)
    else:
        messages.warning(request, f"已存为草稿，但未能提交：{form.first_error()}")
    return answer_at(request, lecture)


def render_form(request, form, status=200, **context):
    lecture = form.instance
    address = reverse("workbench:lecture-create")
    if lecture.pk:
        address = reverse("workbench:lecture-update", args=[lecture.pk])
    drafts = drafts_at(request.user, address)
    context |= {
        "form": form,
        "address": address,
        "lecture": lecture,
        "drafts": [] if form.is_bound or "draft" in request.GET else drafts[:3],
        "roll_address": roll_address(lecture),
    }
    return render(request, "workbench/lecture/form.html", context, status=status)


def roll_address(lecture: Lecture) -> str:
    if lecture.pk:
        return reverse("workbench:lecture-roll-of", args=[lecture.pk])
    return reverse("workbench:lecture-roll")


def render_conflict(request, form, current, found):
    """Answer 409 with who was faster, what each wrote, and the typed text kept."""
    form.data = form.data.copy()
    form.data["version"] = current.version
    context = {
        "title": TITLES[409],
        "change": last_change(current),
        "differences": found,
    }
    return render_form(request, form, status=409, **context)


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
        return render_form(request, form, **context)
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
