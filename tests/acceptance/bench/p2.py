"""P2: public pages behind the shipped nginx, and how soon a change is there."""

import time
from collections.abc import Iterator

from tests.acceptance.bench.load import fire, require_tools, rounds
from tests.acceptance.bench.p1 import PAGE, rate
from tests.acceptance.bench.table import Figure
from tests.acceptance.drives.deployment import NAME, ask_application, running

WHAT = "a public page behind the shipped nginx, over TLS"
TARGET = (
    "≥ 0.90 × nginx static; a change within 2 s (1 s without nginx); stale when down"
)
LEAST = 0.90
NGINX_LIMIT, BARE_LIMIT = 2, 1  # seconds
LIST = "/chambers/"


def waits(read, times: int) -> list[float]:
    """Change the name of a chamber ``times`` times; return how long each took."""
    from chambers.models import Chamber

    chamber = Chamber.objects.first()
    seen = []
    for turn in range(times):
        name = f"测速商会{turn}"
        Chamber.objects.filter(pk=chamber.pk).update(name=name)
        began = time.monotonic()
        while name not in read():
            time.sleep(0.005)
            if time.monotonic() - began > 30:
                raise RuntimeError("The change did not come.")
        seen.append(time.monotonic() - began)
        time.sleep(0.13)  # not in step with the second
    Chamber.objects.filter(pk=chamber.pk).update(name=chamber.name)
    return sorted(seen)


def measure(*, short: bool) -> Iterator[Figure]:
    require_tools()
    seconds = 1 if short else 4
    with running(limits=False) as (site, _):
        body = site.send(PAGE).text.encode()
        (site.var / "static/bench.html").write_bytes(body)
        host = f"Host: {NAME}:{site.tls}"
        seen = rounds(
            {
                name: lambda path=path: fire(
                    f"{site.address}{path}", host, seconds=seconds
                )
                for name, path in [("static", "/static/bench.html"), ("kept", PAGE)]
            },
            short=short,
        )
        ratio = seen["kept"].rate / seen["static"].rate
        yield Figure(
            f"{PAGE}, {len(body):,} bytes, to a static file of the same nginx",
            f"{rate(seen['kept'])} (p99 {seen['kept'].p99:.1f} ms)",
            f"{rate(seen['static'])} (p99 {seen['static'].p99:.1f} ms)",
            ratio,
            ratio >= LEAST,
        )
        times = 3 if short else 20
        for what, read, limit in [
            ("nginx", lambda: site.send(LIST).text, NGINX_LIMIT),
            ("no nginx", lambda: ask_application(site, LIST), BARE_LIMIT),
        ]:
            took = waits(read, times)
            yield Figure(
                f"a change, {what}: the longest of {times}",
                f"{took[-1]:.2f} s (median {took[len(took) // 2]:.2f} s)",
                f"limit {limit} s",
                took[-1] / limit,
                took[-1] <= limit,
            )
        site.send(PAGE)
        site.stop(0)
        time.sleep(3)
        load = fire(f"{site.address}{PAGE}", host, seconds=seconds)
        yield Figure(
            "the application down: errors of the kept page",
            f"{load.errors} of {load.rate * seconds:,.0f}",
            "0",
            float(load.errors),
            load.errors == 0,
        )
