"""P9: many readers and thirty secretaries at once, behind the shipped nginx."""

import http.client
import itertools
import ssl
import threading
import time
import uuid
from collections.abc import Iterator

from tests.acceptance.bench.load import fire, require_tools
from tests.acceptance.bench.table import Figure
from tests.acceptance.drives.deployment import HOME, NAME, running

WHAT = "200 readers and 30 secretaries at once, a change every second"
TARGET = "0 errors, p99 of public pages ≤ 10 × their median"
READERS, SECRETARIES = 200, 30
MOST = 10
THINKING = 5.0  # seconds between what one secretary does and the next
PAGES = ["/", "/honours/", "/chambers/", "/lectures/", "/figures/", "/publicity/"]
WORK = ["/workbench/", "/workbench/lectures/", "/chambers/", "/workbench/"]
TOKEN = "a" * 32
SCRIPT = """
local pages = {%s}
local turn = 0
request = function()
  turn = turn + 1
  return wrk.format("GET", pages[turn %% #pages + 1])
end
"""


class Secretary(threading.Thread):
    """Reads its pages and keeps a draft, with a moment between, until told to stop."""

    def __init__(self, site, cookie: str, stop: threading.Event):
        super().__init__(daemon=True)
        self.site, self.cookie, self.stop = site, cookie, stop
        self.done, self.wrong, self.slowest = 0, [], 0.0

    def run(self) -> None:
        trust = self.site.trust()
        for path in itertools.cycle([*WORK, f"/workbench/drafts/{uuid.uuid4()}/"]):
            if self.stop.wait(THINKING):
                return
            began = time.monotonic()
            try:
                status = self.ask(path, trust)
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append((path, type(error).__name__))
                continue
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.done += 1
            if status != 200:
                self.wrong.append((path, status))

    def ask(self, path: str, trust: ssl.SSLContext) -> int:
        link = http.client.HTTPSConnection(
            NAME, self.site.tls, timeout=60, source_address=(HOME, 0), context=trust
        )
        headers = {"Cookie": f"{self.cookie}; __Host-csrf={TOKEN}"}
        method, body = "GET", None
        if "/drafts/" in path:
            method, body = "POST", "topic=%E5%85%9A%E8%AF%BE"
            path += "?address=/workbench/lectures/new/"
            headers |= {
                "X-CSRFToken": TOKEN,
                "Referer": f"{self.site.address}/workbench/lectures/new/",
                "Content-Type": "application/x-www-form-urlencoded",
            }
        link.request(method, path, body, headers)
        answer = link.getresponse()
        answer.read()
        link.close()
        return answer.status


def cookies() -> list[str]:
    """Return the session of each secretary, of a chamber of their own."""
    from django.conf import settings
    from django.test import Client

    from tests.factories.chambers import ChamberFactory, secretary_of

    found = []
    for _ in range(SECRETARIES):
        client = Client()
        user = secretary_of(ChamberFactory())
        client.force_login(user, backend="chambers.access.RoleBackend")
        name = settings.SESSION_COOKIE_NAME
        found.append(f"{name}={client.cookies[name].value}")
    return found


def change(stop: threading.Event) -> None:
    """Make every public page old once in a second."""
    from django.db import connection

    from chambers.models import Chamber

    chamber = Chamber.objects.first()
    for turn in itertools.count():
        if stop.wait(1):
            break
        Chamber.objects.filter(pk=chamber.pk).update(short_name=f"云{turn}")
    connection.close()


def measure(*, short: bool) -> Iterator[Figure]:
    require_tools()
    seconds = 5 if short else 30
    with running(limits=False) as (site, _):
        script = site.var / "readers.lua"
        script.write_text(SCRIPT % ", ".join(f'"{page}"' for page in PAGES))
        host = f"Host: {NAME}:{site.tls}"
        options = {"connections": READERS, "script": str(script)}
        for page in PAGES:  # The first answer of a process also loads its code.
            site.send(page)
        alone = fire(site.address, host, seconds=seconds, **options)
        stop = threading.Event()
        threads = [Secretary(site, cookie, stop) for cookie in cookies()]
        changer = threading.Thread(target=change, args=[stop], daemon=True)
        for thread in [*threads, changer]:
            thread.start()
        together = fire(site.address, host, seconds=seconds, **options)
        stop.set()
        for thread in [*threads, changer]:
            thread.join(timeout=70)
    wrong = [fault for thread in threads for fault in thread.wrong]
    asked = sum(thread.done for thread in threads)
    errors = together.errors + len(wrong)
    yield Figure(
        f"errors of {together.rate * seconds:,.0f} public pages and {asked} of the "
        f"workbench{f', such as {wrong[0]}' if wrong else ''}",
        str(errors),
        f"readers alone {alone.errors}",
        float(errors),
        errors == 0 < asked,
    )
    for what, load in [("alone", alone), ("with secretaries", together)]:
        ratio = load.p99 / load.p50
        yield Figure(
            f"readers {what}, {load.rate:,.0f}/s: p99 to the median",
            f"{load.p99:.1f} ms",
            f"{load.p50:.1f} ms",
            ratio,
            ratio <= MOST,
        )
    slowest = max(thread.slowest for thread in threads)
    yield Figure(
        "the slowest answer to a secretary",
        f"{slowest:.2f} s",
        "2 s",
        slowest / 2,
        slowest <= 2,
    )
