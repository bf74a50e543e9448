"""The certificates of a chamber, to be printed."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from activities.models import Award, Certificate
from activities.papers.certificate_sheet import pdf_of
from activities.services.certificate import certificate_sheet
from chambers.access import UserRequest
from chambers.rights import right, sees_records
from redleader.people.addresses import site_address
from redleader.serving.errors import error_page

MOST = 200


@right(sees_records)
@require_safe
def certificate_list(request: UserRequest) -> HttpResponse:
    awards = Award.objects.visible_to(request.user).on().for_roll()
    awards = awards.filter(certificate__isnull=False).select_related("certificate")
    rows = list(awards[: MOST + 1])
    context = {"awards": rows[:MOST], "is_cut": len(rows) > MOST, "limit": MOST}
    return render(request, "workbench/certificate/list.html", context)


@right(sees_records)
@require_safe
def certificate_pdf(request: UserRequest, code: str) -> HttpResponse:
    """Return the certificate as PDF; of a title that has ended say why not."""
    certificates = Certificate.objects.visible_to(request.user).with_awards()
    certificate = get_object_or_404(certificates, code=code)
    try:
        sheet = certificate_sheet(certificate, site=site_address(request))
    except ValidationError as error:
        text = error.messages[0]
        return error_page(request, 409, text, title="证书不能下载")
    return HttpResponse(
        pdf_of(sheet),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="certificate-{code}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )
