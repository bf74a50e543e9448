"""The pictures of shared addresses: the site, a chamber, a public lecture."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.models import Lecture
from activities.pictures.share import share_card
from chambers.models import Chamber


def card(title: str, below: str) -> HttpResponse:
    portal = settings.PORTAL
    content = share_card(title, below, portal["name"], f"{portal['county']}商会党建")
    response = HttpResponse(content, content_type="image/png")
    response["Cache-Control"] = "public, max-age=3600"  # seconds
    # Other sites show it; that is what it is for.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@login_not_required
@require_safe
def site_share(request: HttpRequest) -> HttpResponse:
    return card("商会连着企业，支部建在商会上", "荣誉、讲堂、数字，处处可查")


@login_not_required
@require_safe
def chamber_share(request: HttpRequest, pk: int) -> HttpResponse:
    chamber = get_object_or_404(Chamber.objects.public(), pk=pk)
    place = f" · {chamber.township}" if chamber.township else ""
    return card(chamber.name, f"{chamber.get_kind_display()}{place}")


@login_not_required
@require_safe
def lecture_share(request: HttpRequest, pk: int) -> HttpResponse:
    lecture = get_object_or_404(Lecture.objects.public().of_organiser(), pk=pk)
    day = timezone.localtime(lecture.started_at)
    words = f"{day.year}年{day.month}月{day.day}日 · {lecture.organiser_name}"
    return card(lecture.topic, words)
