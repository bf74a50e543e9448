"""That ``deploy/`` and the handbook speak of this program; the drive runs them."""

import re

import pytest
from django.conf import settings
from django.core.management import get_commands

from redleader import database

DEPLOY = settings.BASE_DIR / "deploy"
HANDBOOK = (settings.BASE_DIR / "docs" / "handbook.md").read_text()


def text_of(name):
    return (DEPLOY / name).read_text()


@pytest.mark.parametrize("name", ["redleader", "owner", "reader"])
def test_every_variable_of_an_example_is_explained(name):
    variables = re.findall(r"^#? ?([A-Z_]+)=", text_of(f"{name}.env.example"), re.M)
    assert variables
    assert [word for word in variables if f"`{word}" not in HANDBOOK] == []


def test_every_command_of_the_handbook_exists():
    named = set(re.findall(r"redleader-manage (\w+)", HANDBOOK))
    assert {"backup", "restore", "restore_drill", "doctor", "migrate"} <= named
    assert named - get_commands().keys() == set()


def test_the_units_start_commands_that_exist():
    for path in (DEPLOY / "systemd").glob("*.service"):
        unit = path.read_text()
        commands = re.findall(r"^Exec\w+=.*manage\.py (\w+)", unit, re.M)
        assert set(commands) <= get_commands().keys()
        assert "NoNewPrivileges=yes" in unit
        assert "ProtectSystem=strict" in unit


def test_the_web_server_lets_through_what_the_application_takes():
    sizes = re.findall(r"client_max_body_size (\d+)m", text_of("nginx/redleader.conf"))
    assert max(map(int, sizes)) * 1024 * 1024 == settings.MAX_BODY_SIZE


def test_the_roles_are_those_of_the_program():
    roles = text_of("roles.sql")
    for role in (database.OWNER, database.APP, database.READER):
        assert f"ALTER ROLE {role} NOSUPERUSER" in roles


def test_the_networks_are_closed_as_shipped():
    for name in ("admin", "workbench"):
        rules = re.findall(
            r"^(?:allow|deny) .*;", text_of(f"nginx/{name}-networks.conf"), re.M
        )
        assert rules == ["allow 127.0.0.1;", "allow ::1;", "deny all;"]
