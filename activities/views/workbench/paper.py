"""The paper of a lecture: its sign-in sheet and its record form, to be printed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from activities.models import Lecture
from activities.models.lecture import AttendanceStatus, PhotoKind
from activities.papers.paper import qr_of, sign_in_lines
from chambers.access import UserRequest
from chambers.rights import right, sees_lectures


@right(sees_lectures)
@require_safe
def signin_sheet(request: UserRequest, pk: int) -> HttpResponse:
    lecture = find(request, pk)
    lines = sign_in_lines(lecture)
    return print_out(request, "signin", lecture, lines=lines)


@right(sees_lectures)
@require_safe
def record_sheet(request: UserRequest, pk: int) -> HttpResponse:
    lecture = find(request, pk)
    missing = lecture.attendances.exclude(status=AttendanceStatus.PRESENT)
    kinds = list(lecture.photos.values_list("kind", flat=True))
    files = [
        f"{label} {kinds.count(kind)} 张"
        for kind, label in PhotoKind.choices
        if kind in kinds
    ]
    missing = missing.select_related("member")
    names = [f"{row.member.name}（{row.words}）" for row in missing]
    context = {"missing": names, "files": files}
    return print_out(request, "record", lecture, **context)


def find(request: UserRequest, pk: int) -> Lecture:
    """Return a record in the user's scope; a foreign one is a 404."""
    lectures = Lecture.objects.visible_to(request.user).of_organiser()
    return get_object_or_404(lectures.select_related("site", "reviewed_by"), pk=pk)


def print_out(
    request: HttpRequest, sheet: str, lecture: Lecture, **context
) -> HttpResponse:
    """Return a sheet with the code that opens its record."""
    address = request.build_absolute_uri(lecture.get_absolute_url())
    context |= {"lecture": lecture, "address": address, "qr": qr_of(address)}
    return render(request, f"workbench/paper/{sheet}.html", context)
