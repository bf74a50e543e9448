"""Every page at the size of a county, a province and a country."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from psycopg2 import connect, sql

from redleader.database import OWNER, Cluster, find_binaries, local_name
from tests.acceptance.bench.table import Figure

WHAT = "growth of every page from the smallest to the largest site, in-process"
MOST = 1.3
TARGET = f"no page slower than {MOST} × its time with 27 chambers"
SIZES = {27: (2_455, 982), 2_700: (245_454, 98_181), 55_000: (5_000_000, 2_000_000)}
ROUNDS = 3
TIME, STATUS, BYTES, FILE = 0, 2, 3, 4  # places in what ``walk`` prints of a page
PER = 100_000  # bytes of a file
ROOT = Path(__file__).resolve().parents[3]


def measure(*, short: bool) -> Iterator[Figure]:
    """Fill a database of each size in a cluster of its own, and time its pages."""
    sizes = list(SIZES)[:2] if short else list(SIZES)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(
            find_binaries(os.environ.get("REDLEADER_PG", "")),
            Path(folder) / "pg",
            throwaway=True,
        )
        cluster.start()
        try:
            found = {size: one_size(cluster, folder, size) for size in sizes}
        finally:
            cluster.stop()
    yield from figures(*found.values())


def one_size(cluster: Cluster, folder: str, size: int) -> dict[str, list]:
    """Return the times of a site with so many chambers; its database goes again."""
    name = local_name(demo=True)
    cluster.ensure_database(name)
    site = {
        "DATABASE_URL": f"postgres://redleader@/{name.removesuffix('_demo')}",
        "DATABASE_OWNER_URL": f"postgres://{OWNER}@/{name.removesuffix('_demo')}",
        "PGHOST": str(cluster.socket_dir),
        "REDLEADER_DEMO": "1",
        "REDLEADER_VAR": folder,
        "SECRET_KEY": "growth" * 10,
    }
    members, lectures = SIZES[size]
    run(site, "manage.py", "demo", "--no-server")
    run(
        site,
        "manage.py",
        "simulate",
        f"--chambers={size}",
        f"--members={members}",
        f"--lectures={lectures}",
    )
    times = json.loads(run(site, "-m", "tests.acceptance.bench.walk", str(ROUNDS)))
    drop(cluster, name)
    return times


def run(site: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **site},
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return done.stdout


def drop(cluster: Cluster, name: str) -> None:
    link = connect(host=str(cluster.socket_dir), user="postgres", dbname="postgres")
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
    link.close()


def figures(*sizes: dict[str, list]) -> Iterator[Figure]:
    """Yield the growth of each page from the first size to the last, the worst first.

    A page that answered when small and did not when large is not met either. A file
    holds all rows, so its time is taken for so many bytes of it.
    """
    found = []
    for page, seen in sizes[0].items():
        if seen[STATUS] != 200 or page not in sizes[-1]:
            continue
        last = sizes[-1][page]
        status, is_file = last[STATUS], seen[FILE]
        ratio = cost(last) / max(cost(seen), 0.1)
        per = f" for {PER // 1000} kB" if is_file else ""
        what = f"{page}{per}" if status == 200 else f"{page} (answered {status})"
        between = [f"{cost(size[page]):.1f}" for size in sizes[1:-1] if page in size]
        value = f"{cost(last):.1f} ms"
        found.append(
            Figure(
                what,
                f"{value} (between: {', '.join(between)})" if between else value,
                f"{cost(seen):.1f} ms",
                ratio,
                met=status == 200 and ratio <= MOST,
            )
        )
    yield from sorted(found, key=lambda figure: -figure.ratio)


def cost(seen: list) -> float:
    """Return the milliseconds of a page, or of ``PER`` bytes of a file."""
    return seen[TIME] * PER / max(seen[BYTES], 1) if seen[FILE] else seen[TIME]
