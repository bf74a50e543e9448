"""What the doctor says when one thing is wrong at a time."""

import os
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from activities.services import installation
from redleader import database
from redleader.backup import database_checks, doctor
from redleader.backup.findings import BAD, GOOD, WARNING

pytestmark = pytest.mark.django_db


def test_a_sound_database_is_sound():
    checks = [
        database_checks.check_database,
        database_checks.check_migrations,
        database_checks.check_role,
        database_checks.check_triggers,
        database_checks.check_clock,
        installation.check_font,
    ]
    assert [check().state for check in checks[:-2]] == [GOOD] * 4
    assert checks[-1]().state == GOOD
    assert checks[-2]().state in (GOOD, WARNING)


@pytest.fixture
def connect(monkeypatch):
    """Return a function that lets the doctor connect in another way."""
    others = []

    def connect(**changes):
        other = connection.copy()
        other.settings_dict |= changes
        monkeypatch.setattr(database_checks, "connection", other)
        others.append(other)

    yield connect
    for other in others:
        other.close()


def test_the_owner_as_the_role_of_the_site_is_wrong(connect):
    connect(USER=database.OWNER)
    assert database_checks.check_role().state == BAD


def test_a_trigger_that_is_missing_is_named(monkeypatch):
    rows = database_checks.ask(
        "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"
    )
    ours = sorted(row for row in rows if row[0].startswith("pgtrigger_"))
    changed = [*ours[1:-1], (ours[-1][0], "D")]
    monkeypatch.setattr(database_checks, "ask", lambda statement: changed)

    finding = database_checks.check_triggers()

    assert finding.state == BAD
    assert "缺少 1 个，停用 1 个" in finding.text
    assert ours[0][0] in finding.text


def test_a_durability_that_is_off_is_wrong():
    assert (
        "fsync" in database_checks.check_durability().text
    )  # off in the tests' server


@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("SECRET_KEY", "short", doctor.check_secret_key),
        ("SECRET_KEY", "a" * 60, doctor.check_secret_key),
        ("ALLOWED_HOSTS", [], doctor.check_hosts),
        ("ALLOWED_HOSTS", ["*"], doctor.check_hosts),
        ("SITE_URL", "", doctor.check_site_url),
        ("SITE_URL", "http://a.cn", doctor.check_site_url),
        ("SITE_URL", "https://b.cn", doctor.check_site_url),
        ("MEDIA_ROOT", "/nowhere", doctor.check_media),
        ("MEDIA_ROOT", "/proc", doctor.check_media),
        ("STATIC_ROOT", "/nowhere", doctor.check_static),
        ("SESSION_COOKIE_SECURE", False, doctor.check_https),
    ],
)
def test_one_wrong_setting_is_found(settings, name, value, check):
    settings.DEMO = False
    settings.ALLOWED_HOSTS = ["a.cn"]
    settings.SITE_URL = "https://a.cn"
    setattr(settings, name, value)

    finding = check()

    assert finding.state == BAD
    assert finding.advice


@pytest.mark.parametrize(
    ("hours", "state"), [(1, GOOD), (30, WARNING), (200, BAD), (None, BAD)]
)
def test_the_age_of_the_last_backup(tmp_path, monkeypatch, hours, state):
    monkeypatch.setenv("BACKUP_DIR", str(tmp_path))
    if hours is not None:
        path = tmp_path / "redleader-20261101-000000.tar.age"
        path.touch()
        moment = time.time() - hours * 3600
        os.utime(path, (moment, moment))

    assert doctor.check_backup().state == state


def test_little_space_is_wrong(monkeypatch):
    monkeypatch.setattr(doctor, "LEAST_SPACE", float("inf"))
    assert doctor.check_space().state == BAD


def test_without_a_database_the_rest_is_still_looked_at(connect):
    connect(HOST="/nowhere")

    findings = doctor.examine(also=installation.CHECKS)

    assert findings[0].state == BAD
    assert "连不上" in findings[0].text
    assert len(findings) == 1 + len(doctor.NO_DATABASE)


def test_a_check_that_fails_is_a_finding():
    def check_moon():
        raise ZeroDivisionError

    assert doctor.attempt(check_moon).state == BAD


def test_the_command_ends_with_1_when_something_is_wrong(capsys):
    with pytest.raises(CommandError, match="有问题"):
        call_command("doctor", json=True)  # no rules, no administrator, fsync off
    assert '"state": "bad"' in capsys.readouterr().out
