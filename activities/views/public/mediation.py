"""商会枫桥调解 in public: totals, a way to ask for mediation, and its receipt."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activities.counting import totals, until
from activities.forms.application import ReceiptForm
from activities.forms.mediation import MediationRequestForm
from activities.models import MediationRequest
from activities.services.mediation import SMALL, Rates, year_table
from redleader.forms import parse_uuid
from redleader.limits import is_too_often
from redleader.pages import public_page

WAIT = 3600  # seconds
TOO_OFTEN = "操作过于频繁，请 3600 秒后再试。填写的内容还在下方，请先复制保存。"
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
    """Show totals only; small numbers of the table are not told."""
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
    asked = MediationRequest()
    if request.method != "POST":
        form = MediationRequestForm(initial={"form_key": asked.form_key})
        return render_form(request, form)
    key = parse_uuid(request.POST.get("form_key"))
    done = key and MediationRequest.objects.filter(form_key=key).first()
    if done:
        return redirect("public:mediation-receipt", done.receipt)
    asked.form_key = key or asked.form_key
    form = MediationRequestForm(request.POST, instance=asked)
    if not form.is_valid():
        return render_form(request, form, status=422)
    if form.is_from_a_machine:
        form.add_error("website", "请把“网址”一栏留空后再提交。")
        return render_form(request, form, status=422)
    if is_too_often(request, "mediation"):
        form.add_error(None, TOO_OFTEN)
        response = render_form(request, form, status=429)
        response["Retry-After"] = str(WAIT)
        return response
    asked = form.save()
    return redirect("public:mediation-receipt", asked.receipt)


def render_form(request, form, status=200):
    return render(request, "public/mediation/apply.html", {"form": form}, status=status)


@login_not_required
@require_safe
def mediation_search(request: HttpRequest) -> HttpResponse:
    """Lead from a typed receipt to its page."""
    form = ReceiptForm(request.GET if "receipt" in request.GET else None)
    status = 200
    if form.is_valid():
        receipt = form.cleaned_data["receipt"]
        if is_too_often(request, "receipt"):
            form.add_error("receipt", "查询过于频繁，请 3600 秒后再试。")
            status = 429
        elif MediationRequest.objects.filter(receipt=receipt).exists():
            return redirect("public:mediation-receipt", receipt)
        else:
            form.add_error("receipt", "没有这个回执编号，请核对后重新输入。")
            status = 404
    elif form.is_bound:
        status = 422
    context = {"form": form}
    return render(request, "public/mediation/search.html", context, status=status)


@login_not_required
@require_safe
def mediation_receipt(request: HttpRequest, receipt: str) -> HttpResponse:
    """Say how far a request is; nothing that was written in it."""
    requests = MediationRequest.objects.select_related("case")
    asked = get_object_or_404(requests, receipt=receipt)
    response = render(request, "public/mediation/receipt.html", {"asked": asked})
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
