"""S14: the back office from a network that is not allowed, through the real nginx."""

import shutil

import pytest

from tests.acceptance.proofs.drives import drive, rows_about, say

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("nginx"), reason="needs nginx"),
]
WHAT = "back office from a foreign address, with and without forged headers"
TARGET = "403 for every address; no header that the client forges is believed"
ROWS = ("back office", "written in another way", "forged address", "control, from")


def test_figure(figure):
    figures, _ = rows_about(drive("deployment", "--short"), *ROWS)
    say(figures, lambda text, kept: figure(text, kept=kept))


def test_control(control):
    _, controls = rows_about(drive("deployment", "--short"), *ROWS)
    say(controls, lambda text, found: control(text, caught=found))
