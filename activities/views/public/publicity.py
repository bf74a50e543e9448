"""公示: the titles that are about to be granted, and what the public says to them."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activities.forms.application import ObjectionForm, ReceiptForm
from activities.models import Application, Objection
from activities.models.application import ApplicationState
from activities.services.application import object_to
from redleader.forms import attempt, parse_uuid
from redleader.limits import is_too_often
from redleader.pages import public_page

PAST_DAYS = 180
ROWS = 100
WAIT = 3600  # seconds
TOO_OFTEN = "操作过于频繁，请 3600 秒后再试。填写的内容还在下方，请先复制保存。"


def publicised():
    """Applications whose 公示 has begun; nothing before it is public."""
    states = [
        ApplicationState.PUBLICITY,
        ApplicationState.RECOGNISED,
        ApplicationState.FAILED,
    ]
    return (
        Application.objects.filter(
            state__in=states, publicity_from__lte=timezone.localdate()
        )
        .with_names()
        .order_by("-publicity_until", "-pk")
    )


@public_page()
@login_not_required
@require_safe
def publicity_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    rows = publicised()
    context = {
        "current": rows.filter(
            state=ApplicationState.PUBLICITY, publicity_until__gte=today
        )[:ROWS],
        "past": rows.exclude(
            state=ApplicationState.PUBLICITY, publicity_until__gte=today
        ).filter(publicity_until__gte=today - timedelta(days=PAST_DAYS))[:ROWS],
        "form": ReceiptForm(),
    }
    return render(request, "public/publicity/list.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def publicity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one 公示; take an objection while it lasts."""
    application = get_object_or_404(publicised(), pk=pk)
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        form.initial["form_key"] = Objection().form_key
        return render_detail(request, application, form)
    key = parse_uuid(request.POST.get("form_key"))
    done = key and Objection.objects.filter(form_key=key).first()
    if done:  # The same form was sent twice.
        return redirect("public:objection", done.receipt)
    if form.is_valid() and not form.is_from_a_machine:
        if is_too_often(request, "objection"):
            form.add_error(None, TOO_OFTEN)
            response = render_detail(request, application, form, status=429)
            response["Retry-After"] = str(WAIT)
            return response
        fields = {
            name: form.cleaned_data[name] for name in ("content", "name", "contact")
        }
        objection = Objection(
            application=application, is_demo=application.is_demo, **fields
        )
        if key:
            objection.form_key = key
        if attempt(form, object_to, objection):
            return redirect("public:objection", objection.receipt)
    elif form.is_valid():
        form.add_error("website", "请把“网址”一栏留空后再提交。")
    return render_detail(request, application, form, status=422)


def render_detail(request, application, form, status=200):
    days_left = (application.publicity_until - timezone.localdate()).days
    context = {
        "application": application,
        "form": form,
        "is_current": application.state == ApplicationState.PUBLICITY
        and days_left >= 0,
        "days_left": days_left,
        "notice": application.steps.filter(state=ApplicationState.PUBLICITY).first(),
    }
    return render(request, "public/publicity/detail.html", context, status=status)


@login_not_required
@require_safe
def objection_search(request: HttpRequest) -> HttpResponse:
    """Lead from a typed receipt to its page."""
    form = ReceiptForm(request.GET)
    if form.is_valid():
        if is_too_often(request, "receipt"):
            form.add_error("receipt", "查询过于频繁，请 3600 秒后再试。")
            status = 429
        else:
            receipt = form.cleaned_data["receipt"]
            if Objection.objects.filter(receipt=receipt).exists():
                return redirect("public:objection", receipt)
            form.add_error("receipt", "没有这个回执编号，请核对后重新输入。")
            status = 404
    else:
        status = 422
    context = {"form": form}
    return render(request, "public/publicity/receipt.html", context, status=status)


@login_not_required
@require_safe
def objection_detail(request: HttpRequest, receipt: str) -> HttpResponse:
    """Show the writer of an objection what became of it; nobody's name is on it."""
    objections = Objection.objects.select_related("application__level")
    objection = get_object_or_404(objections, receipt=receipt)
    response = render(
        request, "public/publicity/objection.html", {"objection": objection}
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
