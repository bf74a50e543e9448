"""商会枫桥调解 in public: totals, a way to ask for mediation, and its receipt."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activities.counting import totals, until
from activities.forms.mediation import MediationRequestForm
from activities.models import MediationRequest
from activities.services.disclosure import SMALL
from activities.services.mediation import Rates, year_table
from redleader.people import public_forms
from redleader.serving.pages import public_page

CODES = [
    "mediation-committees",
    "mediators",
    "mediation-accepted",
    "mediation-succeeded",
    "mediation-open",
]


@public_page()
@login_not_required
@require_safe
def mediation_list(request: HttpRequest) -> HttpResponse:
    """Show totals only; small numbers of the table are suppressed."""
    today = timezone.localdate()
    scope = until(today)
    context = {
        "today": today,
        "totals": totals(CODES, scope),
        "rates": Rates.of(scope),
        "table": year_table(scope),
        "small": SMALL,
    }
    return render(request, "public/mediation/list.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def mediation_apply(request: HttpRequest) -> HttpResponse:
    """Take a request for mediation; the same form sent again leads to its receipt."""
    template = "public/mediation/apply.html"
    if request.method != "POST":
        form = MediationRequestForm(initial={"form_key": MediationRequest().form_key})
        return public_forms.answer(request, template, {"form": form})
    done, key = public_forms.find_sent(MediationRequest, request)
    if done:
        return redirect("public:mediation-receipt", done.receipt)
    asked = MediationRequest(form_key=key)
    form = MediationRequestForm(request.POST, instance=asked)
    if status := public_forms.refusal(request, form, "mediation"):
        return public_forms.answer(request, template, {"form": form}, status)
    asked = form.save()
    return redirect("public:mediation-receipt", asked.receipt)


@login_not_required
@require_safe
def mediation_receipt(request: HttpRequest, receipt: str) -> HttpResponse:
    """Say how far a request is; nothing that was written in it."""
    requests = MediationRequest.objects.select_related("case")
    asked = get_object_or_404(requests, receipt=receipt)
    template = "public/mediation/receipt.html"
    return public_forms.receipt_page(request, template, {"asked": asked})
