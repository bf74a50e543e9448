"""Error pages, each saying what happened and what to do."""

import logging
import secrets
import sys
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import (
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from psycopg2.errors import ReadOnlySqlTransaction

logger = logging.getLogger(__name__)

Response = TypeVar("Response", bound=HttpResponseBase)

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
TITLES = {
    400: "请求格式有误",
    403: "没有权限",
    404: "未找到该记录",
    405: "不支持这种操作",
    409: "记录已被他人修改",
    413: "提交的内容过大",
    429: "操作过于频繁",
    422: "参数无效",
    500: "系统出现问题",
    503: "系统暂时无法使用",
}


API = "/api/v"
PROBLEM = "application/problem+json"


def is_for_machines(request: HttpRequest) -> bool:
    """Tell whether the address is for programs, which do not read pages."""
    return request.path.startswith(API)


def problem(
    status: int, detail: str, *, title: str = "", errors: Sequence[dict] = ()
) -> JsonResponse:
    """Return an error for programs, by RFC 9457, in Chinese."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": title or TITLES[status],
        "status": status,
        "detail": detail,
    }
    if errors:
        document["errors"] = list(errors)
    response = JsonResponse(
        document,
        status=status,
        content_type=PROBLEM,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
    )
    return open_to_everybody(response)


def open_to_everybody(response: Response) -> Response:
    """Let scripts of any site read a response."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def error_page(
    request: HttpRequest, status: int, text: str, *, code: str = "", **context
) -> HttpResponse:
    """Return a Chinese page; ``code`` is the number of the bad-inputs table."""
    if is_for_machines(request):
        return problem(status, text)
    context = {"title": TITLES[status]} | context
    context |= {"status": status, "text": text, "code": code}
    return render(request, "error.html", context, status=status)


def bad_request(request, exception=None):
    if isinstance(exception, TOO_MUCH):
        return too_large(request)
    return error_page(
        request, 400, "请求格式有误，请返回上一页刷新后重新提交。", code="65"
    )


def too_large(request):
    limit = settings.MAX_BODY_SIZE // 1024 // 1024
    return error_page(
        request,
        413,
        f"提交的内容过大（上限 {limit} MB），请减少后重试。",
        code="64",
    )


def permission_denied(request, exception=None):
    text = "您没有使用此功能的权限，如需开通请联系县委组织部管理员。"
    return error_page(request, 403, text, code="57")


def csrf_failure(request, reason=""):
    text = "页面停留时间过长，请刷新页面后重新提交。您的填写内容请先复制保存。"
    return error_page(request, 403, text, code="55")


def not_found(request, exception=None):
    text = "未找到该记录，可能已被删除，或不在您的管理范围。"
    return error_page(request, 404, text, code="58")


def not_allowed(request):
    response = error_page(request, 405, "这个地址不支持这种请求方式。", code="66")
    if is_for_machines(request):
        response["Allow"] = "GET, HEAD, OPTIONS"
    return response


def locked_out(request, credentials=None, *args, **kwargs):
    response = error_page(
        request,
        429,
        "登录失败次数过多，请 30 分钟后再试，或联系管理员。",
        code="60",
    )
    response["Retry-After"] = "1800"
    return response


def too_fast(request, seconds=60):
    text = f"操作过于频繁，请 {seconds} 秒后再试。"
    response = error_page(request, 429, text, code="68")
    response["Retry-After"] = str(seconds)
    return response


def is_for_a_moment(exception: BaseException | None) -> bool:
    """Tell whether the same request may soon succeed.

    A database that was the primary until just now refuses to write.
    """
    lost = OperationalError | InterfaceError | OSError
    return isinstance(exception, lost) or isinstance(
        getattr(exception, "__cause__", None), ReadOnlySqlTransaction
    )


def server_error(request, exception=None):
    """Answer an error with its number only; the log has the rest."""
    exception = exception or sys.exception()  # An error outside any view.
    event = secrets.token_hex(4)
    unavailable = is_for_a_moment(exception)
    logger.error("event %s: %s", event, request.path, exc_info=exception)
    if unavailable:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        text = (
            "系统暂时无法保存，您填写的内容未丢失，请稍后重试"
            f"（返回上一页即可看到）。（编号 {event}）"
        )
    else:
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        text = f"系统出现问题，已记录（编号 {event}），请稍后再试或联系管理员。"
    context = {
        "status": int(status),
        "title": TITLES[status],
        "text": text,
        "code": "69" if unavailable else "70",
        "portal": settings.PORTAL,
    }
    try:  # Without the request, whose user may need the database that is down.
        body = render_to_string("error_plain.html", context)
    except TemplateDoesNotExist:
        body = text
    response = HttpResponse(body, status=status)
    if is_for_machines(request):
        response = problem(status, text)
    if unavailable:
        response["Retry-After"] = "30"
    return response
