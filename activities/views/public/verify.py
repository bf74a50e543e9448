"""Anybody may check a certificate, with its code and without signing in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.forms.certificate import CodeForm
from activities.models import Certificate
from activities.models.certificate import is_code, normal_code
from activities.services.certificate import award_today
from redleader.people.addresses import site_address


@login_not_required
@require_safe
def verify_form(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("public:verify", form.cleaned_data["code"])
    context = {"form": form, "site": site_address(request)}
    status = 422 if form.is_bound else 200
    return render(request, "public/verify/form.html", context, status=status)


@login_not_required
@never_cache
@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Say what a certificate is worth today; of an unknown code say that too."""
    known = normal_code(code)
    if known != code and is_code(known):
        return redirect("public:verify", known)
    context = {"site": site_address(request), "checked_at": timezone.now()}
    certificate = Certificate.objects.filter(code=code).with_awards().first()
    if certificate is None:
        context |= {"form": CodeForm(), "code": code[:40]}
        return render(request, "public/verify/unknown.html", context, status=404)
    award = award_today(certificate.award)
    context |= {"certificate": certificate, "award": award}
    return render(request, "public/verify/detail.html", context)
