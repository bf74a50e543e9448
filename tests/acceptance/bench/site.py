"""A demo site in a cluster of its own, for benchmarks that ask nothing of a network."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redleader.database import OWNER, Cluster, find_binaries, local_name

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Site:
    """Where the site's processes find their database and files."""

    cluster: Cluster
    environment: dict[str, str]

    def run(self, *arguments: str, owner: bool = False) -> str:
        """Run Python with some arguments; return what it prints, shown if it fails."""
        role = {"REDLEADER_DB_ROLE": "owner"} if owner else {}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment, **role},
            check=False,
            text=True,
            capture_output=True,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout

    def fill(self) -> None:
        """Make the tables and the demo's rows, where there is no database yet."""
        self.cluster.ensure_database(local_name(demo=True))
        self.run("manage.py", "demo", "--no-server")


@contextmanager
def scratch_site() -> Iterator[Site]:
    """Give a site without a database; everything it made goes with it."""
    name = local_name(demo=True).removesuffix("_demo")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(
            find_binaries(os.environ.get("REDLEADER_PG", "")),
            Path(folder) / "pg",
            throwaway=True,
        )
        environment = {
            "DATABASE_URL": f"postgres://redleader@/{name}",
            "DATABASE_OWNER_URL": f"postgres://{OWNER}@/{name}",
            "PGHOST": str(cluster.socket_dir),
            "REDLEADER_DEMO": "1",
            "REDLEADER_VAR": folder,
            "SECRET_KEY": "measure" * 10,
        }
        cluster.start()
        try:
            yield Site(cluster, environment)
        finally:
            cluster.stop()
