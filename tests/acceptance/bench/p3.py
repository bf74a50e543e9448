"""P3: a public page that is in no cache, beside an ordinary Django list."""

from collections.abc import Iterator

import psycopg2

from tests.acceptance.bench.load import BEHIND, fire, require_tools, rounds, served
from tests.acceptance.bench.p1 import rate
from tests.acceptance.bench.table import Figure
from tests.acceptance.drives.deployment import HOME, NAME, running

WHAT = "a public page that is in no cache"
TARGET = "≤ 6 queries, and ≥ 3 × the ordinary Django list over the same rows"
MOST_QUERIES, LEAST = 6, 3
PAGE = "/lectures/"
OWN = "Cookie: large_text=1"  # a page of one's own is never kept
CONNECTIONS = 4


def fill(cluster, count: int) -> None:
    """Copy one accepted lecture to many hours; as the superuser, past the rules."""
    from django.db import connection

    from activities.models import Lecture
    from tests.factories.activities import accepted

    first = accepted(photos=1)
    changed = {
        "form_key": "gen_random_uuid()",
        "started_at": "started_at - n * interval '1 hour'",
        "ended_at": "ended_at - n * interval '1 hour'",
    }
    names = [
        field.column for field in Lecture._meta.concrete_fields if not field.primary_key
    ]
    values = ", ".join(changed.get(name, f'"{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    link = psycopg2.connect(
        host=str(cluster.socket_dir),
        user="postgres",
        dbname=connection.settings_dict["NAME"],
    )
    with link, link.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO activities_lecture ({columns}) SELECT {values}"
            " FROM activities_lecture, generate_series(1, %s) n WHERE id = %s",
            [count - 1, first.pk],
        )
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE activities_lecture")
    link.close()


def queries_of(path: str) -> int:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_HOST=NAME)
    client.get(path, secure=True)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path, secure=True)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return len([query for query in seen if "SAVEPOINT" not in query["sql"]])


def measure(*, short: bool) -> Iterator[Figure]:
    require_tools()
    seconds = 2 if short else 5
    with running() as (site, cluster):
        for count in [20_000] if short else [1_000, 50_000]:
            fill(cluster, count)
            with served("tests.acceptance.bench.ordinary:application") as port:
                own = f"http://{HOME}:{site.web}{PAGE}"
                usual = f"http://{HOME}:{port}/ordinary/"
                seen = rounds(
                    {
                        name: lambda at=at: fire(
                            at, *BEHIND, OWN, seconds=seconds, connections=CONNECTIONS
                        )
                        for name, at in [("own", own), ("usual", usual)]
                    },
                    short=short,
                )
            ratio = seen["own"].rate / seen["usual"].rate
            yield Figure(
                f"{PAGE} of {count:,} lectures, to an ordinary list",
                f"{rate(seen['own'])} (p50 {seen['own'].p50:.0f} ms)",
                f"{rate(seen['usual'])} (p50 {seen['usual'].p50:.0f} ms)",
                ratio,
                ratio >= LEAST,
            )
        for path in ("/", "/honours/", "/chambers/", PAGE, "/figures/", "/pairings/"):
            number = queries_of(path)
            yield Figure(
                f"{path}: queries",
                str(number),
                f"limit {MOST_QUERIES}",
                number / MOST_QUERIES,
                number <= MOST_QUERIES,
            )
