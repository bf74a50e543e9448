"""The public pages, for search engines."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as sitemap_view
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from activities.models import Course, Lecture, Practice, Site
from chambers.models import Chamber
from redleader.serving.pages import public_page

PAGES = [
    "home",
    "honour-list",
    "chamber-list",
    "lecture-list",
    "course-list",
    "site-list",
    "figure-list",
    "rule-list",
    "practice-list",
    "publicity-list",
    "pairing-list",
    "project-list",
    "welfare-list",
    "liaison-list",
    "lead-totals",
    "mediation-list",
    "data-list",
    "verify-form",
    "privacy",
    "accessibility",
]
MOST = 2000  # rows of each kind; the newest, or the first in their order


class Pages(Sitemap):
    def items(self):
        return PAGES

    def location(self, item):
        return reverse(f"public:{item}")


class NewestRows(Sitemap):
    """The newest public rows of a model."""

    def __init__(self, rows, name):
        self.rows, self.name = rows, name

    def items(self):
        return list(self.rows().order_by("-pk").values_list("pk", flat=True)[:MOST])

    def location(self, item):
        return reverse(f"public:{self.name}", args=[item])


SITEMAPS: dict[str, Sitemap | type[Sitemap]] = {
    "pages": Pages(),
    "chambers": NewestRows(Chamber.objects.public, "chamber-detail"),
    "lectures": NewestRows(Lecture.objects.public, "lecture-detail"),
    "courses": NewestRows(Course.objects.public, "course-detail"),
    "sites": NewestRows(Site.objects.all, "site-detail"),
    "practices": NewestRows(Practice.objects.public, "practice-detail"),
}


@public_page()
@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    return sitemap_view(request, SITEMAPS)
