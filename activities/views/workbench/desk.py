"""What waits for this user."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from activities.desks import todos
from activities.models import Lecture
from chambers.access import UserRequest
from chambers.models import Chamber
from chambers.rights import everybody, may_review, right


@right(everybody)
@require_safe
def desk(request: UserRequest) -> HttpResponse:
    lectures = Lecture.objects.visible_to(request.user).of_organiser()
    context = {
        "todos": todos(request.user),
        "waiting": lectures.waiting().order_by("submitted_at", "pk")[:10],
        "recent": lectures.counted().newest_first()[:5],
        "chambers": Chamber.objects.visible_to(request.user)[:5],
        "may_review": may_review(request.user),
    }
    return render(request, "workbench/desk.html", context)
