"""S19: secrets in the history, the start without a key, accounts that come along."""

import re
import shutil
import subprocess

import pytest
from django.conf import settings

from activities.management.commands import demo
from chambers.models import User
from tests.redleader.test_settings import run

pytestmark = pytest.mark.slow  # the whole history may not be at hand
WHAT = "secrets in the history of the repository; start without a key; accounts"
TARGET = "0 secrets, no start without SECRET_KEY, 0 default accounts, random passwords"
# What a secret looks like in a line that was added, whoever added it.
SECRETS = [
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*$",
    rb"AGE-SECRET-KEY-1[0-9A-Z]{50,}",
    rb"\bAKIA[0-9A-Z]{16}\b",
    rb"\bgh[pousr]_[A-Za-z0-9]{36}\b",
    rb"\b(?:sk|xox[baprs])-[A-Za-z0-9-]{20,}",
    rb"://[^/\s:@'\"{]+:[^/\s:@'\"{]{8,}@[A-Za-z0-9.-]+",
    rb"(?i)(?:secret|password|passwd|token|api_?key)\w*[\"']?\s*[:=]\s*[\"']"
    rb"(?=[^\"']*[a-z])(?=[^\"']*[A-Z0-9])[A-Za-z0-9+/_=-]{24,}[\"']",
    rb"(?m)^\+(?:export )?SECRET_KEY=[^\s$<]{20,}",
]
# Read by a person: no secret of anybody.
KNOWN = [
    b":CHANGE-ME@",  # the examples of deploy/
    b"z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq",  # published by the W3C
]
KEY = "AKIA" + "ABCDEFGH" * 2  # for the control, put together so that it is no find


def git(*arguments, folder):
    command = [shutil.which("git"), "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout


def secrets_in(folder):
    """Return (commits read, lines read, what looks like a secret)."""
    commits = git("rev-list", "--all", folder=folder).split()
    history = git("log", "--all", "-p", "--no-color", "--text", folder=folder)
    added = [line for line in history.splitlines() if line.startswith(b"+")]
    rules = [re.compile(rule) for rule in SECRETS]
    found = [line for line in added if any(rule.search(line) for rule in rules)]
    unknown = [line for line in found if not any(known in line for known in KNOWN)]
    return len(commits), len(added), unknown


def words(commits, lines, found):
    return f"{len(found)} secrets in {lines} lines of {commits} commits"


def starts(tmp_path, **variables):
    done = run(
        *("-c", "import django; django.setup()"),
        tmp_path=tmp_path,
        REDLEADER_DEMO="0",
        **variables,
    )
    return not done.returncode


def demo_passwords(settings, folder):
    """Return what the demo of a new machine would tell."""
    settings.VAR_DIR = folder
    return list(demo.set_passwords().values())


@pytest.mark.django_db
def test_figure(figure, tmp_path, settings):
    if not (settings.BASE_DIR / ".git").exists():
        pytest.skip("no history here")
    found = secrets_in(settings.BASE_DIR)
    figure(words(*found), kept=not found[2] and found[0] > 1)
    started = starts(tmp_path)
    figure(f"started without SECRET_KEY: {started}", kept=not started)
    accounts = User.objects.count()
    figure(f"{accounts} accounts after migrate", kept=accounts == 0)
    first = demo_passwords(settings, tmp_path / "a")
    second = demo_passwords(settings, tmp_path / "b")
    different = len({*first, *second})
    figure(
        f"demo on two machines: {different} different passwords of"
        f" {len(first) + len(second)}",
        kept=different == len(first) + len(second) > 0,
    )


def test_control(control, tmp_path):
    folder = tmp_path / "planted"
    folder.mkdir()
    git("init", "-q", folder=folder)
    (folder / "notes.txt").write_text(f"{KEY}\n")
    author = ("-c", "user.name=a", "-c", "user.email=a@example.invalid")
    git("add", "notes.txt", folder=folder)
    git(*author, "commit", "-qm", "Plant a key.", folder=folder)
    (folder / "notes.txt").write_text("")
    git(*author, "commit", "-qam", "Take it out again.", folder=folder)
    found = secrets_in(folder)
    control(f"key planted and removed: {words(*found)}", caught=len(found[2]) == 1)
    shutil.rmtree(folder)
    started = starts(tmp_path, SECRET_KEY=settings.SECRET_KEY)
    control(f"started with SECRET_KEY: {started}", caught=started)
