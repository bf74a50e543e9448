"""Ten people edit one record at once: nobody's accepted text is overwritten."""

import random
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tests.acceptance.drives.browser import read_form
from tests.acceptance.drives.site import Report, running_site, wants_short

TYPING = 0.5  # seconds at most


class Editor:
    """Opens the form, adds a line to the text, saves; again and again.

    Everybody opens it at once, and then takes a different time to type.
    """

    def __init__(self, browser, number, lecture, start):
        self.browser, self.number, self.start = browser, number, start
        self.address = f"/workbench/lectures/{lecture.pk}/edit/"
        self.accepted = {}  # the version that was made: its text
        self.lines = []  # the accepted lines
        self.conflicts = self.told = 0
        self.other = []

    def work(self, rounds, *, ignore_version):
        for turn in range(rounds):
            self.start.wait(timeout=300)
            form = read_form(self.browser.get(self.address).text)
            line = f"{self.number}-{turn}"
            form["content"] = f"{form['content']}\n{line}".strip()
            time.sleep(random.uniform(0, TYPING))
            answer = self.send(form)
            while ignore_version and answer.status == 409:
                # The newest version is taken and the text that belongs to it is not.
                form["version"] = read_form(answer.text)["version"]
                answer = self.send(form)
            if answer.status == 302:
                self.accepted[int(form["version"]) + 1] = form["content"]
                self.lines.append(line)
            elif answer.status == 409:
                self.conflicts += 1
                self.told += is_told(answer.text, form)
            else:
                self.other.append(answer.status)

    def send(self, form):
        return self.browser.post(self.address, form | {"draft": "1"}, files=[])


def is_told(page: str, sent: dict) -> bool:
    """Tell whether a conflict page keeps the text and says who was faster, when."""
    shown = read_form(page)
    return (
        shown["content"] == sent["content"]
        and int(shown["version"]) > int(sent["version"])
        and "保存失败：用户" in page
        and "修改过此记录" in page
        and "已保存的：" in page
    )


def drive(site, *, editors, rounds, ignore_version=False):
    """Let them edit one record; return it with its editors."""
    from tests.acceptance.drives import records
    from tests.factories.activities import LectureFactory

    chamber, users = records.chamber_with(editors)
    lecture = LectureFactory(chamber=chamber, created_by=users[0])
    start = threading.Barrier(editors)
    people = [
        Editor(browser, number, lecture, start)
        for number, browser in enumerate(records.signed_in(site, users))
    ]
    with ThreadPoolExecutor(editors) as pool:
        jobs = [
            pool.submit(person.work, rounds, ignore_version=ignore_version)
            for person in people
        ]
        for job in jobs:
            job.result()
    lecture.refresh_from_db()
    return lecture, people


def lost_lines(lecture, people) -> int:
    """Return how many accepted lines the final text no longer has."""
    final = set(lecture.content.splitlines())
    return sum(line not in final for person in people for line in person.lines)


def main() -> int:
    short = wants_short(__doc__)
    editors, rounds = (4, 4) if short else (10, 20)
    report = Report(f"Edits: {editors} editors, {rounds} rounds, one record")
    with running_site(servers=2, limit=1200) as site:
        lecture, people = drive(site, editors=editors, rounds=rounds)
        texts = {v: text for person in people for v, text in person.accepted.items()}
        accepted = sum(len(person.lines) for person in people)
        conflicts = sum(person.conflicts for person in people)
        events = list(
            lecture.events.order_by("pgh_id").values_list("version", "content")
        )
        made = lecture.version - events[0][0]
        report.note("saves sent", editors * rounds)
        report.promise(
            "accepted = versions made since the first",
            f"{accepted} = {made}",
            kept=accepted == made,
        )
        lost = lost_lines(lecture, people)
        report.promise("accepted and lost", lost, kept=lost == 0)
        in_order = events[1:] == sorted(texts.items())
        report.promise(
            "accepted texts in the history, in order",
            f"{len(events) - 1} of {accepted}",
            kept=in_order,
        )
        told = sum(person.told for person in people)
        report.promise(
            "refused with 409, text kept, who and when",
            f"{told} of {conflicts}",
            kept=told == conflicts > 0,
        )
        other = [status for person in people for status in person.other]
        report.promise("other answers", other or 0, kept=not other)
        lecture, people = drive(
            site, editors=editors, rounds=rounds, ignore_version=True
        )
        accepted = sum(len(person.lines) for person in people)
        lost = lost_lines(lecture, people)
        report.control(
            "control, version check evaded: lost",
            f"{lost} of {accepted}",
            found=lost > 0,
        )
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
