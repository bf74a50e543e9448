"""A site of its own for one drive: database, web processes, and their end."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.acceptance.drives.browser import LOST, Browser

ROOT = Path(__file__).resolve().parents[3]
START_LIMIT = 60  # seconds
ROWS = "DRIVE_ROWS"  # names the file in which a drive leaves its rows


class Site:
    """One database server and some web processes, all on this machine."""

    def __init__(self, var: Path, cluster, servers: int):
        self.var = var
        self.cluster = cluster
        self.ports = [free_port() for _ in range(servers)]
        self.processes: list[subprocess.Popen | None] = [None] * servers

    def browser(self) -> Browser:
        return Browser(self.ports)

    def start(self, number: int = 0, *options: str) -> None:
        """Start one web process and wait until it answers."""
        command = [sys.executable, "-m", "tests.acceptance.drives.server"]
        command += [str(self.ports[number]), str(self.var), *options]
        with open(self.var / "server.log", "ab") as log:
            self.processes[number] = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=log, stderr=log
            )
        probe = Browser([self.ports[number]], timeout=5)
        limit = time.monotonic() + START_LIMIT
        while time.monotonic() < limit:
            with contextlib.suppress(*LOST):
                if probe.get("/healthz").status == 200:
                    return
            time.sleep(0.05)
        log = (self.var / "server.log").read_text(errors="replace")
        raise RuntimeError(f"The web process did not start:\n{log[-2000:]}")

    def start_all(self, *options: str) -> None:
        for number in range(len(self.ports)):
            self.start(number, *options)

    def kill(self, number: int = 0) -> None:
        """End one web process as a crash would: without a word."""
        process = self.processes[number]
        if process:
            process.kill()
            self.wait_for_end(number)

    def wait_for_end(self, number: int = 0) -> None:
        process = self.processes[number]
        if process:
            process.wait(timeout=30)
            process.stdin.close()
            self.processes[number] = None

    def stop_all(self) -> None:
        for number, process in enumerate(self.processes):
            if process:
                process.terminate()
                try:
                    self.wait_for_end(number)
                except subprocess.TimeoutExpired:
                    self.kill(number)

    def kill_database(self) -> int:
        """End every process of this database server at once; return how many."""
        first = int((self.cluster.data_dir / "postmaster.pid").read_text().split()[0])
        family = [first, *children(first)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until_gone(family)
        return len(family)

    def start_database(self) -> None:
        self.cluster.start()

    def set_database(self, setting: str, value: str) -> None:
        """Change a setting of the running database server for all connections."""
        import psycopg2

        link = psycopg2.connect(
            host=str(self.cluster.socket_dir), user="postgres", dbname="postgres"
        )
        link.autocommit = True
        with link.cursor() as cursor:
            cursor.execute(f"ALTER SYSTEM SET {setting} = {value}")
            cursor.execute("SELECT pg_reload_conf()")
        link.close()


def wait_until_gone(pids: list[int]) -> None:
    """Wait until no process has these numbers; a dead one may keep its own a while."""
    limit = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > limit:
            raise RuntimeError("The killed database server is still there.")
        time.sleep(0.01)


def children(parent: int) -> list[int]:
    """Return the processes that a process has started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                after_name = (entry / "stat").read_text().rpartition(")")[2]
                if int(after_name.split()[1]) == parent:
                    found.append(int(entry.name))
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running_site(*, servers: int, limit: int):
    """Give a site with empty tables; everything it started ends with it.

    After ``limit`` seconds the drive is broken off.
    """
    var = Path(tempfile.mkdtemp(prefix="redleader-drive-"))
    var.chmod(0o755)  # The database server has an account of its own under root.
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "MEDIA_ROOT"):
        os.environ.pop(name, None)
    os.environ |= {
        "REDLEADER_VAR": str(var),
        "REDLEADER_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "redleader.settings",
    }
    from redleader import database

    cluster = database.ensure_running(os.environ, ROOT, demo=True)
    site = Site(var, cluster, servers)

    def clear():
        signal.alarm(0)
        site.stop_all()
        cluster.stop()
        shutil.rmtree(cluster.socket_dir, ignore_errors=True)
        shutil.rmtree(var, ignore_errors=True)

    def break_off(number, frame):
        """Stop all the same when the clients' threads would still go on."""
        sys.stderr.write(f"Broken off: {signal.Signals(number).name}, {limit} s.\n")
        clear()
        os._exit(1)

    signal.signal(signal.SIGTERM, break_off)
    signal.signal(signal.SIGALRM, break_off)
    signal.alarm(limit)
    try:
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
        subprocess.run(migrate, cwd=ROOT, check=True)
        import django

        django.setup()
        site.start_all()
        yield site
    finally:
        clear()


def wants_short(description: str) -> bool:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--short", action="store_true", help="a quick look")
    return parser.parse_args().short


def rows_of(name: str, *options: str) -> list[tuple[str, str, str]]:
    """Run a drive in a process of its own; return (what, figure, verdict) of each row.

    Its own settings and database stay out of this process.
    """
    with tempfile.TemporaryDirectory(prefix="redleader-rows-") as folder:
        path = Path(folder) / "rows.json"
        done = subprocess.run(
            [sys.executable, "-m", f"tests.acceptance.drives.{name}", *options],
            cwd=ROOT,
            env=clean_environment() | {ROWS: str(path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if not path.exists():
            raise RuntimeError(f"{name} did not end: {done.stderr[-2000:]}")
        return [tuple(row) for row in json.loads(path.read_text())]


def clean_environment() -> dict[str, str]:
    """Return the environment without what the tests have set for themselves."""
    ours = ("DATABASE_", "REDLEADER_", "DJANGO_", "SECRET_KEY", "PYTEST", "MEDIA_ROOT")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)}


class Report:
    """A table of what was promised and what was seen."""

    def __init__(self, title: str):
        self.title = title
        self.rows: list[tuple[str, str, str]] = []
        self.began = time.monotonic()

    def promise(self, what: str, figure: object, *, kept: bool) -> None:
        self.rows.append((what, str(figure), "kept" if kept else "BROKEN"))

    def control(self, what: str, figure: object, *, found: bool) -> None:
        """Note that a fault put in on purpose was seen; unseen is a broken test."""
        self.rows.append((what, str(figure), "found" if found else "BROKEN"))

    def note(self, what: str, figure: object) -> None:
        self.rows.append((what, str(figure), ""))

    def finish(self) -> int:
        """Print the table; return 1 when something is broken."""
        self.note("time", f"{time.monotonic() - self.began:.0f} s")
        widths = [max(len(row[n]) for row in self.rows) for n in (0, 1)]
        lines = [f"\n{self.title}"]
        for what, figure, verdict in self.rows:
            line = f"  {what:<{widths[0]}}  {figure:>{widths[1]}}  {verdict}"
            lines.append(line.rstrip())
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        if os.environ.get(ROWS):
            Path(os.environ[ROWS]).write_text(json.dumps(self.rows))
        return int(any(verdict == "BROKEN" for _, _, verdict in self.rows))
