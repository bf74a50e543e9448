"""找错: a reader reports an error on a page and learns what became of it."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from activities.forms.error_report import ErrorReportForm
from activities.models import ErrorReport
from redleader.people import public_forms

TEMPLATE = "public/error_report/form.html"
MOST = 200  # characters of an address


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def error_report(request: HttpRequest) -> HttpResponse:
    """Take a report; the same form sent again leads to its receipt."""
    if request.method != "POST":
        page = request.GET.get("page", "").replace("\0", "")[:MOST]
        given = {"form_key": ErrorReport().form_key, "page": page}
        form = ErrorReportForm(initial=given)
        return public_forms.answer(request, TEMPLATE, {"form": form})
    done, key = public_forms.find_sent(ErrorReport, request)
    if done:
        return redirect("public:error-receipt", done.receipt)
    report = ErrorReport(form_key=key, is_demo=settings.DEMO)
    form = ErrorReportForm(request.POST, instance=report)
    if status := public_forms.refusal(request, form, "error_report"):
        return public_forms.answer(request, TEMPLATE, {"form": form}, status)
    report = form.save()
    return redirect("public:error-receipt", report.receipt)


@login_not_required
@require_safe
def error_receipt(request: HttpRequest, receipt: str) -> HttpResponse:
    report = get_object_or_404(ErrorReport, receipt=receipt)
    template = "public/error_report/receipt.html"
    return public_forms.receipt_page(request, template, {"report": report})
