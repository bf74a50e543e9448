"""Two reviewers decide on one record at the same moment: one act, the other is told."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from tests.acceptance.drives.browser import read_form
from tests.acceptance.drives.site import Report, running_site, wants_short


def main() -> int:
    count = 4 if wants_short(__doc__) else 20
    report = Report(f"Reviews: {count} records, two reviewers each, accept and return")
    with running_site(servers=2, limit=300) as site:
        from activities.models import Lecture
        from tests.acceptance.drives import records
        from tests.factories.activities import submitted

        chamber, (secretary,) = records.chamber_with(1)
        lectures = [
            submitted(chamber=chamber, created_by=secretary) for _ in range(count)
        ]
        users = records.reviewers()
        browsers = records.signed_in(site, users)
        start = threading.Barrier(2)

        def decide(browser, lecture, verb):
            page = browser.get(f"/admin/activities/lecture/{lecture.pk}/change/")
            form = {"csrfmiddlewaretoken": read_form(page.text)["csrfmiddlewaretoken"]}
            if verb == "return":
                form["reason"] = "人数与签到表不符。"
            start.wait(timeout=60)
            return browser.post(f"/admin/activities/lecture/{lecture.pk}/{verb}/", form)

        acts = told = signed = 0
        first = {"accept": 0, "return": 0}
        for number, lecture in enumerate(lectures):
            verbs = ["accept", "return"] if number % 2 else ["return", "accept"]
            with ThreadPoolExecutor(2) as pool:
                answers = list(pool.map(decide, browsers, [lecture] * 2, verbs))
            done = [n for n in (0, 1) if answers[n].status == 302]
            if len(done) != 1:
                continue
            winner, loser = done[0], 1 - done[0]
            stored = Lecture.objects.get(pk=lecture.pk)
            state = {"accept": "accepted", "return": "returned"}[verbs[winner]]
            steps = lecture.events.filter(state__in=["accepted", "returned"]).count()
            acts += stored.state == state and steps == 1
            signed += stored.reviewed_by == users[winner]
            first[verbs[winner]] += 1
            notice = f"已由 {users[winner]} 于"
            told += answers[loser].status in (409, 422) and (
                notice in answers[loser].text
            )
        report.promise("exactly one act", f"{acts} of {count}", kept=acts == count)
        report.promise(
            "signed by the one who was told it is done",
            f"{signed} of {count}",
            kept=signed == count,
        )
        report.promise(
            "the other told who did it and when",
            f"{told} of {count}",
            kept=told == count,
        )
        report.note("first: accept / return", f"{first['accept']} / {first['return']}")
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
