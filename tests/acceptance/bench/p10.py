"""P10: the demo, from its command to its first page."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.acceptance.bench.table import Figure
from tests.acceptance.drives.site import ROOT, clean_environment, free_port

WHAT = "a cold start of the demo, the environment in place"
TARGET = "≤ 5 s to the first answer"
LIMIT = 5  # seconds
PATIENCE = 400


def start(var: Path) -> float:
    """Start the demo, wait for its front page, stop it; return the seconds."""
    port = free_port()
    began = time.monotonic()
    demo = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=ROOT,
        env=clean_environment() | {"REDLEADER_VAR": str(var)},
        stdout=subprocess.DEVNULL,
    )
    try:
        while time.monotonic() - began < PATIENCE:
            if demo.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60)
            except OSError:
                time.sleep(0.02)
            else:
                return time.monotonic() - began
        raise RuntimeError("The demo did not start.")
    finally:
        demo.terminate()
        demo.wait(timeout=60)


def load_django() -> float:
    """Return the seconds until Django has only looked at its own settings."""
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.monotonic() - began


def measure(*, short: bool) -> Iterator[Figure]:
    var = Path(tempfile.mkdtemp(prefix="rl-bench-"))
    var.chmod(0o755)
    os.environ["REDLEADER_VAR"] = str(var)
    try:
        first = start(var)
        turns = 1 if short else 5
        later, control = [], []
        for _ in range(turns):
            later.append(start(var))
            control.append(load_django())
        check = f"manage.py check {median(control):.1f} s"
        for what, took in [
            ("the first start, with making all its data", first),
            (f"a later start, median of {turns}", median(later)),
        ]:
            yield Figure(what, f"{took:.1f} s", check, took / LIMIT, took <= LIMIT)
    finally:
        shutil.rmtree(var, ignore_errors=True)
