"""公示: the titles about to be granted, and objections of the public."""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from activities.forms.application import ObjectionForm, ReceiptForm
from activities.models import Application, Objection
from activities.models.application import ApplicationState
from activities.services.objection import object_to
from redleader.people import public_forms
from redleader.records.forms import attempt
from redleader.serving.pages import public_page

PAST_DAYS = 180
ROWS = 100


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
    done, key = public_forms.find_sent(Objection, request)
    if done:
        return redirect("public:objection", done.receipt)
    if status := public_forms.refusal(request, form, "objection"):
        return render_detail(request, application, form, status)
    fields = {name: form.cleaned_data[name] for name in ("content", "name", "contact")}
    objection = Objection(
        application=application, form_key=key, is_demo=application.is_demo, **fields
    )
    if attempt(form, object_to, objection):
        return redirect("public:objection", objection.receipt)
    return render_detail(request, application, form, 422)


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
    return public_forms.answer(request, "public/publicity/detail.html", context, status)


@login_not_required
@require_safe
def objection_detail(request: HttpRequest, receipt: str) -> HttpResponse:
    """Show the writer of an objection what became of it; nobody's name is on it."""
    objections = Objection.objects.select_related("application__level")
    objection = get_object_or_404(objections, receipt=receipt)
    template = "public/publicity/objection.html"
    return public_forms.receipt_page(request, template, {"objection": objection})
