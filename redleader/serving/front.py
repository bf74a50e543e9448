"""Cached pages, served before Django is involved: the application that servers call.

A page is kept as bytes, with all its headers, under the full address of the request,
host and scheme included; a refusal or redirect is never kept. It stays valid as long as
the publication version is the one it was made under.
"""

import gzip
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import blake2b
from threading import Lock, Semaphore

import brotli
from django.utils.http import http_date, parse_etags

from redleader.cluster.replica import PRIMARY
from redleader.serving.pages import KEPT, private_cookies
from redleader.serving.publication import Version, VersionWatch

LIFE = 300  # seconds, regardless of the version
LONGEST_ADDRESS = 600
PATIENCE = 10  # seconds to wait for another thread that renders the same page
LOCKS = 64
SMALLEST = 512  # bytes; smaller ones are not worth compressing
OVERHEAD = 4000  # bytes of headers and objects, roughly
TEXT = ("text/", "application/json", "application/atom+xml")
# Static files and the health check bypass the limit on concurrent workbench requests.
QUICK = ("/static/", "/photos/", "/healthz")
# Where no page is public: passed to Django without checking the version.
NEVER = ("/workbench/", "/admin/", "/accounts/", *QUICK)
AT_ONCE = (
    4  # concurrent requests of signed-in users; more would only wait for the processor
)
NOT_MODIFIED = "304 Not Modified"
OWN = {"content-length", "etag", "last-modified"}

Headers = list[tuple[str, str]]
Key = tuple[str, ...]


class CachedPage:
    """One response: its headers, and its body in each encoding."""

    __slots__ = ("ends", "forms", "modified", "size", "tag", "used", "version")
    modified: str

    def __init__(
        self,
        version: Version,
        headers: Headers,
        body: bytes,
        before: "CachedPage | None",
    ):
        self.version = version
        self.used = time.monotonic()
        self.ends = self.used + LIFE
        self.tag = blake2b(body, digest_size=16).hexdigest()
        same = before is not None and before.tag == self.tag
        self.modified = before.modified if before and same else http_date()
        kind = dict(headers).get("Content-Type", "")
        headers = [pair for pair in headers if pair[0].lower() not in OWN]
        bodies = {"": body}
        if kind.startswith(TEXT) and len(body) >= SMALLEST:
            bodies["br"] = brotli.compress(body, mode=brotli.MODE_TEXT, quality=5)
            bodies["gzip"] = gzip.compress(body, 6, mtime=0)
        self.forms = {
            coding: self.form(headers, coding, packed)
            for coding, packed in bodies.items()
        }
        self.size = sum(map(len, bodies.values())) + OVERHEAD

    def form(self, headers: Headers, coding: str, body: bytes) -> tuple:
        """Return the ETag, the headers of 200 and of 304, and the body."""
        tag = f'"{self.tag}-{coding}"' if coding else f'"{self.tag}"'
        same = [("ETag", tag), ("Last-Modified", self.modified)]
        short = [pair for pair in headers if pair[0].lower() != "content-type"]
        whole = [*headers, *same, ("Content-Length", str(len(body)))]
        if coding:
            whole.append(("Content-Encoding", coding))
        return tag, whole, [*short, *same], body

    def answer(self, environ: dict, start_response: Callable) -> list[bytes]:
        coding = coding_of(environ.get("HTTP_ACCEPT_ENCODING", ""))
        tag, whole, short, body = self.forms.get(coding) or self.forms[""]
        asked = environ.get("HTTP_IF_NONE_MATCH")
        if asked is not None and (asked == tag or matches(asked, tag)):
            start_response(NOT_MODIFIED, short.copy())
            return [b""]
        start_response("200 OK", whole.copy())
        return [body if environ["REQUEST_METHOD"] == "GET" else b""]


@lru_cache(maxsize=256)
def coding_of(accepted: str) -> str:
    """Return the preferred Content-Encoding, or '' for identity."""
    takes = set()
    for part in accepted.lower().split(","):
        name, _, rest = part.partition(";")
        weight = rest.replace(" ", "").removeprefix("q=")
        if weight.strip("0.") or not rest:
            takes.add(name.strip())
    return next((name for name in ("br", "gzip") if name in takes), "")


def matches(asked: str, tag: str) -> bool:
    tags = parse_etags(asked)
    return tags == ["*"] or tag in {one.removeprefix("W/") for one in tags}


class Shelf:
    """Pages by address, up to a number of bytes; the least recently used go first."""

    def __init__(self, limit: int):
        self.limit = limit
        self.pages: dict[Key, CachedPage] = {}
        self.size = 0
        self.lock = Lock()

    def put(self, key: Key, page: CachedPage) -> None:
        if page.size > self.limit // 8:
            return
        with self.lock:
            before = self.pages.get(key)
            self.size += page.size - (before.size if before else 0)
            self.pages[key] = page
            if self.size > self.limit:
                self.make_room()

    def make_room(self) -> None:
        by_age = sorted(self.pages.items(), key=lambda item: item[1].used)
        for key, page in by_age:
            if self.size <= self.limit * 3 // 4:
                break
            del self.pages[key]
            self.size -= page.size


class Front:
    """A WSGI application that answers from its cache if it may, else asks Django."""

    def __init__(
        self, application: Callable, limit: int, watch: VersionWatch | None = None
    ):
        self.application = application
        self.plain, self.filtered = Shelf(limit), Shelf(limit // 4)
        self.watch = watch or VersionWatch()
        self.locks = [Lock() for _ in range(LOCKS)]
        self.room = Semaphore(AT_ONCE)
        self.cookies = private_cookies()

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        key = self.key_of(environ)
        if not key:
            return self.work(environ, start_response)
        version = self.watch.now()
        if not version:
            return self.application(environ, start_response)
        shelf = self.filtered if key[-1] else self.plain
        page = shelf.pages.get(key)
        if page is None:
            return self.make(key, version, shelf, environ, start_response)
        now = time.monotonic()
        if page.version == version and now < page.ends:
            page.used = now
            return page.answer(environ, start_response)
        return self.renew(key, shelf, environ, start_response)

    def key_of(self, environ: dict) -> Key | None:
        """Return the key of a page, or None if no cached page may answer."""
        get = environ.get
        cookies = get("HTTP_COOKIE")
        if (
            environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            or (cookies and any(name in cookies for name in self.cookies))
            or get("CONTENT_LENGTH", "") not in ("", "0")
            or "HTTP_TRANSFER_ENCODING" in environ
            or "HTTP_AUTHORIZATION" in environ
        ):
            return None
        host, path = get("HTTP_HOST"), get("PATH_INFO", "")
        query = get("QUERY_STRING", "")
        if not host or len(host) + len(path) + len(query) > LONGEST_ADDRESS:
            return None
        if path.startswith(NEVER):
            return None
        told = get("HTTP_X_FORWARDED_PROTO", "")
        return environ["wsgi.url_scheme"], told, host, path, query

    def work(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        """Pass signed-in users, readers with display cookies and all writes to Django.

        Only a few at once, so that other readers do not queue behind them.
        """
        if environ.get("PATH_INFO", "").startswith(QUICK):
            return self.application(environ, start_response)
        with self.room:
            return self.application(environ, start_response)

    def renew(self, key, shelf, environ, start_response) -> Iterable[bytes]:
        """Render an outdated page anew; concurrent requests for it wait."""
        lock = self.locks[hash(key) % LOCKS]
        held = lock.acquire(timeout=PATIENCE)
        try:
            version, page = self.watch.now(), shelf.pages.get(key)
            if not version:
                return self.application(environ, start_response)
            if page and page.version == version and time.monotonic() < page.ends:
                return page.answer(environ, start_response)
            return self.make(key, version, shelf, environ, start_response)
        finally:
            if held:
                lock.release()

    def make(self, key, version, shelf, environ, start_response) -> Iterable[bytes]:
        """Ask Django, and keep the response if allowed.

        ``version`` was read first, so a page that raced with a change is never served
        under the new version.
        """
        said: list = []

        def note(*arguments):
            said[:] = arguments

        body = self.application(environ, note)
        kept = environ.pop(KEPT, None)
        # A replica may lag behind the server that this version was read from.
        if kept not in (PRIMARY, version[2]) or not said[0].startswith("200"):
            start_response(*said)
            return body
        try:
            whole = b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        page = CachedPage(version, said[1], whole, shelf.pages.get(key))
        shelf.put(key, page)
        return page.answer(environ, start_response)
