"""Processes die at the worst moment: what was acknowledged is there, and once."""

import itertools
import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from tests.acceptance.drives.browser import LOST, read_form
from tests.acceptance.drives.server import AFTER_COMMIT, BEFORE_ROLL, HALVES
from tests.acceptance.drives.site import Report, running_site, wants_short

PATIENCE = 300  # seconds until a client gives up
PAUSE = 0.1  # seconds between two tries
LONGEST = 1.5  # seconds at most until the next kill
RECOVERY = 15  # seconds at most from a kill of the database to the next record
NUMBERS = itertools.count(1)


class Client:
    """Makes records, and sends each form again until somebody acknowledges it."""

    def __init__(self, browser, members):
        self.browser, self.members = browser, members
        self.sent, self.acknowledged, self.times = [], {}, []
        self.repeats = 0
        self.faults = {}  # status of 500 and more: how often
        self.other = []  # answers that nobody expects

    def work(self, stop):
        while not stop.is_set():
            self.make_one()

    def make_one(self):
        from tests.acceptance.drives import records

        page = self.insist(lambda: self.browser.get(records.CREATE))
        if page.status != 200:
            self.other.append(page.status)
            return
        form = read_form(page.text)
        typed = records.fill_in(form, next(NUMBERS), self.members)
        self.sent.append(typed)
        answer = self.insist(
            lambda: self.browser.post(records.CREATE, typed.fields, typed.files)
        )
        pk = records.number_of(answer)
        if pk is None:
            self.other.append(answer.status)
        else:
            self.acknowledged[typed.key] = pk
            self.times.append(time.monotonic())

    def insist(self, request):
        """Repeat a request until the site answers it."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            try:
                answer = request()
            except LOST:
                pass
            else:
                if answer.status < 500:
                    return answer
                count = self.faults.get(answer.status, 0)
                self.faults[answer.status] = count + 1
            self.repeats += 1
            time.sleep(PAUSE)
        raise TimeoutError("The site did not come back.")


class Load:
    """Clients at work, and what became of their forms."""

    def __init__(self, site, browsers, members):
        self.site = site
        self.clients = [Client(browser, members) for browser in browsers]
        self.kills = []  # when

    def all(self, name):
        return [item for client in self.clients for item in getattr(client, name)]

    @contextmanager
    def at_work(self):
        stop = threading.Event()
        began = time.monotonic()
        with ThreadPoolExecutor(len(self.clients)) as pool:
            jobs = [pool.submit(client.work, stop) for client in self.clients]
            try:
                yield
            finally:
                stop.set()
            for job in jobs:
                job.result()
        self.seconds = time.monotonic() - began

    def kill_web(self):
        self.kills.append(time.monotonic())
        self.site.kill()
        self.site.start()

    def kill_database(self):
        self.kills.append(time.monotonic())
        self.site.kill_database()
        self.site.start_database()

    def drive(self, kill, count):
        """Kill at random moments, but not before the site has done some work."""
        with self.at_work():
            for _ in range(count):
                self.wait_for_record()
                time.sleep(random.uniform(0, LONGEST))
                kill()
            self.wait_for_record()
        return self

    def wait_for_record(self):
        since = self.kills[-1] if self.kills else 0
        limit = time.monotonic() + PATIENCE
        while not any(at > since for at in self.all("times")):
            if time.monotonic() > limit:
                raise TimeoutError("No record was made.")
            time.sleep(0.05)

    def check(self):
        from django.db import connection

        from tests.acceptance.drives import records

        connection.close()  # It may have been killed.
        return records.check_records(self.all("sent"), self.acknowledged)

    @property
    def acknowledged(self):
        pairs = [client.acknowledged for client in self.clients]
        return {key: pk for found in pairs for key, pk in found.items()}

    @property
    def recovery(self) -> float:
        """Return the longest time from a kill to the next acknowledged record."""
        times = self.all("times")
        waits = [
            min((t for t in times if t > at), default=at) - at for at in self.kills
        ]
        return max(waits)

    @property
    def faults(self) -> str:
        statuses = sorted({s for client in self.clients for s in client.faults})
        count = {s: sum(c.faults.get(s, 0) for c in self.clients) for s in statuses}
        return ", ".join(f"{n} × {s}" for s, n in count.items()) or "0"

    def tell(self, report, name, *, limit=None):
        """Hold every promise against what is stored; ``limit`` is of the recovery."""
        check, other = self.check(), self.all("other")
        acknowledged = len(self.acknowledged)
        rate = acknowledged / self.seconds
        repeats = sum(client.repeats for client in self.clients)
        report.note(f"{name}: kills", len(self.kills))
        report.note(f"{name}: acknowledged", f"{acknowledged} ({rate:.1f}/s)")
        report.note(f"{name}: requests repeated", repeats)
        report.note(f"{name}: answers of 500 and more", self.faults)
        for what, figure in [
            ("acknowledged and lost", check.lost),
            ("doubles", check.doubles),
            ("records without their roll", check.without_roll),
            ("records without their photo", check.without_photo),
            ("photo rows without a good file", check.bad_files),
            ("unexpected answers", other or 0),
        ]:
            report.promise(f"{name}: {what}", figure, kept=not figure)
        report.note(f"{name}: files without a row", check.orphans)
        wait, figure = f"{name}: longest wait for a record", f"{self.recovery:.1f} s"
        if limit:
            report.promise(wait, figure, kept=self.recovery <= limit)
        else:
            report.note(wait, figure)


@dataclass(frozen=True)
class Moment:
    """Forms whose process died at one moment, and which were then sent again."""

    dropped: int  # connections
    led: int  # forms that led to their record in the end
    check: object


def die_at(site, browser, members, count, order, *options):
    """Let the process die at one moment of each form, and send the form again."""
    from tests.acceptance.drives import records

    dropped, sent, acknowledged = 0, [], {}
    for _ in range(count):
        form = read_form(browser.get(records.CREATE).text)
        typed = records.fill_in(form, next(NUMBERS), members)
        sent.append(typed)
        (site.var / order).touch()
        try:
            browser.post(records.CREATE, typed.fields, typed.files)
        except LOST:
            dropped += 1
        site.wait_for_end()
        site.start(0, *options)
        pk = records.number_of(browser.post(records.CREATE, typed.fields, typed.files))
        if pk:
            acknowledged[typed.key] = pk
    check = records.check_records(sent, acknowledged)
    return Moment(dropped, len(acknowledged) - check.lost, check)


def tell_moment(report, name, moment, count):
    report.promise(
        f"{name}: connection dropped, no answer",
        f"{moment.dropped} of {count}",
        kept=moment.dropped == count,
    )
    report.promise(
        f"{name}: sent again, led to the record",
        f"{moment.led} of {count}",
        kept=moment.led == count,
    )
    doubles, whole = moment.check.doubles, moment.check.whole
    report.promise(f"{name}: doubles", doubles, kept=not doubles)
    report.promise(
        f"{name}: roll once, photo once, file good",
        "yes" if whole else "no",
        kept=whole,
    )


def main() -> int:
    short = wants_short(__doc__)
    report = Report("Kills: SIGKILL of the web process and of the database server")
    with running_site(servers=1, limit=1800) as site:
        from tests.acceptance.drives import records

        _, users = records.chamber_with(4)
        members = [user.member_id for user in users]
        browsers = records.signed_in(site, users)
        new_load = partial(Load, site, browsers, members)

        count = 1 if short else 5
        one = (site, browsers[0], members, count)
        tell_moment(report, "after commit", die_at(*one, AFTER_COMMIT), count)
        tell_moment(report, "before the roll", die_at(*one, BEFORE_ROLL), count)
        load = new_load()
        load.drive(load.kill_web, 3 if short else 30).tell(report, "web")
        load = new_load()
        load.drive(load.kill_database, 1 if short else 10)
        load.tell(report, "database", limit=RECOVERY)
        site.kill()
        site.start(0, HALVES)
        check = die_at(*one, BEFORE_ROLL, HALVES).check
        report.control(
            "control, no transactions: half-made records",
            f"{max(check.without_roll, check.without_photo)} of {count}",
            found=not check.whole,
        )
        site.kill()
        site.start()
        forget(site, new_load, short, report)
    return report.finish()


def forget(site, new_load, short, report):
    """Control: a database that acknowledges too early loses what it acknowledged."""
    site.set_database("synchronous_commit", "off")
    lost = acknowledged = rounds = losing = 0
    while rounds < 10 and not (short and lost):
        rounds += 1
        load = new_load()
        load.drive(load.kill_database, 1)
        found = load.check().lost
        lost, losing = lost + found, losing + (found > 0)
        acknowledged += len(load.acknowledged)
    report.control(
        f"control, synchronous_commit=off: lost in {losing} of {rounds} kills",
        f"{lost} of {acknowledged}",
        found=lost > 0,
    )


if __name__ == "__main__":
    sys.exit(main())
