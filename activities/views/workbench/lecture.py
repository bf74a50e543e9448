"""Lectures at work: the list, the form, the record and its steps."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from activities.forms.lecture import LectureForm, PhotosForm, lecture_defaults
from activities.models import Lecture, Photo
from activities.models.lecture import LectureState
from activities.services import lecture as services
from activities.services import photo as photos
from chambers.access import UserRequest
from redleader.errors import TITLES
from redleader.forms import Form, attempt, parse_uuid
from redleader.history import last_change
from redleader.paging import page_newest_first
from redleader.photos import METADATA_NOTICE


@require_safe
def lecture_list(request: UserRequest) -> HttpResponse:
    lectures = Lecture.objects.visible_to(request.user).select_related(
        "chamber", "issue__series"
    )
    state = request.GET.get("state", "")
    if state in LectureState.values:
        lectures = lectures.filter(state=state)
    page = page_newest_first(lectures, request.GET.get("older", ""), field="started_at")
    context = {"page": page, "state": state, "states": LectureState.choices}
    return render(request, "workbench/lecture/list.html", context)


@require_safe
def lecture_detail(request: UserRequest, pk: int) -> HttpResponse:
    lecture = find(request, pk)
    return render_detail(request, lecture, photos_form=PhotosForm())


def find(request: UserRequest, pk: int) -> Lecture:
    """Return a record in the user's scope; a foreign one is a 404."""
    lectures = Lecture.objects.visible_to(request.user).select_related(
        "chamber",
        "branch",
        "issue__series",
        "created_by",
        "submitted_by",
        "reviewed_by",
    )
    return get_object_or_404(lectures, pk=pk)


def render_detail(request, lecture, *, photos_form, form=None, status=200):
    context = {
        "lecture": lecture,
        "photos": lecture.photos.all(),
        "attendances": lecture.attendances.select_related("member"),
        "photos_form": photos_form,
        "form": form,
    }
    return render(request, "workbench/lecture/detail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def lecture_create(request: UserRequest) -> HttpResponse:
    if request.method != "POST":
        form = LectureForm(user=request.user, initial=lecture_defaults(request.user))
        return render_form(request, form)
    done = saved_before(request)
    if done:
        return done
    key = parse_uuid(request.POST.get("form_key"))
    lecture = Lecture(form_key=key) if key else Lecture()
    form = LectureForm(request.POST, request.FILES, user=request.user, instance=lecture)
    answer = save_and_answer(request, form)
    # Of two that arrive together the later one fails on the key of the first.
    return answer if form.instance.pk else saved_before(request) or answer


def saved_before(request: UserRequest) -> HttpResponse | None:
    """Lead to the record that the same form has already made, if it has."""
    key = parse_uuid(request.POST.get("form_key"))
    done = key and Lecture.objects.filter(form_key=key, created_by=request.user).first()
    if not done:
        return None
    messages.info(request, "已保存，无需重复提交。")
    return redirect(done)


@require_http_methods(["GET", "HEAD", "POST"])
def lecture_update(request: UserRequest, pk: int) -> HttpResponse:
    lecture = find(request, pk)
    if not lecture.is_editable:
        messages.warning(request, "该记录已提交审核，不能修改；如需更正请先“撤回”。")
        return redirect(lecture)
    if request.method != "POST":
        return render_form(request, LectureForm(user=request.user, instance=lecture))
    form = LectureForm(request.POST, request.FILES, user=request.user, instance=lecture)
    return save_and_answer(request, form)


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
    except services.EditConflictError as conflict:
        return render_conflict(request, form, conflict.current)
    if not saved:
        if was_new:
            lecture.pk, lecture._state.adding = None, True
        return render_form(request, form, status=422)
    if form.cleaned_data["photos"]:
        messages.info(request, METADATA_NOTICE)
    if "submit" not in request.POST:
        at = timezone.localtime()
        messages.success(request, f"已存为草稿 {at:%H:%M}，尚未提交。")
        return redirect(lecture)
    if attempt(form, services.submit_lecture, lecture, user=user):
        messages.success(request, "已提交，等待县委组织部、县工商联审核。")
    else:
        messages.warning(request, f"已存为草稿，但未能提交：{form.first_error()}")
    return redirect(lecture)


def render_form(request, form, status=200):
    context = {"form": form, "lecture": form.instance}
    return render(request, "workbench/lecture/form.html", context, status=status)


def render_conflict(request, form, current):
    """Answer 409 with who was faster, what is stored, and the typed text kept."""
    change = last_change(current)
    form.data = form.data.copy()
    form.data["version"] = current.version
    context = {
        "form": form,
        "lecture": current,
        "title": TITLES[409],
        "change": change,
        "differences": form.differences(current),
    }
    return render(request, "workbench/lecture/form.html", context, status=409)


@require_POST
def lecture_submit(request: UserRequest, pk: int) -> HttpResponse:
    text = "已提交，等待县委组织部、县工商联审核。"
    return act(request, pk, services.submit_lecture, text, user=request.user)


@require_POST
def lecture_withdraw(request: UserRequest, pk: int) -> HttpResponse:
    return act(request, pk, services.withdraw_lecture, "已撤回，可以修改后再提交。")


@require_http_methods(["GET", "HEAD", "POST"])
def lecture_delete(request: UserRequest, pk: int) -> HttpResponse:
    """Ask first; a draft is deleted for good."""
    lecture = find(request, pk)
    if request.method != "POST":
        context = {"lecture": lecture}
        return render(request, "workbench/lecture/delete.html", context)
    form = Form(request.POST)
    if form.is_valid() and attempt(form, services.delete_draft, lecture):
        messages.success(request, "草稿已删除。")
        return redirect("workbench:lecture-list")
    return render_detail(
        request, find(request, pk), photos_form=PhotosForm(), form=form, status=409
    )


def act(request, pk, service, text, **arguments):
    """Take one step with a record and come back to it."""
    lecture = find(request, pk)
    form = Form(request.POST)
    if form.is_valid() and attempt(form, service, lecture, **arguments):
        messages.success(request, text)
        return redirect(lecture)
    return render_detail(
        request, find(request, pk), photos_form=PhotosForm(), form=form, status=409
    )


@require_POST
def photo_add(request: UserRequest, pk: int) -> HttpResponse:
    lecture = find(request, pk)
    form = PhotosForm(request.POST, request.FILES)
    if form.is_valid() and attempt(
        form, photos.add_photos, lecture, form.cleaned_data["photos"]
    ):
        messages.success(request, f"照片已保存。{METADATA_NOTICE}")
        return redirect(reverse("workbench:lecture-detail", args=[pk]) + "#photos")
    return render_detail(request, lecture, photos_form=form, status=422)


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
