"""The tables that tests begin with: migrated once, then copied.

What ``migrate`` makes is kept as the data of a whole server, under a name that is the
hash of everything that goes into it, so that a change of any of it migrates anew.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg2
from django.conf import settings
from psycopg2 import sql

from redleader.audit.roles import PLANNER

TABLES = "redleader"  # the database that ``migrate`` fills and each worker copies
KEPT = 12  # the newest ones stay, each some 70 MB
SOURCES = (
    "*/migrations/**/*.py",
    "*/models/**/*.py",
    "*/apps.py",
    "redleader/*.py",
    "redleader/audit/*.py",
    "redleader/records/*.py",
    "redleader/serving/publication.py",
    "redleader/uploads/*.py",
    "redleader/management/commands/migrate.py",
    "activities/counting/**/*.py",
    "activities/sums/*.py",
    "requirements.txt",
    "tests/tables.py",
)


def digest() -> str:
    """Return the hash of all that decides which tables there are."""
    found = hashlib.sha256(f"{sys.version} {settings.CLUSTER.bin_dir}".encode())
    for pattern in SOURCES:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()[:20]


def kept() -> Path:
    """Return where the data of the migrated server are kept, or will be.

    Who plants faults in a copy of the source names those of the sound one.
    """
    named = os.environ.get("REDLEADER_TEST_TABLES")
    shelf = Path(tempfile.gettempdir()) / f"redleader-tables-{os.getuid()}"
    return Path(named) if named else shelf / digest()


def start() -> bool:
    """Start the server of the tests with the tables in its database ``TABLES``.

    Return False when another run has started it; then that one stops it.
    """
    cluster = settings.CLUSTER
    if cluster.is_running():
        return False
    data = kept()
    if not data.exists():
        migrate(data)
    cluster.make_dir(cluster.socket_dir)
    cluster.data_dir.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [shutil.which("cp") or "cp", "-a", data, cluster.data_dir], check=True
    )
    os.utime(data)
    return cluster.start()


def migrate(data: Path) -> None:
    """Migrate an empty database and keep the data of its server."""
    cluster = settings.CLUSTER
    cluster.start()
    cluster.ensure_database(TABLES)
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity", "0"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        check=True,
    )
    cluster.run(cluster.bin_dir / "pg_ctl", "stop", "-w", "-D", cluster.data_dir)
    cluster.started = False
    cluster.make_dir(data.parent)
    (cluster.data_dir / "server.log").unlink()
    if not data.exists():  # Another run may have been quicker.
        cluster.data_dir.rename(data)
    shutil.rmtree(cluster.data_dir, ignore_errors=True)
    others = sorted(data.parent.iterdir(), key=lambda path: path.stat().st_mtime)
    for old in others[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def copy(name: str) -> None:
    """Make a database of this name with the tables in it; one that is there goes."""
    link = psycopg2.connect(
        host=str(settings.CLUSTER.socket_dir), user="postgres", dbname="postgres"
    )
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(1)")  # one copies at a time
        new, tables = sql.Identifier(name), sql.Identifier(TABLES)
        owner = sql.Identifier("redleader_owner")
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(new))
        cursor.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                new, owner, tables
            )
        )
    link.close()
    link = psycopg2.connect(
        host=str(settings.CLUSTER.socket_dir), user="postgres", dbname=name
    )
    with link, link.cursor() as cursor:
        cursor.execute(PLANNER)  # settings of a database are not copied with it
    link.close()
