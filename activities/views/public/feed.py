"""The newest lectures as an Atom feed."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from activities.models import Lecture
from redleader.serving.pages import public_page

LATEST = 30


class LectureFeed(Feed):
    feed_type = Atom1Feed
    title = f"{settings.PORTAL['name']}讲堂"
    subtitle = "各商会党组织举办的讲堂和党课"
    author_name = settings.PORTAL["owner"]
    link = reverse_lazy("public:lecture-list")

    def items(self):
        return Lecture.objects.public().of_organiser().newest_first()[:LATEST]

    def item_link(self, lecture):
        return reverse("public:lecture-detail", args=[lecture.pk])

    def item_guid(self, lecture):
        return f"urn:uuid:{lecture.form_key}"

    def item_title(self, lecture):
        return lecture.topic

    def item_description(self, lecture):
        return lecture.public_summary

    def item_author_name(self, lecture):
        return lecture.organiser_name

    def item_pubdate(self, lecture):
        return lecture.reviewed_at

    def item_updateddate(self, lecture):
        return lecture.updated_at


@public_page()
@login_not_required
@require_safe
def lecture_feed(request: HttpRequest) -> HttpResponse:
    return LectureFeed()(request)
