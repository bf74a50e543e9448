"""Certificates for programs: signed JSON, the issuer's key, what is revoked."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.formats import credential as services
from activities.models import Certificate
from activities.models.honour import AwardState
from activities.services.certificate import award_today, state_of, why_ended
from redleader.people.addresses import site_address
from redleader.serving.errors import open_to_everybody, problem
from redleader.signing import SigningKeyError

CREDENTIAL = "application/vc"
TITLES = {404: "没有颁发过这个编号的证书", 410: "称号已取消", 503: "暂时不能签名"}


def refuse(status: int, detail: str) -> JsonResponse:
    return problem(status, detail, title=TITLES[status])


def answer(document: dict, content_type: str) -> JsonResponse:
    return JsonResponse(
        document,
        content_type=content_type,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )


def for_machines(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a view to every site's scripts; without a key it is unavailable."""

    @login_not_required
    @never_cache
    @require_safe
    @wraps(view)
    def open_view(request, *args, **kwargs):
        try:
            response = view(request, *args, **kwargs)
        except SigningKeyError as error:
            response = refuse(503, str(error))
        return open_to_everybody(response)

    return open_view


@for_machines
def issuer(request: HttpRequest) -> HttpResponse:
    return answer(services.issuer_document(site_address(request)), "application/json")


@for_machines
def status_list(request: HttpRequest, number: int) -> HttpResponse:
    document = services.status_list(number, site=site_address(request))
    if document is None:
        return refuse(404, "没有这个状态列表。")
    return answer(document, CREDENTIAL)


@for_machines
def credential(request: HttpRequest, code: str) -> HttpResponse:
    certificate = Certificate.objects.filter(code=code).with_awards().first()
    if certificate is None:
        return refuse(404, "请核对编号；核验页面可以查人读的结果。")
    award = award_today(certificate.award)
    if state_of(award) == AwardState.REVOKED:
        return refuse(410, f"{why_ended(award)}。")
    site = site_address(request)
    return answer(services.credential(certificate, award, site=site), CREDENTIAL)
