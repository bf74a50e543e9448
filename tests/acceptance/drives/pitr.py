"""Back to one second: a base backup and archived WAL bring every row back.

Rows are written all the time; then somebody deletes them. The database is brought
back to the second before, on a second server. Then the first server is lost with its
disk, and what was streamed elsewhere is brought back. In full the database is the
demo's; with ``--short`` it is one table.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg2

from redleader import database
from redleader.backup import fingerprints
from redleader.database import Cluster
from tests.acceptance.drives.site import ROOT, Report, wants_short

WRITES = "pitr_record"
SEGMENT = 16 * 1024 * 1024  # bytes of one WAL file
PATIENCE = 120  # seconds


class Machine:
    """A folder with a server, its archive, and servers that are brought back."""

    def __init__(self, var: Path):
        self.var = var
        self.binaries = database.find_binaries(os.environ.get("REDLEADER_PG", ""))
        self.server = Cluster(self.binaries, var / "pg")
        self.archive, self.stream = var / "archive", var / "stream"
        self.base = var / "base"
        self.restored: list[Cluster] = []
        for folder in (self.archive, self.stream, self.base):
            self.server.make_dir(folder, private=True)

    def connect(self, cluster: Cluster, name: str):
        return psycopg2.connect(
            host=str(cluster.socket_dir), user="postgres", dbname=name
        )

    def ask(self, cluster: Cluster, statement: str, name="postgres"):
        link = self.connect(cluster, name)
        link.autocommit = True
        with contextlib.closing(link), link.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None

    def archive_wal(self) -> None:
        """Switch on what the handbook tells to switch on."""
        place = f"{self.archive}/%f"
        for name, value in {
            "archive_mode": "on",
            "archive_command": f"test ! -f {place} && cp %p {place}",
            "archive_timeout": "60",
        }.items():
            self.ask(self.server, f"ALTER SYSTEM SET {name} = '{value}'")
        self.server.stop()
        self.server.start()

    def tool(self, name: str, *arguments: object) -> list[str]:
        return [str(part) for part in (self.server.bin_dir / name, *arguments)]

    def run(self, name: str, *arguments: object) -> int:
        return self.server.run(*self.tool(name, *arguments), check=False).returncode

    def take_base(self) -> None:
        place = ("-h", self.server.socket_dir, "-U", "postgres")
        options = ("-D", self.base, "-X", "stream", "-c", "fast")
        if self.run("pg_basebackup", *place, *options):
            raise RuntimeError("pg_basebackup failed.")

    @contextlib.contextmanager
    def streaming(self):
        """Let another process receive the WAL as it is written."""
        command = self.tool(
            "pg_receivewal", "-h", self.server.socket_dir, "-U", "postgres"
        )
        process = subprocess.Popen(
            [*command, "-D", self.stream, "--synchronous", "--no-loop"],
            user=self.server.user,
            cwd="/",
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: any(self.stream.iterdir()))
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)

    def bring_back(self, source: str, *, until: str = "") -> Cluster | None:
        """Start a second server from the base backup; None when it stops on the way."""
        number = len(self.restored)
        cluster = Cluster(self.binaries, self.var / f"restored{number}")
        self.restored.append(cluster)
        cluster.make_dir(cluster.data_dir.parent)
        cluster.make_dir(cluster.socket_dir)
        cluster.run("cp", "-a", self.base, cluster.data_dir)
        with (cluster.data_dir / "postgresql.auto.conf").open("a") as file:
            file.write(f"archive_mode = off\nrestore_command = '{source}'\n")
            if until:
                file.write(f"recovery_target_time = '{until}'\n")
                file.write("recovery_target_action = promote\n")
        cluster.run("touch", cluster.data_dir / "recovery.signal")
        options = (
            f"-c listen_addresses= -c unix_socket_directories={cluster.socket_dir}"
        )
        command = [cluster.bin_dir / "pg_ctl", "start", "-D", cluster.data_dir]
        log = cluster.data_dir / "server.log"
        cluster.run(*command, "-w", "-l", log, "-o", options, check=False)
        cluster.started = True

        def is_open():
            with contextlib.suppress(psycopg2.Error):
                return not self.ask(cluster, "SELECT pg_is_in_recovery()")
            return False

        wait_until(lambda: is_open() or not cluster.is_running())
        return cluster if is_open() else None

    def stop_all(self) -> None:
        for cluster in [*self.restored, self.server]:
            cluster.started = True
            cluster.stop()
            shutil.rmtree(cluster.socket_dir, ignore_errors=True)


def wait_until(happens) -> None:
    limit = time.monotonic() + PATIENCE
    while not happens():
        if time.monotonic() > limit:
            raise TimeoutError
        time.sleep(0.05)


class Writer(threading.Thread):
    """Writes rows one after another and remembers what was acknowledged."""

    def __init__(self, machine, name):
        super().__init__(daemon=True)
        self.link = machine.connect(machine.server, name)
        self.acknowledged = 0
        self.stopping = threading.Event()

    def run(self):
        with contextlib.suppress(psycopg2.Error):
            while not self.stopping.is_set():
                with self.link, self.link.cursor() as cursor:
                    cursor.execute(f"INSERT INTO {WRITES} (at) VALUES (now())")
                self.acknowledged += 1
                time.sleep(0.01)

    def end(self):
        self.stopping.set()
        self.join()
        with contextlib.suppress(psycopg2.Error):
            self.link.close()


def held(machine, cluster, name):
    with (
        contextlib.closing(machine.connect(cluster, name)) as link,
        link.cursor() as cursor,
    ):
        return fingerprints.fingerprints(cursor)


def prepare(machine, short) -> str:
    """Make the database; return its name."""
    name = "short" if short else database.local_name(demo=True)
    machine.server.start()
    if not short:
        for variable in ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY"):
            os.environ.pop(variable, None)
        subprocess.run(
            [sys.executable, "manage.py", "demo", "--no-server"],
            cwd=ROOT,
            env=os.environ | {"REDLEADER_VAR": str(machine.var), "REDLEADER_DEMO": "1"},
            stdout=subprocess.DEVNULL,
            check=True,
        )
    else:
        machine.server.ensure_database(name)
    columns = "id bigserial PRIMARY KEY, at timestamptz"
    machine.ask(machine.server, f"CREATE TABLE {WRITES} ({columns})", name)
    return name


def segment_at(machine, position: str) -> tuple[Path, int]:
    """Return the archived WAL file of a position and the place in it."""
    name = machine.ask(machine.server, f"SELECT pg_walfile_name('{position}')")
    return machine.archive / name, int(position.partition("/")[2], 16) % SEGMENT


def second_before(machine, name, report, short) -> None:
    """Delete what was written, and go back to the second before."""
    writer = Writer(machine, name)
    writer.start()
    time.sleep(3 if short else 15)
    writer.end()
    before = held(machine, machine.server, name)
    position = machine.ask(machine.server, "SELECT pg_current_wal_lsn()")
    moment = machine.ask(machine.server, "SELECT clock_timestamp()::text")
    time.sleep(1)
    machine.ask(machine.server, f"DELETE FROM {WRITES}", name)
    left = machine.ask(machine.server, f"SELECT count(*) FROM {WRITES}", name)
    machine.ask(machine.server, f"INSERT INTO {WRITES} (at) VALUES (now())", name)
    last, _ = segment_at(machine, position)
    machine.ask(machine.server, "SELECT pg_switch_wal()")
    wait_until(last.exists)
    report.note(
        "rows written / left after the deletion", f"{writer.acknowledged} / {left}"
    )

    began = time.monotonic()
    copy = machine.bring_back(f"cp {machine.archive}/%f %p", until=moment)
    seconds = time.monotonic() - began
    after = held(machine, copy, name) if copy else {}
    wrong = fingerprints.differences(before, after)
    rows = sum(table.rows for table in after.values())
    report.promise(
        "second before: tables with the same rows",
        f"{len(before) - len(wrong)} of {len(before)}, {rows} rows",
        kept=not wrong,
    )
    report.promise("second before: time", f"{seconds:.1f} s", kept=seconds <= 15 * 60)

    broken, place = segment_at(machine, position)
    whole = broken.read_bytes()
    place -= 64
    broken.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    copy = machine.bring_back(f"cp {machine.archive}/%f %p", until=moment)
    same = bool(copy) and not fingerprints.differences(
        before, held(machine, copy, name)
    )
    broken.write_bytes(whole)
    report.control(
        "control, one byte of a WAL file changed", "not brought back", found=not same
    )


def lost_disk(machine, name, report, short) -> None:
    """Lose the server with its disk while rows are written."""
    with machine.streaming():
        writer = Writer(machine, name)
        writer.start()
        time.sleep(2 if short else 10)
        machine.run("pg_ctl", "stop", "-m", "immediate", "-D", machine.server.data_dir)
        writer.end()
    received = f"{machine.stream}/%f"
    source = (
        f"cp {machine.archive}/%f %p || cp {received} %p || cp {received}.partial %p"
    )
    copy = machine.bring_back(source)
    wanted = writer.acknowledged + 1  # one row was left before
    found = machine.ask(copy, f"SELECT count(*) FROM {WRITES}", name) if copy else 0
    report.promise(
        "lost disk, WAL streamed elsewhere: acknowledged / lost",
        f"{wanted} / {max(wanted - found, 0)}",
        kept=wanted - found <= 1,
    )
    copy = machine.bring_back(f"cp {machine.archive}/%f %p")
    found = machine.ask(copy, f"SELECT count(*) FROM {WRITES}", name) if copy else 0
    report.control(
        "control, archive only: lost since its last file",
        wanted - found,
        found=wanted - found > 0,
    )


def main() -> int:
    short = wants_short(__doc__)
    report = Report("Back to one second: base backup and archived WAL")
    var = Path(tempfile.mkdtemp(prefix="redleader-pitr-"))
    var.chmod(0o755)  # The database server has an account of its own under root.
    machine = Machine(var)
    try:
        name = prepare(machine, short)
        machine.archive_wal()
        machine.take_base()
        report.promise(
            "base backup, every file checked",
            "sound",
            kept=not machine.run("pg_verifybackup", machine.base),
        )
        second_before(machine, name, report, short)
        lost_disk(machine, name, report, short)
    finally:
        machine.stop_all()
        shutil.rmtree(var, ignore_errors=True)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
