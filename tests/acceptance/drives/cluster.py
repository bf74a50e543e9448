"""Several machines: the primary, a replica, the cache and a web process are lost.

``deploy/cluster/`` is really run: three databases under Patroni, etcd, PgBouncer,
HAProxy, Redis and two web processes, all on this machine and on loopback. Meanwhile
the public reads and secretaries log lectures. See ``nodes`` beside this
module for what has to be installed.
"""

import contextlib
import itertools
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.acceptance.drives.browser import LOST, Browser
from tests.acceptance.drives.kill import Load
from tests.acceptance.drives.nodes import (
    NAME,
    NODES,
    Machines,
    missing_programs,
    wait_until,
)
from tests.acceptance.drives.site import Report, wants_short

PAGES = ("/", "/honours/", "/chambers/", "/lectures/", "/figures/", "/practices/")
WRITERS, READERS = 3, 3
PAUSE = 0.1  # seconds between two pages of one reader
RECOVERY = 30  # seconds at most without a record
LIMIT = 1500  # seconds
CUT = 40  # records that the negative control wants to lose


class Reader(threading.Thread):
    """Somebody of the public: one page after another, never a second try."""

    def __init__(self, port: int):
        super().__init__(daemon=True)
        self.browser = Browser([port], timeout=60)
        self.stopping = threading.Event()
        self.answers: list[tuple[float, str]] = []  # seconds, and what came

    def run(self):
        while not self.stopping.is_set():
            for page in PAGES:
                began = time.monotonic()
                try:
                    answer = str(self.browser.get(page).status)
                except LOST as error:
                    answer = type(error).__name__
                self.answers.append((time.monotonic() - began, answer))
                time.sleep(PAUSE)


class Public:
    """The readers of one round."""

    def __init__(self, port: int):
        self.readers = [Reader(port) for _ in range(READERS)]

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        for reader in self.readers:
            reader.start()
        try:
            yield
        finally:
            for reader in self.readers:
                reader.stopping.set()
            for reader in self.readers:
                reader.join(timeout=70)

    @property
    def answers(self) -> list[tuple[float, str]]:
        return [answer for reader in self.readers for answer in reader.answers]

    @property
    def errors(self) -> dict[str, int]:
        wrong = [what for _, what in self.answers if what != "200"]
        return {what: wrong.count(what) for what in sorted(set(wrong))}

    @property
    def slowest(self) -> float:
        return max(seconds for seconds, _ in self.answers)


class Writers(Load):
    """Secretaries who log lectures; each form is sent again until it is answered."""

    def longest_pause(self, since: float) -> float:
        """Return the longest time without any record after a moment."""
        times = [since, *sorted(t for t in self.all("times") if t > since)]
        gaps = [after - before for before, after in itertools.pairwise(times)]
        return max(gaps, default=PATIENT)


PATIENT = float("inf")


class Drive:
    """The rounds, one after another, on one set of machines."""

    def __init__(self, machines: Machines, report: Report, *, short: bool):
        from tests.acceptance.drives import records

        self.machines, self.report, self.short = machines, report, short
        _, users = records.chamber_with(WRITERS)
        self.members = [user.member_id for user in users]
        site = Browser([machines.ports["site"]])
        self.browsers = [
            Browser(site.ports).sign_in(user.username, records.PASSWORD)
            for user in users
        ]
        self.loads: list[Writers] = []

    def writers(self) -> Writers:
        load = Writers(self.machines, self.browsers, self.members)
        self.loads.append(load)
        return load

    def lose(self, name, lose, bring_back, *, seconds: float) -> None:
        """Take something away under load, wait, put it back; count what was seen."""
        load, public = self.writers(), Public(self.machines.ports["site"])
        with load.at_work(), public.at_work():
            load.wait_for_record()
            time.sleep(2)
            at = time.monotonic()
            load.kills.append(at)
            lose()
            time.sleep(seconds)
            bring_back()
            self.machines.wait_until_whole()
            load.kills.append(time.monotonic())
            load.wait_for_record()
        self.tell(name, load, public, load.longest_pause(at))

    def tell(self, name, load, public, pause) -> None:
        report, check = self.report, load.check()
        answers, errors = public.answers, public.errors
        report.promise(
            f"{name}: pages read by the public / error pages",
            f"{len(answers)} / {errors or 0}",
            kept=not errors,
        )
        report.note(f"{name}: slowest page of the public", f"{public.slowest:.1f} s")
        report.promise(
            f"{name}: records acknowledged / lost",
            f"{len(load.acknowledged)} / {check.lost}",
            kept=not check.lost,
        )
        report.promise(f"{name}: doubles", check.doubles, kept=not check.doubles)
        report.promise(
            f"{name}: records without roll or photo",
            check.without_roll + check.without_photo + check.bad_files,
            kept=check.whole,
        )
        report.promise(
            f"{name}: longest time without a record",
            f"{pause:.1f} s",
            kept=pause <= RECOVERY,
        )
        report.note(f"{name}: writers saw, and tried again", load.faults)
        other = load.all("other")
        report.promise(f"{name}: unexpected answers", other or 0, kept=not other)

    # --- What is lost

    def lose_primary(self) -> None:
        machines = self.machines
        lost = machines.primary()
        self.lose(
            "primary",
            lambda: machines.kill_node(lost),
            lambda: machines.start_node(lost),
            seconds=30,
        )
        now = machines.primary()
        self.report.promise(
            "primary: another one leads", f"{lost} → {now}", kept=now not in ("", lost)
        )

    def lose_replica(self) -> None:
        machines = self.machines
        lost = machines.synchronous()
        self.lose(
            "synchronous replica",
            lambda: machines.kill_node(lost),
            lambda: machines.start_node(lost),
            seconds=20,
        )

    def lose_cache(self) -> None:
        machines = self.machines
        self.lose(
            "cache", lambda: machines.kill("redis"), machines.start_redis, seconds=10
        )

    def lose_web(self) -> None:
        machines = self.machines
        self.lose(
            "web process",
            lambda: machines.kill("web1"),
            lambda: machines.start_web("web1"),
            seconds=8,
        )

    def compare(self) -> None:
        """Hold every record of all rounds, and the three databases, against another."""
        lost = sum(load.check().lost for load in self.loads)
        total = sum(len(load.acknowledged) for load in self.loads)
        self.report.promise(
            "all rounds: records acknowledged / lost",
            f"{total} / {lost}",
            kept=not lost,
        )
        time.sleep(2)  # The last change is on its way.
        held = [self.fingerprint(node) for node in NODES]
        same = held[0] == held[1] == held[2]
        rows = sum(table.rows for table in held[0].values())
        self.report.promise(
            "all rounds: the three databases hold the same",
            f"{len(held[0])} tables, {rows} rows",
            kept=same,
        )

    def fingerprint(self, node: str) -> dict:
        from redleader.backup import fingerprints

        with (
            contextlib.closing(self.machines.connect(node, NAME)) as link,
            link.cursor() as cursor,
        ):
            return fingerprints.fingerprints(cursor)

    # --- The same on something broken on purpose

    def without_second_try(self) -> None:
        """Control: a proxy that asks once shows the public what died."""
        machines = self.machines
        machines.start_bare()
        public = Public(machines.ports["bare"])
        with public.at_work():
            for _ in range(1 if self.short else 3):
                time.sleep(3)
                machines.kill("web1")
                time.sleep(3)
                machines.start_web("web1")
        machines.kill("bare")
        errors = sum(public.errors.values())
        self.report.control(
            "control, proxy without a second try: error pages",
            f"{errors} of {len(public.answers)}",
            found=errors > 0,
        )

    def without_second_copy(self) -> None:
        """Controls: replicas that were cut off lose it, and nobody reads from one.

        With the shipped settings the same cut lets nobody acknowledge anything. Without
        ``REPLICA_URL`` the public sees that the primary is gone.
        """
        machines = self.machines
        held_up = self.cut_off(seconds=6)
        self.report.promise(
            "replicas cut off, as shipped: acknowledged meanwhile",
            len(held_up),
            kept=not held_up,
        )
        machines.configure(
            synchronous_mode=False,
            synchronous_mode_strict=False,
            maximum_lag_on_failover=256 * 1024 * 1024,
        )
        wait_until(
            lambda: not self.names_of_synchronous(), "asynchronous replication", 30
        )
        for web in ("web1", "web2"):
            machines.kill(web)
            machines.start_web(web, without="REPLICA_URL")
        load, public = self.writers(), Public(machines.ports["site"])
        lost = machines.primary()
        with load.at_work(), public.at_work():
            load.wait_for_record()
            with self.silent_senders(lost):
                time.sleep(6)
                at_cut = len(load.acknowledged)
                machines.kill_node(lost)
            load.kills.append(time.monotonic())
            load.wait_for_record()
        found = load.check().lost
        self.report.control(
            "control, asynchronous: lost of those acknowledged by then",
            f"{found} of {at_cut}",
            found=found > 0,
        )
        errors = sum(public.errors.values())
        self.report.control(
            "control, no REPLICA_URL and the primary lost: error pages",
            f"{errors} of {len(public.answers)}",
            found=errors > 0,
        )

    def cut_off(self, *, seconds: float) -> list[float]:
        """Stop what is sent to the replicas for a while; return the records made."""
        machines, load = self.machines, self.writers()
        with load.at_work():
            load.wait_for_record()
            with self.silent_senders(machines.primary()):
                time.sleep(1)  # What was sent before is still acknowledged.
                began = time.monotonic()
                time.sleep(seconds)
                ended = time.monotonic()
            load.kills.append(ended)
            load.wait_for_record()
        machines.wait_until_whole()
        return [t for t in load.all("times") if began < t < ended]

    def names_of_synchronous(self) -> str:
        [(names,)] = self.machines.ask(
            self.machines.primary(), "SHOW synchronous_standby_names"
        )
        return names

    @contextlib.contextmanager
    def silent_senders(self, node: str) -> Iterator[None]:
        """Let the primary send nothing to its replicas."""
        pids = self.machines.senders(node)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def running_cluster() -> Iterator[Machines]:
    """Give the machines with empty tables; everything that was started ends."""
    var = Path(tempfile.mkdtemp(prefix="rl-cluster-"))
    var.chmod(0o755)  # The database servers have an account of their own under root.
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "MEDIA_ROOT"):
        os.environ.pop(name, None)
    machines = Machines(var)
    os.environ |= machines.environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "redleader.settings"

    def clear():
        signal.alarm(0)
        machines.stop_all()
        shutil.rmtree(var, ignore_errors=True)

    def break_off(number, frame):
        """Stop all the same when the clients' threads would still go on."""
        sys.stderr.write(f"Broken off: {signal.Signals(number).name}.\n")
        clear()
        os._exit(1)

    signal.signal(signal.SIGTERM, break_off)
    signal.signal(signal.SIGALRM, break_off)
    signal.alarm(LIMIT)
    try:
        machines.start_databases()
        machines.start_proxies()
        machines.make_database()
        import django

        django.setup()
        for web in ("web1", "web2"):
            machines.start_web(web)
        yield machines
    finally:
        clear()


def main() -> int:
    short = wants_short(__doc__)
    missing = missing_programs()
    if missing:
        sys.exit(f"Not installed: {', '.join(missing)}.")
    report = Report("Several machines: each part is lost in turn, under load")
    with running_cluster() as machines:
        report.note("until everything ran", f"{time.monotonic() - report.began:.0f} s")
        drive = Drive(machines, report, short=short)
        for _ in range(1 if short else 3):
            drive.lose_primary()
        drive.lose_replica()
        drive.lose_cache()
        drive.lose_web()
        drive.compare()
        drive.without_second_try()
        drive.without_second_copy()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
