"""Proof that a backup can be brought back, on a database server of its own."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2
from django.conf import settings

from redleader.backup import fingerprints
from redleader.backup.archive import binaries, media_files
from redleader.backup.fingerprints import TableFingerprint
from redleader.database import APP, OWNER, READER, Cluster

# Settings that would lead a command away from the throwaway server.
ELSEWHERE = ("REDLEADER_DB_ROLE", "S3_BUCKET", "REPLICA_URL", "CACHE_URL")
ALTERED = """
SET session_replication_role = replica;
UPDATE django_migrations SET applied = applied + interval '1 second'
WHERE id = (SELECT min(id) FROM django_migrations)
"""


class DrillServer:
    """A throwaway server and a media folder to restore into."""

    def __init__(self, folder: Path, cluster: Cluster):
        self.folder, self.cluster = folder, cluster
        self.media = folder / "media"

    def environment(self, name: str) -> dict[str, str]:
        """Return the settings of an installation on this server."""
        host = quote(str(self.cluster.socket_dir), safe="")
        urls = {
            f"DATABASE{suffix}_URL": f"postgres://{role}@/{name}?host={host}"
            for suffix, role in [("", APP), ("_OWNER", OWNER), ("_READER", READER)]
        }
        return (
            os.environ
            | urls
            | {
                "REDLEADER_DEMO": "1" if settings.DEMO else "0",
                "REDLEADER_VAR": str(self.folder),
                "MEDIA_ROOT": str(self.media),
                "SECRET_KEY": settings.SECRET_KEY,
            }
        )

    def manage(self, name: str, *arguments: object) -> subprocess.CompletedProcess:
        """Run a management command of such an installation, on one of its databases."""
        environment = self.environment(name)
        for variable in ELSEWHERE:
            environment.pop(variable, None)
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=settings.BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def ask(self, name: str, statement: str = "") -> dict[str, TableFingerprint]:
        """Run a statement as the administrator; return its rows."""
        link = psycopg2.connect(
            host=str(self.cluster.socket_dir), user="postgres", dbname=name
        )
        with closing(link), link, link.cursor() as cursor:
            if statement:
                cursor.execute(statement)
            return fingerprints.fingerprints(cursor)

    def make_database(self, name: str) -> str:
        """Make an empty database; return its real name."""
        name += "_demo" if settings.DEMO else ""
        self.cluster.ensure_database(name)
        return name


@contextmanager
def place(folder: Path) -> Iterator[DrillServer]:
    """Provide a server that vanishes with everything on it."""
    cluster = Cluster(binaries(), folder / "pg", throwaway=True)
    cluster.start()
    try:
        yield DrillServer(folder, cluster)
    finally:
        cluster.stop()


def hashes(root: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by its name there."""
    found = {}
    for path in media_files(root):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found[path.relative_to(root).as_posix()] = digest
    return found


def flip_byte(path: Path) -> None:
    """Change one byte in the middle of a file."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))


def damaged_copy(path: Path, folder: Path) -> Path:
    copy = folder / "damaged.tar.age"
    shutil.copyfile(path, copy)
    flip_byte(copy)
    return copy
