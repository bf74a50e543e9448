"""The public pages, for search engines."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as sitemap_view
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from activities.desks import PAGES, SITEMAP
from redleader.records.menus import PublicPages
from redleader.serving.pages import public_page


@public_page()
@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    sections: dict[str, Sitemap | type[Sitemap]] = {"pages": PublicPages(PAGES)}
    sections |= {rows.address: rows for rows in SITEMAP}
    return sitemap_view(request, sections)
