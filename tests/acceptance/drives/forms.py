"""Everyone presses “save” many times: one form makes one record."""

import sys
import uuid
from concurrent.futures import ThreadPoolExecutor

from tests.acceptance.drives.browser import read_form
from tests.acceptance.drives.site import Report, running_site, wants_short


def main() -> int:
    short = wants_short(__doc__)
    forms, posts = (5, 8) if short else (50, 20)
    report = Report(f"Forms: {forms} forms, each sent {posts} times at once")
    with running_site(servers=2, limit=1200) as site:
        from activities.models import Lecture
        from tests.acceptance.drives import records

        _, users = records.chamber_with(3)
        members = [user.member_id for user in users]
        (browser,) = records.signed_in(site, users[:1])

        def send(typed):
            return browser.post(records.CREATE, typed.fields, typed.files)

        def send_at_once(forms):
            with ThreadPoolExecutor(posts) as pool:
                return list(pool.map(send, forms))

        sent, leading, wrong = [], {}, []
        for number in range(forms):
            form = read_form(browser.get(records.CREATE).text)
            typed = records.fill_in(form, number, members)
            sent.append(typed)
            answers = send_at_once([typed] * posts)
            places = {records.number_of(answer) for answer in answers}
            leading[typed.key] = next(iter(places)) if len(places) == 1 else None
            wrong += [a.status for a in answers if records.number_of(a) is None]
        rows = Lecture.objects.filter(topic__in=[typed.topic for typed in sent])
        report.note("posts", forms * posts)
        report.promise(
            "records made", f"{rows.count()} of {forms}", kept=rows.count() == forms
        )
        alike = sum(pk is not None for pk in leading.values())
        report.promise(
            "forms whose answers all lead to one record",
            f"{alike} of {forms}",
            kept=alike == forms,
        )
        report.promise("other answers", wrong or 0, kept=not wrong)

        for number in range(len(site.ports)):
            site.kill(number)
        site.start_all()
        again = sum(
            records.number_of(send(typed)) == leading[typed.key] for typed in sent
        )
        report.promise(
            "sent again after a restart, same record",
            f"{again} of {forms}",
            kept=again == forms,
        )
        check = records.check_records(sent, leading)
        report.promise("records after that", rows.count(), kept=rows.count() == forms)
        report.promise(
            "records with their roll once and photo once",
            f"{rows.count() - max(check.without_roll, check.without_photo)} of {forms}",
            kept=check.whole,
        )
        report.promise(
            "stored files without a row", check.orphans, kept=not check.orphans
        )

        # The same form without what marks it as the same.
        form = read_form(browser.get(records.CREATE).text)
        typed = [records.fill_in(form, forms + n, members) for n in range(posts)]
        for one in typed:
            one.fields["form_key"] = str(uuid.uuid4())
        send_at_once(typed)
        made = Lecture.objects.filter(topic__in=[one.topic for one in typed]).count()
        report.control(
            "control, a new key each time: records of one form", made, found=made > 1
        )
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
