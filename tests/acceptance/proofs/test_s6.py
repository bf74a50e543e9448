"""S6: the score of every kind of page, over TLS through the shipped nginx."""

import shutil

import pytest

from tests.acceptance.proofs.drives import drive, rows_about, say

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("nginx"), reason="needs nginx"),
]
WHAT = "headers: score by the Observatory's published rules, computed by our own scorer"
TARGET = "A+, at least 125, 10 of 10 on 8 kinds of pages"
ROWS = ("score: ",)


def test_figure(figure):
    figures, _ = rows_about(drive("deployment", "--short"), *ROWS)
    figure(f"{len(figures)} kinds of pages", kept=len(figures) == 8)
    say(figures, lambda text, kept: figure(text, kept=kept))


def test_control(control):
    _, controls = rows_about(drive("deployment", "--short"), *ROWS)
    say(controls, lambda text, found: control(text, caught=found))
