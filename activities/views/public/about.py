"""The site about itself: privacy, accessibility, and what robots may read."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from redleader.people.addresses import site_address
from redleader.serving.pages import public_page

CLOSED = ("/workbench/", "/admin/", "/accounts/", "/display/", "/api/v1/")


@public_page()
@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about/privacy.html")


@public_page()
@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "public/about/accessibility.html")


@public_page()
@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines.append(f"Sitemap: {site_address(request)}{reverse('public:sitemap')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
