import socket
import time
from contextlib import contextmanager, nullcontext
from tempfile import TemporaryDirectory

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import (
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.test import Client, RequestFactory
from django.urls import reverse

from redleader.people.middleware import RequestGuardMiddleware
from redleader.serving import errors
from tests.factories.chambers import UserFactory

pytestmark = pytest.mark.django_db


def code_of(answer):
    return answer.content.decode().partition('data-error-code="')[2].partition('"')[0]


def test_a_missing_page(client):
    answer = client.get("/没有这一页/")
    assert answer.status_code == 404
    assert "未找到该记录，可能已被删除，或不在您的管理范围。" in answer.content.decode()
    assert code_of(answer) == "58"


def test_a_method_that_nobody_offers(client):
    for method in ("put", "delete", "patch", "trace"):
        answer = getattr(client, method)("/")
        assert answer.status_code == 405
        assert "不支持" in answer.content.decode()
    answer = client.post(reverse("public:home"))
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]


def test_a_body_that_is_too_large(client, settings):
    settings.MAX_BODY_SIZE = 10
    answer = client.post(reverse("account_login"), {"login": "a" * 100})
    assert answer.status_code == 413
    assert "提交的内容过大" in answer.content.decode()


def test_too_many_fields_are_too_large(client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    answer = client.post(reverse("account_login"), {f"field{n}": "x" for n in range(9)})
    assert answer.status_code == 413
    assert errors.bad_request(
        RequestFactory().get("/"), RequestDataTooBig()
    ).status_code


def test_a_broken_length_is_a_bad_request(client):
    answer = client.get("/", CONTENT_LENGTH="abc")
    assert answer.status_code == 400
    assert "请求格式有误" in answer.content.decode()


def test_an_unknown_host_is_a_bad_request(client):
    assert client.get("/", HTTP_HOST="evil.example").status_code == 400


def test_a_page_without_its_csrf_token(sign_in):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(reverse("account_login"), {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "页面停留时间过长" in answer.content.decode()
    assert code_of(answer) == "55"


def test_no_right(sign_in):
    answer = sign_in(UserFactory(role="secretary")).get(
        reverse("admin:index"), follow=True
    )
    assert answer.status_code == 403
    assert "您没有使用此功能的权限" in answer.content.decode()


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (ZeroDivisionError(), 500, "70"),
        (OperationalError(), 503, "69"),
        (OSError(28, "No space left on device"), 503, "69"),
    ],
)
def test_a_fault_gets_a_number_and_never_a_trace(fault, status, code, caplog, rf):
    def broken(request):
        raise fault

    guard = RequestGuardMiddleware(broken)
    answer = guard.process_exception(rf.get("/workbench/"), fault)
    text = answer.content.decode()
    assert answer.status_code == status
    assert code_of(answer) == code
    assert "编号" in text
    assert "Traceback" not in text
    assert type(fault).__name__ not in text
    number = text.partition("编号 ")[2][:8]
    assert number in caplog.text


def test_a_fault_outside_of_any_view_is_told_apart_too(rf):
    try:
        raise OperationalError
    except OperationalError:
        assert errors.server_error(rf.get("/")).status_code == 503


def test_refusals_go_on_to_their_own_pages(rf):
    guard = RequestGuardMiddleware(None)
    assert guard.process_exception(rf.get("/"), PermissionDenied()) is None


def test_too_fast_says_how_long(rf):
    answer = errors.too_fast(rf.get("/"), seconds=30)
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    assert "请 30 秒后再试" in answer.content.decode()


def test_every_page_carries_the_security_headers(client):
    answer = client.get("/")
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in answer["Permissions-Policy"]


def test_healthz_answers_machines(client):
    assert client.get("/healthz").content == b"ok"


@contextmanager
def socket_of_a_server():
    """Give a folder with a socket that takes connections and never answers."""
    with TemporaryDirectory(prefix="rl-") as folder, socket.socket(socket.AF_UNIX) as s:
        s.bind(f"{folder}/.s.PGSQL.5432")
        s.listen()
        yield folder


def test_healthz_is_red_in_time_and_green_again(client, monkeypatch):
    assert client.get("/healthz").status_code == 200
    for place in (nullcontext("/nowhere"), socket_of_a_server()):
        with place as folder, monkeypatch.context() as patch:
            patch.setitem(connection.settings_dict, "HOST", folder)
            began = time.monotonic()

            answer = client.get("/healthz")

            assert answer.status_code == 503
            assert time.monotonic() - began < 10
        assert client.get("/healthz").status_code == 200


def test_a_database_that_is_the_primary_no_more_is_a_503(rf):
    with pytest.raises(InternalError) as refused, transaction.atomic():
        connection.cursor().execute("SET TRANSACTION READ ONLY; CREATE TABLE late ()")
    assert errors.server_error(rf.post("/"), refused.value).status_code == 503


def test_a_statement_that_is_wrong_stays_a_500(rf):
    with pytest.raises(ProgrammingError) as refused, transaction.atomic():
        connection.cursor().execute("SELECT * FROM nothing")
    assert errors.server_error(rf.post("/"), refused.value).status_code == 500
