"""S5: what Django's own check says of the settings of a real installation."""

import re

from django.conf import settings
from django.core.management import call_command

from tests.redleader.test_settings import KEY, run

WHAT = "manage.py check --deploy with the settings of a real installation"
TARGET = "0 issues, 0 silenced, exit code 0"


def check(*command, tmp_path, **variables):
    """Return (issues, silenced, exit code) of a deployment check."""
    done = run(*command, tmp_path=tmp_path, **variables)
    text = done.stdout + done.stderr
    said = re.search(r"identified (no|\d+) issues? \((\d+) silenced\)", text)
    assert said, text
    return int(said[1].replace("no", "0")), int(said[2]), done.returncode


def words(issues, silenced, code):
    return f"{issues} issues, {silenced} silenced, exit code {code}"


def test_figure(figure, tmp_path):
    found = check(
        *("-m", "django", "check", "--deploy", "--fail-level=WARNING"),
        tmp_path=tmp_path,
        REDLEADER_DEMO="0",
        SECRET_KEY=KEY,
        ALLOWED_HOSTS="example.invalid",
    )
    figure(words(*found), kept=found == (0, 0, 0))
    figure(
        f"{len(settings.SILENCED_SYSTEM_CHECKS)} checks silenced in the settings",
        kept=not settings.SILENCED_SYSTEM_CHECKS,
    )


def test_control(control, tmp_path):
    call_command("startproject", "stock", str(tmp_path))
    found = check(
        *("-m", "django", "check", "--deploy", "--fail-level=WARNING"),
        tmp_path=tmp_path,
        PYTHONPATH=str(tmp_path),
        DJANGO_SETTINGS_MODULE="stock.settings",
    )
    control(f"settings of startproject: {words(*found)}", caught=found[0] and found[2])
