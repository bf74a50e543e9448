"""One box for every receipt: of objections, requests for mediation and reports."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from activities.forms.application import ReceiptForm
from activities.models import ErrorReport, MediationRequest, Objection
from redleader.people.limits import is_too_often

# What a receipt is of and the page that it leads to, by its first letters.
KINDS: dict[str, tuple[Any, str]] = {
    "YY": (Objection, "public:objection"),
    "TJ": (MediationRequest, "public:mediation-receipt"),
    "ZC": (ErrorReport, "public:error-receipt"),
}


@login_not_required
@require_safe
def receipt_search(request: HttpRequest) -> HttpResponse:
    """Lead from a typed receipt to its page."""
    form = ReceiptForm(request.GET if "receipt" in request.GET else None)
    status = 200
    if form.is_valid():
        receipt = form.cleaned_data["receipt"]
        model, page = KINDS.get(receipt[:2], (None, ""))
        if is_too_often(request, "receipt"):
            form.add_error("receipt", "查询过于频繁，请 3600 秒后再试。")
            status = 429
        elif model and model._default_manager.filter(receipt=receipt).exists():
            return redirect(page, receipt)
        else:
            form.add_error("receipt", "没有这个回执编号，请核对后重新输入。")
            status = 404
    elif form.is_bound:
        status = 422
    return render(request, "public/receipt.html", {"form": form}, status=status)
