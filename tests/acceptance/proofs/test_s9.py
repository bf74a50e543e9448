"""S9: hostile workbooks and CSV files, sent to the page that takes them."""

import json
import resource
import subprocess
import sys

import pytest
from django.apps import apps

from redleader.sheets import incoming
from tests import hostile_sheets as hostile
from tests.activities.views.test_importing import send
from tests.factories.activities import SchemeFactory
from tests.factories.chambers import UserFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
WHAT = "hostile workbooks and CSV files at the upload page"
TARGET = "20 + 10 files; 0 rows written, 0 answers ≥ 500, ≤ 5 s, ≤ 300 MiB, 0 leaks"
MEMORY, SECONDS = 300 * 1024**2, 5
# Wraps the reader, which may write no file: what it has cost stands in its last line.
METER = """
import json, resource, runpy, sys
try:
    runpy.run_path({reader!r}, run_name="__main__")
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/status") as status:
        lines = dict(line.split(":", 1) for line in status)
    cost = [used.ru_utime + used.ru_stime, int(lines["VmHWM"].split()[0]) / 1024]
    print("\\n" + json.dumps(cost), file=sys.stderr)
"""
# What openpyxl does by itself with a file, told as the cells that it met.
STOCK = """
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
print(sum(1 for sheet in book for row in sheet.iter_rows() for cell in row))
"""
STOCK_CASES = ["bomb", "ratio", "XFD1048576", "1000000 rows", "201 parts"]


def rows_of_everything():
    labels = ("chambers", "activities")
    models = [m for label in labels for m in apps.get_app_config(label).get_models()]
    return {m.__name__: m.objects.count() for m in models}


@pytest.fixture
def costs(tmp_path, monkeypatch):
    """The (seconds, MiB) of each reading; None for one that the limits ended."""
    meter, found = tmp_path / "meter.py", []
    meter.write_text(METER.format(reader=str(incoming.READER)))

    class Reader(subprocess.Popen):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options | {"stderr": subprocess.PIPE})

        def __exit__(self, *error):
            lines = self.stderr.read().splitlines()
            super().__exit__(*error)
            # One that was ended has nothing to tell: by its limits, or by us.
            found.append(json.loads(lines[-1]) if self.returncode >= 0 else None)

    monkeypatch.setattr(incoming, "READER", meter)
    monkeypatch.setattr(incoming.subprocess, "Popen", Reader)
    return found


def test_figure(figure, sign_in, costs):
    SchemeFactory(name="“四好”商会")
    client = sign_in(UserFactory())
    before = rows_of_everything()
    codes, leaks = [], []
    for case in hostile.CASES:
        answer = send(client, case.build(), case.name)
        codes.append(answer.status_code)
        page = answer.content.decode()
        leaks += [(case.label, leak) for leak in hostile.LEAKS if leak in page]
    written = sum(rows_of_everything().values()) - sum(before.values())
    books = [case for case in hostile.CASES if not case.name.endswith(".csv")]
    faults = [code for code in codes if code >= 500]
    figure(
        f"{len(books)} workbooks, {len(codes) - len(books)} CSV:"
        f" {codes.count(422)} refused with a reason, {written} rows written,"
        f" {len(faults)} answers ≥ 500, {len(leaks)} leaks {leaks[:3] or ''}".strip(),
        kept=not (written or faults or leaks)
        and len(books) >= 20
        and len(codes) - len(books) >= 10,
    )
    measured = [cost for cost in costs if cost]
    slowest = max(seconds for seconds, _ in measured)
    peak = max(memory for _, memory in measured)
    figure(
        f"{len(costs)} read: slowest {slowest:.1f} s of processor, peak {peak:.0f} MiB;"
        f" {costs.count(None)} more ended early, by a limit or unwanted",
        kept=slowest <= SECONDS and peak <= MEMORY / 1024**2,
    )


def confine():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def test_control(control, tmp_path):
    ends = {}
    for case in hostile.CASES:
        if case.label not in STOCK_CASES:
            continue
        path = tmp_path / "case.xlsx"
        path.write_bytes(case.build())
        done = subprocess.run(
            [sys.executable, "-c", STOCK, str(path)],
            preexec_fn=confine,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode < 0:
            ends[case.label] = "over 5 s"
        elif "MemoryError" in done.stderr:
            ends[case.label] = "over 300 MiB"
        else:
            ends[case.label] = "read" if not done.returncode else done.stderr[-60:]
    over = [label for label, end in ends.items() if end.startswith("over")]
    control(
        "stock openpyxl: " + ", ".join(f"{k} {v}" for k, v in ends.items()),
        caught=len(over) >= 2,
    )
