"""Ready pages in front of Django: the same answers, sooner, and nothing private."""

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import brotli
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import get_resolver

from activities.models import Application
from chambers.models import Chamber
from redleader.people.addresses import behind_proxies
from redleader.serving import front, publication
from redleader.serving.front import CachedPage, Front, Shelf, coding_of, matches
from redleader.serving.pages import PUBLIC, SIGNED_IN, VISITOR
from tests.factories.activities import application_at
from tests.factories.chambers import ChamberFactory, UserFactory

pytestmark = pytest.mark.django_db
HOST = "testserver"


class Django:
    """The application behind, counting what it is asked."""

    def __init__(self):
        self.application = get_wsgi_application()
        self.asked = 0

    def __call__(self, environ, start_response):
        self.asked += 1
        return self.application(environ, start_response)


@pytest.fixture(autouse=True)
def keep_connection(monkeypatch):
    monkeypatch.setattr(publication, "close_old_connections", lambda: None)
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def django():
    return Django()


@pytest.fixture
def site(django, monkeypatch, settings):
    settings.ALLOWED_HOSTS = [HOST]
    monkeypatch.setattr(publication, "EVERY", 0)
    return Front(django, 8 * 1024 * 1024)


def ask(application, path, method="GET", **more):
    """Return (status, headers, body) of one WSGI call."""
    path, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": HOST,
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
    } | more
    said = []
    body = application(environ, lambda *arguments: said.append(arguments))
    whole = b"".join(body)
    if hasattr(body, "close"):
        body.close()
    [(status, headers, *_)] = said
    return int(status.split()[0]), headers, whole


def headers_of(answer):
    return dict(answer[1])


def test_the_second_visitor_is_answered_without_django(site, django):
    first, second = ask(site, "/chambers/"), ask(site, "/chambers/")
    assert django.asked == 1
    assert first == second
    assert first[0] == 200
    assert "商会".encode() in first[2]


def test_a_kept_answer_has_every_header_of_django_s_own(site, django):
    """Byte for byte: policy, frames, referrer and all; added are those of bytes."""
    ask(site, "/chambers/")
    (_, kept, body), (_, own, whole) = (
        ask(site, "/chambers/"),
        ask(django, "/chambers/"),
    )
    own = dict(own)
    assert int(own.pop("Content-Length", len(whole))) == len(whole) == len(body)
    added = {"ETag", "Last-Modified", "Content-Length"}
    assert [pair for pair in kept if pair[0] not in added] == list(own.items())
    assert {name for name, _ in kept} == own.keys() | added
    assert "default-src 'none'" in own["Content-Security-Policy"]
    assert own["X-Frame-Options"] == "DENY"
    assert own["Cross-Origin-Resource-Policy"] == "same-origin"


def test_public_pages_may_be_kept_by_everybody(site):
    headers = headers_of(ask(site, "/honours/"))
    assert headers["Cache-Control"] == PUBLIC
    assert headers["Vary"] == "Accept-Encoding"
    assert headers["ETag"].startswith('"')
    assert "GMT" in headers["Last-Modified"]
    assert "Set-Cookie" not in headers


def test_a_change_is_there_at_once(site, django):
    before = ask(site, "/chambers/")
    ChamberFactory(name="新丰商会")
    after = ask(site, "/chambers/")
    assert "新丰商会".encode() in after[2]
    assert headers_of(after)["ETag"] != headers_of(before)["ETag"]
    assert django.asked == 2


def test_a_kept_page_is_made_anew_after_a_while(site, django, monkeypatch):
    ask(site, "/chambers/")
    monkeypatch.setattr(front.time, "monotonic", lambda: 10**9)
    ask(site, "/chambers/")
    assert django.asked == 2


def as_if_committed():
    """Let the next change of this test advance the version, as another's would."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('redleader.advanced_in', '', true)")


def test_what_changes_while_a_page_is_made_is_not_lost(site, django):
    """The version is read before the page: one that was made too early is dropped."""
    application = django.application

    def change_after(environ, start_response):
        body = application(environ, start_response)
        as_if_committed()
        ChamberFactory(name="后到商会")
        return body

    django.application = change_after
    assert "后到商会".encode() not in ask(site, "/chambers/")[2]
    django.application = application
    assert "后到商会".encode() in ask(site, "/chambers/")[2]


@pytest.mark.parametrize(
    ("accepted", "coding", "unpack"),
    [("gzip, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)],
)
def test_bodies_are_packed_once(site, accepted, coding, unpack):
    plain = ask(site, "/honours/")
    packed = ask(site, "/honours/", HTTP_ACCEPT_ENCODING=accepted)
    headers = headers_of(packed)
    assert headers["Content-Encoding"] == coding
    assert int(headers["Content-Length"]) == len(packed[2]) < len(plain[2]) / 2
    assert unpack(packed[2]) == plain[2]
    assert headers["ETag"] != headers_of(plain)["ETag"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("gzip;q=0.0", ""),
        ("GZIP; q=1", "gzip"),
        ("*;q=,;;", ""),
    ],
)
def test_the_coding_is_one_that_the_visitor_takes(accepted, coding):
    assert coding_of(accepted) == coding


def test_who_has_the_page_is_told_so(site, django):
    whole = headers_of(ask(site, "/honours/"))
    tag = whole["ETag"]
    for asked in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        status, headers, body = ask(site, "/honours/", HTTP_IF_NONE_MATCH=asked)
        assert (status, body) == (304, b"")
        assert dict(headers) == {
            name: value
            for name, value in whole.items()
            if name not in ("Content-Type", "Content-Length")
        }
    assert ask(site, "/honours/", HTTP_IF_NONE_MATCH='"x"')[0] == 200
    # The tag decides alone: a time has no fractions of a second.
    since = whole["Last-Modified"]
    assert ask(site, "/honours/", HTTP_IF_MODIFIED_SINCE=since)[0] == 200
    assert django.asked == 1


def test_the_first_answer_heeds_the_tag_too(site):
    tag = headers_of(ask(site, "/honours/"))["ETag"]
    site.plain.pages.clear()
    assert ask(site, "/honours/", HTTP_IF_NONE_MATCH=tag)[0] == 304


@pytest.mark.parametrize("is_kept", [False, True])
def test_head_is_get_without_its_body(site, is_kept):
    if is_kept:
        ask(site, "/honours/")
    status, headers, body = ask(site, "/honours/", method="HEAD")
    assert (status, body) == (200, b"")
    assert headers == ask(site, "/honours/")[1]


@pytest.mark.parametrize(
    "more",
    [
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "testserver.evil.example"},
        {"HTTP_HOST": ""},
    ],
)
def test_a_foreign_host_is_refused_though_the_page_is_kept(site, django, more):
    ask(site, "/honours/")
    again = ask(site, "/honours/", **more, SERVER_NAME="evil.example")
    assert again[0] == 400
    assert again[0] == ask(django, "/honours/", **more, SERVER_NAME="evil.example")[0]


def test_plain_http_is_redirected_though_the_page_is_kept(settings, monkeypatch):
    settings.ALLOWED_HOSTS = [HOST]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 3600
    site = Front(Django(), 8 * 1024 * 1024)
    for _ in range(2):
        over_tls = ask(site, "/honours/", HTTP_X_FORWARDED_PROTO="https")
        assert over_tls[0] == 200
        assert "max-age=3600" in headers_of(over_tls)["Strict-Transport-Security"]
        for told in ({}, {"HTTP_X_FORWARDED_PROTO": "http"}):
            plain = ask(site, "/honours/", **told)
            assert plain[0] == 301
            assert headers_of(plain)["Location"] == f"https://{HOST}/honours/"


def cookie_of(user):
    client = Client()
    client.force_login(user, backend="chambers.access.RoleBackend")
    return "; ".join(
        f"{name}={morsel.value}" for name, morsel in client.cookies.items()
    )


def test_who_is_signed_in_gets_a_page_of_their_own(site, django):
    visitor = ask(site, "/honours/")
    cookie = cookie_of(UserFactory())
    own = ask(site, "/honours/", HTTP_COOKIE=cookie)
    assert headers_of(own)["Cache-Control"] == SIGNED_IN
    assert "Cookie" in headers_of(own)["Vary"]
    assert "ETag" not in headers_of(own)
    assert "工作台".encode() in own[2]
    assert ask(site, "/honours/") == visitor
    assert "工作台".encode() not in visitor[2]
    site.plain.pages.clear()
    ask(site, "/honours/", HTTP_COOKIE=cookie)
    assert not site.plain.pages


def test_large_type_is_the_visitor_s_own(site):
    ask(site, "/honours/")
    large = ask(site, "/honours/", HTTP_COOKIE="large_text=1")
    assert b"large-text" in large[2]
    assert headers_of(large)["Cache-Control"] == VISITOR
    assert b'class="large-text"' not in ask(site, "/honours/")[2]


def test_forms_of_the_public_are_never_kept(site, django):
    application = application_at("publicity", days_ago=0)
    for path in (
        f"/publicity/{application.pk}/",
        "/mediation/apply/",
        "/verify/",
        "/accounts/login/",
        "/publicity/receipts/?receipt=x",
    ):
        asked = django.asked
        answers = [ask(site, path) for _ in range(2)]
        assert django.asked == asked + 2, path
        for answer in answers:
            assert "public" not in headers_of(answer)["Cache-Control"], path
    assert not site.plain.pages
    assert not site.filtered.pages
    assert Application.objects.count() == 1


def test_only_the_filters_of_a_page_are_kept(site, django):
    for path, is_kept in [
        ("/honours/?level=county", True),
        ("/honours/?on=2024-01-01&level=county", True),
        ("/honours/?q=x", False),
        ("/honours/?level=county&utm=1", False),
        ("/honours/?level=" + "x" * 300, False),
        ("/calendar/county.ics?key=x", False),
    ]:
        asked = django.asked
        answers = [ask(site, path) for _ in range(2)]
        assert django.asked - asked == (1 if is_kept else 2), path
        said = {headers_of(answer)["Cache-Control"] for answer in answers}
        assert said == {PUBLIC if is_kept else VISITOR}, path


@pytest.mark.parametrize(
    "more",
    [
        {"method": "POST"},
        {"CONTENT_LENGTH": "5"},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"HTTP_AUTHORIZATION": "Basic eDp5"},
    ],
)
def test_an_odd_request_goes_to_django(site, django, more):
    ask(site, "/honours/")
    ask(site, "/honours/", **more)
    assert django.asked == 2


def test_without_a_version_nothing_is_kept_or_answered(site, django, monkeypatch):
    ask(site, "/honours/")
    monkeypatch.setattr(site.watch, "now", lambda: None)
    assert ask(site, "/honours/")[0] == 200
    assert django.asked == 2


def test_refusals_and_redirects_are_not_kept(site, django):
    for path, status in [("/nowhere/", 404), ("/chambers/0/", 404), ("/admin/", 302)]:
        assert [ask(site, path)[0] for _ in range(2)] == [status, status]
    assert not site.plain.pages
    assert Chamber.objects.count() == 0


def test_where_nothing_is_public_the_version_is_not_read(site, monkeypatch):
    def now():
        raise AssertionError

    monkeypatch.setattr(site.watch, "now", now)
    for path in ("/healthz", "/workbench/", "/admin/", "/static/css/site.css"):
        assert ask(site, path)[0] in (200, 302)


def test_readers_never_wait_for_those_who_work(monkeypatch):
    """Without the room every thread of the server could be taken by slow work."""
    going, begun = threading.Event(), threading.Semaphore(0)

    def application(environ, start_response):
        if environ["PATH_INFO"] == "/workbench/":
            begun.release()
            assert going.wait(10)
        start_response("200 OK", [])
        return [b"x"]

    site = Front(application, 8 * 1024 * 1024)
    monkeypatch.setattr(site.watch, "now", lambda: ("v", None, "default"))
    with ThreadPoolExecutor(front.AT_ONCE + 1) as people:
        work = [
            people.submit(ask, site, "/workbench/") for _ in range(front.AT_ONCE + 1)
        ]
        for _ in range(front.AT_ONCE):
            assert begun.acquire(timeout=10)
        for path in ("/chambers/", "/healthz", "/static/css/site.css"):
            assert ask(site, path)[0] == 200
        assert not begun.acquire(timeout=0.1)  # The last waits for its turn,
        going.set()
        assert [done.result(10)[0] for done in work] == [200] * len(work)
        assert begun.acquire(timeout=0)  # and has it.


def test_sign_ins_are_counted_by_the_address_that_our_proxy_saw(settings):
    seen = []
    application = behind_proxies(lambda environ, _: seen.append(environ["REMOTE_ADDR"]))
    told = "203.0.113.9, 192.0.2.7"
    for count in (0, 1):
        settings.AXES_IPWARE_PROXY_COUNT = count
        for more in ({}, {"HTTP_X_FORWARDED_FOR": told}):
            application({"REMOTE_ADDR": "127.0.0.1"} | more, None)
    assert seen == ["127.0.0.1"] * 3 + ["192.0.2.7"]


def page(size, used):
    made = CachedPage(("v", None), [("Content-Type", "image/png")], b"x" * size, None)
    made.used = used
    return made


def test_the_shelf_keeps_to_its_limit():
    shelf = Shelf(limit=100_000)
    for number in range(50):
        shelf.put((str(number),), page(4_000, used=number))
    assert shelf.size == sum(one.size for one in shelf.pages.values()) <= 100_000
    assert ("49",) in shelf.pages
    assert ("0",) not in shelf.pages
    shelf.put(("49",), page(5_000, used=99))
    assert shelf.size == sum(one.size for one in shelf.pages.values())
    shelf.put(("large",), page(50_000, used=100))
    assert ("large",) not in shelf.pages


def test_tags_are_compared_as_the_weak_comparison_says():
    assert matches('"a", W/"b"', '"b"')
    assert not matches('"a"', '"b"')


def test_every_public_page_is_marked_on_purpose():
    """The names of the marked views; a page with a form or a person is not there."""
    marked = {
        entry.name
        for group in get_resolver().url_patterns
        for entry in getattr(group, "url_patterns", [])
        if hasattr(getattr(entry, "callback", None), "public_names")
    }
    assert marked == {
        "home",
        "honour-list",
        "honour-poster",
        "chamber-list",
        "chamber-detail",
        "lecture-list",
        "lecture-calendar",
        "lecture-feed",
        "lecture-detail",
        "series-detail",
        "calendar-county",
        "calendar-chamber",
        "calendar-branch",
        "course-list",
        "course-detail",
        "site-list",
        "site-detail",
        "figure-list",
        "rule-list",
        "rule-detail",
        "publicity-list",
        "pairing-list",
        "practice-list",
        "practice-detail",
        "project-list",
        "lead-totals",
        "data-list",
        "mediation-list",
        "welfare-list",
        "liaison-list",
        "privacy",
        "accessibility",
        "robots",
        "sitemap",
    }
