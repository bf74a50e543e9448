"""Falsify the audit in every way, and measure what it costs to write and to check."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tests.acceptance.drives.site import Report, running_site, wants_short


def main() -> int:
    short = wants_short(__doc__)
    report = Report("Audit: tamperings, cost of writing, cost of checking")
    with running_site(servers=1, limit=300) as site:
        from django.db import connection

        from redleader import database
        from redleader.audit.chain import head
        from redleader.audit.verify import verify
        from tests import tampering

        def become(role):
            connection.close()
            connection.settings_dict["USER"] = role

        def sql(statement):
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone() if cursor.description else None

        def region(number):
            return (
                "INSERT INTO chambers_region (code, name, level, search_text,"
                f" search_grams, sort_key) VALUES ('{number:09}', '第{number}镇',"
                " 'township', '', '{}', '')"
            )

        site.browser().get("/workbench/")
        for number in range(1, 60):
            sql(region(number))
        anchors = [head()]
        event = sql("SELECT max(pgh_id) FROM chambers_regionevent")[0] - 20
        facts = {"middle": anchors[0]["id"] - 10, "event": event, "region": "000000007"}

        names = list(tampering.TAMPERINGS)
        through = [name for name in names if tampering.succeeds(name, facts)]
        allowed = "INSERT INTO redleader_auditentry (kind, person, address, method,"
        allowed += " path, table_name, row_key, detail, result) VALUES ('login', '',"
        allowed += " '', '', '', '', '', '{}', 'done')"
        tampering.TAMPERINGS["allowed"] = [allowed.replace("{}", "{{}}")]
        control = tampering.succeeds("allowed", facts)
        report.promise(
            "as the application: went through",
            f"{len(through)} of {len(names)}",
            kept=not through,
        )
        report.control("the application adds an entry", control, found=control)

        become("postgres")
        verdicts = {name: tampering.found(name, facts, anchors) for name in names}
        missed = [name for name in names if verdicts[name].ok]
        report.promise(
            "as a superuser: found",
            f"{len(names) - len(missed)} of {len(names)}",
            kept=not missed,
        )
        for name in names:
            report.note(f"  {name}", f"entry {verdicts[name].entry}")
        alone = [n for n in names if tampering.found(n, facts, []).ok]
        report.control(
            "without the anchor: missed",
            len(alone),
            found=sorted(alone) == sorted(tampering.NEED_ANCHOR),
        )
        clean = tampering.found(None, facts, anchors)
        report.promise("nothing done: faults", int(not clean.ok), kept=clean.ok)

        become(database.APP)
        count = 2_000 if short else 20_000

        def load(first):
            began = time.monotonic()
            sql(
                "INSERT INTO chambers_region (code, name, level, search_text,"
                " search_grams, sort_key) SELECT lpad(n::text, 9, '0'), n || '镇',"
                f" 'township', '', '{{}}', '' FROM generate_series({first},"
                f" {first + count - 1}) n"
            )
            return count / (time.monotonic() - began)

        def single(first, workers=8, each=20 if short else 50):
            barrier = threading.Barrier(workers + 1)

            def work(number):
                sql("SELECT 1")
                barrier.wait()
                for turn in range(each):
                    sql(region(first + number * each + turn))
                connection.close()

            with ThreadPoolExecutor(workers) as pool:
                done = [pool.submit(work, number) for number in range(workers)]
                barrier.wait()
                began = time.monotonic()
                for one in done:
                    one.result()
            return workers * each / (time.monotonic() - began)

        with_audit = load(100_000), single(300_000)
        switch(become, sql, "DISABLE")
        without = load(400_000), single(600_000)
        switch(become, sql, "ENABLE")
        report.note("rows/s in one transaction", f"{with_audit[0]:.0f}")
        report.note("  control: without the audit", f"{without[0]:.0f}")
        report.note("rows/s, 8 at once, a commit each", f"{with_audit[1]:.0f}")
        report.note("  control: without the audit", f"{without[1]:.0f}")

        become("postgres")
        began = time.monotonic()
        verdict = verify(anchors=anchors)
        seconds = time.monotonic() - began
        report.control(
            "what was written with the triggers off",
            verdict.fault,
            found=not verdict.ok,
        )
        report.note(
            "entries and events checked per second",
            f"{(verdict.entries + verdict.events) / seconds:.0f}",
        )
    return report.finish()


def switch(become, sql, how):
    become("postgres")
    sql(f"ALTER TABLE chambers_regionevent {how} TRIGGER audit_event")
    become("redleader")


if __name__ == "__main__":
    sys.exit(main())
