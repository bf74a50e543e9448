"""Time each page of one site, as each of its readers; started by ``p4``.

Pages of one record are found as a person finds them: the first link of each kind that a
timed page has. They are named by their pattern, because keys differ between sites.

Prints one JSON object: ``reader address`` to ``[milliseconds, queries, status, bytes,
whether it is a file]``, the median of some rounds after a warm one. A statement ends
after ``LIMIT`` seconds, and its page then counts as that slow.
"""

import json
import os
import re
import statistics
import sys
import time

import django

LIMIT = 10  # seconds
SEARCHES = {
    "public": [
        "/chambers/?q=yx",
        "/chambers/?q=云溪",
        "/honours/?q=云溪",
        "/lectures/?q=党章",
        "/figures/rules/chambers/",
    ],
    "secretary": ["/workbench/search/?q=王伟", "/workbench/lectures/?q=党章"],
    "staff": [
        "/workbench/search/?q=王伟",
        "/workbench/search/?q=ww",
        "/workbench/search/?q=wangwei",
        "/admin/chambers/member/?q=王伟",
        "/admin/chambers/member/?q=wangwei",
        "/admin/chambers/chamber/?q=云溪",
    ],
}
OUTSIDE = ("/workbench/", "/admin/", "/accounts/", "/i18n/", "/healthz")
LEFT_OUT = {"public:api:api-root"}


def pages():
    """Return the addresses without arguments, by reader."""
    from django.contrib import admin
    from django.urls import reverse

    from activities.services.address import PUBLIC, addresses
    from chambers.models import Role

    plain = {
        "/" + a.pattern.lstrip("^/"): a.actors("GET")
        for a in addresses()
        if not re.search(r"[<(?\\$]", a.pattern) and a.name not in LEFT_OUT
    }
    public = [path for path, who in plain.items() if PUBLIC in who]
    public = [path for path in public if not path.startswith(OUTSIDE)]
    work = [path for path in plain if path.startswith("/workbench/")]
    mine = [path for path in work if Role.SECRETARY in plain[path]]
    ours = [path for path in work if Role.ADMINISTRATOR in plain[path]]
    lists = [
        reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist")
        for m in admin.site._registry
    ]
    adds = [
        reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_add")
        for m in admin.site._registry
    ]
    return {
        "public": public + SEARCHES["public"] + downloads(),
        "secretary": mine + SEARCHES["secretary"],
        "staff": [*ours, "/admin/", *lists, *adds, *SEARCHES["staff"]],
    }


def downloads():
    """Return the addresses of open data that hold rows of one noun."""
    return ["/open-data/chambers.csv", "/open-data/honours.csv"]


def measure(rounds, only):
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from chambers.models import User

    found: dict[str, list] = {}
    names = {"public": None, "secretary": "mishu01", "staff": "guanli"}
    for reader, addresses in pages().items():
        client = Client(raise_request_exception=False, SERVER_NAME="localhost")
        if names[reader]:
            user = User.objects.get(username=names[reader])
            client.force_login(user, backend="chambers.access.RoleBackend")
        waiting, named = dict.fromkeys(addresses), set()
        while waiting:
            address = next(iter(waiting))
            page = waiting.pop(address) or address
            cache.clear()  # Files are limited, for each person and hour.
            if only and only not in f"{reader} {page}":
                continue
            times, status, queries = [], 0, 0
            for turn in range(rounds + 1):
                connection.ensure_connection()
                with connection.cursor() as cursor:
                    cursor.execute(f"SET statement_timeout = '{LIMIT}s'")
                began = time.perf_counter()
                if turn == 0:
                    with CaptureQueriesContext(connection) as seen:
                        answer = client.get(address)
                        size = read(answer)
                    for pattern, link in links(answer):
                        if pattern not in named:
                            named.add(pattern)
                            waiting[link] = pattern
                    queries = len(seen)
                    slow = sorted(
                        seen.captured_queries, key=lambda q: -float(q["time"])
                    )
                else:
                    answer = client.get(address)
                    size = read(answer)
                times.append((time.perf_counter() - began) * 1000)
                status = answer.status_code
                if turn and times[-1] > 3000:
                    break
            kept = times[1:] or times
            found[f"{reader} {page}"] = [
                round(statistics.median(kept), 1),
                queries,
                status,
                size,
                answer.get("Content-Disposition", "").startswith("attachment"),
                *([(q["time"], q["sql"]) for q in slow[:3]] if only else []),
            ]
            sys.stderr.write(f"{reader} {page} {found[f'{reader} {page}']}\n")
            sys.stderr.flush()
    return found


def links(answer):
    """Yield (pattern, address) of what a page links to that belongs to one record."""
    from django.urls import Resolver404, resolve

    if answer.streaming or not answer["Content-Type"].startswith("text/html"):
        return
    for address in re.findall(r'href="(/[^"?#]*\d[^"?#]*)"', answer.content.decode()):
        try:
            match = resolve(address)
        except Resolver404:
            continue  # a file of the site
        if match.kwargs or match.args:
            yield "/" + re.sub(r"\(\?P<(\w+)>.*?\)", r"<\1>", match.route), address


def read(answer):
    """Read an answer to its end; return its bytes."""
    if answer.streaming:
        return sum(len(part) for part in answer.streaming_content)
    return len(answer.content)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "redleader.settings")
    django.setup()
    import logging

    logging.disable(logging.CRITICAL)
    rounds = int(sys.argv[1])
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    json.dump(measure(rounds, only), sys.stdout, ensure_ascii=False)
