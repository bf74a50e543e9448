"""引才网络 in public: totals of each year, never a single lead."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.services.lead import lines_by_year
from redleader.serving.pages import public_page


@public_page()
@login_not_required
@require_safe
def lead_totals(request: HttpRequest) -> HttpResponse:
    context = {"lines": lines_by_year(timezone.localdate())}
    return render(request, "public/lead/list.html", context)
