"""Beyond one machine: a cluster loses each of its parts while it is used.

Strangers read public pages and secretaries log lectures; meanwhile a replica, the
cache, a web process and the primary are killed in turn. The configuration is that of
``deploy/cluster``, all on this machine.
"""

import itertools
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager

from tests.drives.browser import LOST, Browser
from tests.drives.kill import Client
from tests.drives.nodes import missing_tools, running_cluster
from tests.drives.site import Report, wants_short

LIMIT = 30  # seconds at most until a lecture can be logged again
PAGES = ["/", "/chambers/", "/honours/", "/lectures/", "/figures/", "/open-data/"]
READERS, WRITERS = 3, 2
SETTLE = 4  # seconds of use before a kill, and after everything is back


class Reader(threading.Thread):
    """A stranger who asks for one page after another and never twice for one."""

    def __init__(self, port: int, stop: threading.Event):
        super().__init__(daemon=True)
        self.browser, self.stop = Browser([port], timeout=40), stop
        self.answers: list[tuple[float, int, float]] = []  # when, status, seconds

    def run(self) -> None:
        for page in itertools.cycle(PAGES):
            if self.stop.is_set():
                return
            began = time.monotonic()
            try:
                status = self.browser.get(page).status
            except LOST:
                status = 0
            self.answers.append((began, status, time.monotonic() - began))
            time.sleep(0.02)


class Writer(threading.Thread):
    """A secretary who sends each form until somebody acknowledges it."""

    def __init__(self, browser, members, stop: threading.Event):
        super().__init__(daemon=True)
        self.client, self.stop = Client(browser, members), stop
        self.fault: Exception | None = None

    def run(self) -> None:
        try:
            self.client.work(self.stop)
        except Exception as error:  # told at the end
            self.fault = error


class Load:
    """Readers and writers at work, and what they saw."""

    def __init__(self, cluster, browsers, members, port=None):
        self.cluster = cluster
        self.stop = threading.Event()
        port = port or cluster.front_port
        self.readers = [Reader(port, self.stop) for _ in range(READERS)]
        self.writers = [Writer(browser, members, self.stop) for browser in browsers]

    @contextmanager
    def at_work(self):
        threads = [*self.readers, *self.writers]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self.stop.set()
            for thread in threads:
                thread.join(timeout=320)
        for writer in self.writers:
            if writer.fault:
                raise writer.fault

    def records(self) -> list[float]:
        return sorted(at for writer in self.writers for at in writer.client.times)

    def wait_for_record(self, since: float) -> float:
        """Return the seconds from a moment to the next record that was acknowledged."""
        limit = time.monotonic() + 120
        while not (later := [at for at in self.records() if at > since]):
            if time.monotonic() > limit:
                raise TimeoutError("No record was made.")
            time.sleep(0.05)
        return later[0] - since

    def errors(self, since=0.0) -> Counter:
        """Return what went wrong for strangers: a status, or 0 for no answer."""
        return Counter(
            status
            for reader in self.readers
            for at, status, _ in reader.answers
            if status != 200 and at >= since
        )

    def count(self, since=0.0) -> int:
        return sum(at >= since for r in self.readers for at, _, _ in r.answers)

    def longest(self, since=0.0) -> float:
        waits = [wait for r in self.readers for at, _, wait in r.answers if at >= since]
        return max(waits, default=0)

    def check(self):
        from tests.drives import records

        clients = [writer.client for writer in self.writers]
        sent = [typed for client in clients for typed in client.sent]
        known = [client.acknowledged for client in clients]
        acknowledged = {key: pk for found in known for key, pk in found.items()}
        return records.check_records(sent, acknowledged), len(acknowledged)


def kill_replica(cluster):
    """Kill the replica that commits wait for: the worse of the two."""
    node = cluster.standby("sync")
    node.kill()
    return node.start


def kill_cache(cluster):
    cluster.kill("redis")
    return cluster.start_redis


def kill_web(cluster):
    cluster.kill("web0")
    return lambda: cluster.start_web(0)


def kill_primary(cluster):
    node = cluster.primary
    node.kill()
    return node.start


KILLS = {
    "replica": kill_replica,
    "cache": kill_cache,
    "web process": kill_web,
    "primary": kill_primary,
}


def lose_each(load, cluster, report, rounds: int) -> None:
    for name, kill in KILLS.items():
        waits, back, longest, errors, pages = [], [], [], Counter(), 0
        for _ in range(rounds):
            cluster.wait_for_replicas(2)
            time.sleep(SETTLE)
            began = time.monotonic()
            bring_back = kill(cluster)
            waits.append(load.wait_for_record(began))
            time.sleep(SETTLE)
            again = time.monotonic()
            bring_back()
            cluster.wait_for_replicas(2)
            back.append(time.monotonic() - again)
            errors += load.errors(began)
            pages += load.count(began)
            longest.append(load.longest(began))
        wrong = ", ".join(f"{n} × {status}" for status, n in errors.items())
        report.promise(
            f"{name} killed: error pages that strangers saw",
            f"{wrong or 0} of {pages}",
            kept=not errors,
        )
        report.note(f"{name} killed: longest wait for a page", f"{max(longest):.1f} s")
        report.promise(
            f"{name} killed: until a record is made again",
            f"{max(waits):.1f} s",
            kept=max(waits) <= LIMIT,
        )
        report.note(f"{name} killed: whole again after", f"{max(back):.1f} s")


def tell_records(load, report) -> None:
    check, acknowledged = load.check()
    report.note("lectures acknowledged", acknowledged)
    repeats = sum(writer.client.repeats for writer in load.writers)
    faults = sum((Counter(w.client.faults) for w in load.writers), Counter())
    report.note("forms and pages that secretaries repeated", repeats)
    report.note("of these answered with", dict(faults) or "nothing")
    for what, figure in [
        ("acknowledged lectures lost", check.lost),
        ("lectures doubled", check.doubles),
        ("lectures without their roll", check.without_roll),
        ("lectures without their photo", check.without_photo),
        ("photo rows without a good file", check.bad_files),
    ]:
        report.promise(what, figure, kept=not figure)


def without_second_try(cluster, report) -> None:
    """Control: HAProxy without retries shows the same kill to strangers."""
    load = Load(cluster, [], [], cluster.hasty_port)
    with load.at_work():
        time.sleep(SETTLE)
        began = time.monotonic()
        cluster.kill("web1")
        time.sleep(SETTLE)
        errors = load.errors(began)
    cluster.start_web(1)
    report.control(
        "control, no second try: error pages, web process killed",
        f"{errors.total()} of {load.count(began)}",
        found=errors.total() > 0,
    )


def without_waiting(cluster, browsers, members, report) -> None:
    """Control: a primary that waits for no replica loses what it acknowledged."""
    cluster.change(synchronous_mode=False)
    time.sleep(12)  # two of Patroni's rounds
    load = Load(cluster, browsers, members)
    with load.at_work():
        load.wait_for_record(time.monotonic())
        primary = cluster.primary
        primary.stop_sending()
        time.sleep(2.5)
        began = time.monotonic()
        primary.kill()
        load.wait_for_record(began)
        time.sleep(1)
    check, acknowledged = load.check()
    report.control(
        "control, asynchronous: acknowledged lectures lost",
        f"{check.lost} of {acknowledged}",
        found=check.lost > 0,
    )


def main() -> int:
    short = wants_short(__doc__)
    if missing := missing_tools():
        sys.stderr.write(f"Not installed: {', '.join(missing)}.\n")
        return 1
    report = Report("A cluster that loses its parts, one after another")
    with running_cluster(limit=600 if short else 1500) as cluster:
        from tests.drives import records

        _, users = records.chamber_with(WRITERS)
        members = [user.member_id for user in users]
        browsers = records.signed_in(cluster, users)
        with Load(cluster, browsers, members).at_work() as load:
            lose_each(load, cluster, report, 1 if short else 3)
            time.sleep(SETTLE)
        tell_records(load, report)
        without_second_try(cluster, report)
        without_waiting(cluster, browsers, members, report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
