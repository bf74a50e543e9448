"""P5: answers to who has the page already."""

from collections.abc import Iterator

from tests.acceptance.bench.load import BEHIND, fire, require_tools, rounds
from tests.acceptance.bench.p1 import PAGE, fetch, rate
from tests.acceptance.bench.table import Figure
from tests.acceptance.drives.deployment import HOME, running

WHAT = "a conditional request (304)"
TARGET = "≥ 1.5 × the full answer"
LEAST = 1.5


def measure(*, short: bool) -> Iterator[Figure]:
    require_tools()
    seconds = 1 if short else 4
    with running() as (site, _):
        address = f"http://{HOME}:{site.web}{PAGE}"
        headers, body = fetch(site.web, PAGE, *BEHIND)
        asked = (*BEHIND, f"If-None-Match: {headers['ETag']}")
        seen = rounds(
            {
                "full": lambda: fire(address, *BEHIND, seconds=seconds),
                "again": lambda: fire(address, *asked, seconds=seconds),
                "made": lambda: fire(
                    address, *BEHIND, "Cookie: large_text=1", seconds=seconds
                ),
            },
            short=short,
        )
        for name, words in [
            ("full", f"the whole kept page, {len(body):,} bytes"),
            ("made", "the whole page, made by Django each time"),
        ]:
            ratio = seen["again"].rate / seen[name].rate
            yield Figure(
                f"304, to {words}",
                rate(seen["again"]),
                rate(seen[name]),
                ratio,
                ratio >= LEAST,
            )
