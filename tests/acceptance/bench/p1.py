"""P1: ready pages from the application itself."""

import http.client
from collections.abc import Iterator

from tests.acceptance.bench.load import (
    BEHIND,
    bare_callable,
    fire,
    require_tools,
    rounds,
    static_nginx,
)
from tests.acceptance.bench.table import Figure
from tests.acceptance.drives.deployment import HOME, running

WHAT = "a public page from the application itself, kept"
TARGET = "≥ 0.50 × nginx with the same bytes, ≥ 0.80 × a bare WSGI function"
PAGE = "/honours/"
OF_NGINX, OF_BARE = 0.50, 0.80


def fetch(port: int, path: str, *headers: str):
    """Return (headers, body) of one answer of the application."""
    link = http.client.HTTPConnection(HOME, port, timeout=60)
    link.request("GET", path, headers=dict(line.split(": ") for line in headers))
    answer = link.getresponse()
    body = answer.read()
    link.close()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return answer.headers, body


def rate(load) -> str:
    return f"{load.rate:,.0f}/s"


def measure(*, short: bool) -> Iterator[Figure]:
    require_tools()
    seconds = 1 if short else 4
    with running() as (site, _):
        for coding in ("identity", "br"):
            asked = (*BEHIND, f"Accept-Encoding: {coding}")
            headers, body = fetch(site.web, PAGE, *asked)
            with (
                static_nginx(body) as static,
                bare_callable(body, headers["Content-Type"]) as bare,
            ):
                own = f"http://{HOME}:{site.web}{PAGE}"
                seen = rounds(
                    {
                        "nginx": lambda at=static: fire(at, seconds=seconds),
                        "own": lambda at=own, asked=asked: fire(
                            at, *asked, seconds=seconds
                        ),
                        "bare": lambda at=bare: fire(at, seconds=seconds),
                    },
                    short=short,
                )
            what = f"{PAGE} {coding}, {len(body):,} bytes"
            for name, words, least in [
                ("nginx", "nginx static", OF_NGINX),
                ("bare", "bare WSGI", OF_BARE),
            ]:
                ratio = seen["own"].rate / seen[name].rate
                yield Figure(
                    f"{what}, to {words}",
                    f"{rate(seen['own'])} (p99 {seen['own'].p99:.1f} ms)",
                    f"{rate(seen[name])} (p99 {seen[name].p99:.1f} ms)",
                    ratio,
                    ratio >= least,
                )
