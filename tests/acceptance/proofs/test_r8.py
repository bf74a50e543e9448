"""R8: the second before a deletion, and the loss of a disk, brought back."""

import re
import subprocess
import sys
import tempfile
from functools import cache

import pytest

from tests.acceptance.drives.site import ROOT, clean_environment
from tests.acceptance.proofs.drives import drive, rows_about, say

pytestmark = pytest.mark.slow
WHAT = "back to one second (PITR); a backup restored by the drill"
TARGET = "every row, file and entry of the audit equal, at most 15 min; 0 lost rows"
ROWS = ("base backup", "second before", "lost disk", "control")


@cache
def drill():
    """Return (figures, controls) of ``make restore-drill`` on a demo of its own."""
    with tempfile.TemporaryDirectory(prefix="redleader-drill-") as folder:
        given = {"REDLEADER_VAR": folder, "REDLEADER_DEMO": "1"}
        run(given, "demo", "--no-server")
        said = run(given, "restore_drill")
    rows = [line.strip() for line in said.splitlines() if line.startswith("  ")]
    judged = [row for row in rows if re.search("(合格|发现)$", row)]
    controls = [row for row in judged if row.startswith("对照")]
    return [row for row in judged if row not in controls], controls


def run(given, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=clean_environment() | given,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def test_figure(figure):
    figures, _ = rows_about(drive("pitr"), *ROWS)
    say(figures, lambda text, kept: figure(text, kept=kept))
    figures, _ = drill()
    assert figures
    for row in figures:
        figure(row, kept=row.endswith("合格") and not row.endswith("不合格"))


def test_control(control):
    _, controls = rows_about(drive("pitr"), *ROWS)
    say(controls, lambda text, found: control(text, caught=found))
    _, controls = drill()
    assert controls
    for row in controls:
        control(row, caught=row.endswith("已发现"))
