"""数说红领: every published figure beside the counted one."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.services.figure import compare, grouped
from redleader.serving.pages import public_page


@public_page()
@login_not_required
@require_safe
def figure_list(request: HttpRequest) -> HttpResponse:
    context = {"groups": grouped(compare()), "today": timezone.localdate()}
    return render(request, "public/figure/list.html", context)
