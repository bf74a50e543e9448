"""That ``deploy/`` and the handbook speak of this program; the drive runs them."""

import re

import pytest
from django.conf import settings
from django.core.management import get_commands

from redleader import database
from tests.acceptance.drives.nodes import NODES, Machines

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


CLUSTER = ["haproxy.cfg", "pgbouncer.ini", "userlist.txt.example", "redis.conf"]


def test_a_lost_primary_is_missed_as_patroni_allows():
    text = text_of("cluster/patroni.yml")
    ttl, wait, retry = (
        int(re.search(rf"^    {name}: (\d+)$", text, re.M)[1])
        for name in ("ttl", "loop_wait", "retry_timeout")
    )
    assert ttl >= max(20, wait + 2 * retry)


def test_what_is_acknowledged_is_on_two_machines_as_shipped():
    text = text_of("cluster/patroni.yml")
    assert re.search(r"^    synchronous_mode: true$", text, re.M)
    assert re.search(r"^    synchronous_mode_strict: true$", text, re.M)
    assert "pool_mode = transaction" in text_of("cluster/pgbouncer.ini")


def test_the_drive_of_the_cluster_fills_in_every_address_and_password(tmp_path):
    machines = Machines(tmp_path)
    filled = [machines.placed(text_of(f"cluster/{name}")) for name in CLUSTER]
    filled += [machines.placed_patroni(node) for node in NODES]
    filled.append(machines.placed_etcd())
    lines = [
        line
        for text in filled
        for line in text.splitlines()
        if not line.lstrip().startswith(("#", ";"))
    ]
    assert [line for line in lines if "10.0.0." in line or "CHANGE-ME" in line] == []
    assert len(lines) > 100
