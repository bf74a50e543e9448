"""Public pages from a real streaming replica of the tests' own database."""

import contextlib
import json
import os
import subprocess
import sys
import time

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from redleader import database
from tests.acceptance.drives.pitr import wait_until

pytestmark = pytest.mark.django_db

KEY = "k3-" + "abcdefghij" * 6
# Ask for addresses, some with a session or as the same visitor as before, and tell
# which servers were connected to.
PROGRAM = """
import json, logging, sys, django
django.setup()
logging.disable()
from django.conf import settings
from django.db.backends.signals import connection_created
from django.test import Client
from redleader.cluster.replica import PRIMARY, route
used = []
def note(connection, **kwargs):
    used.append(connection.alias)
connection_created.connect(note)
plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STORAGES["staticfiles"]["BACKEND"] = plain
settings.SECURE_SSL_REDIRECT = False
answers = []
client = None
for method, path, cookie in json.loads(sys.argv[1]):
    if cookie != "same":
        client = Client(raise_request_exception=False)
    if cookie not in ("", "same"):
        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    used.clear()
    from django.db import connections
    connections.close_all()
    response = getattr(client, method)(path)
    body = b"".join(response) if response.streaming else response.content
    answers.append([response.status_code, sorted(set(used)), route.get() == PRIMARY])
print(json.dumps(answers))
"""
PAGES = [
    "/",
    "/chambers/",
    "/honours/",
    "/lectures/",
    "/figures/",
    "/open-data/",
    "/open-data/chambers.csv",
    "/api/v1/chambers",
]


class Pair:
    """The tests' server, and a replica of it."""

    def __init__(self, base):
        self.primary = settings.CLUSTER
        binaries = database.find_binaries()
        self.replica = database.Cluster(binaries, base / "replica", throwaway=True)
        self.replica.make_dir(self.replica.data_dir.parent)
        self.replica.make_dir(self.replica.socket_dir)
        self.primary.run(
            self.primary.bin_dir / "pg_basebackup",
            *("-h", self.primary.socket_dir, "-U", "postgres", "-R", "-c", "fast"),
            *("-D", self.replica.data_dir),
        )
        self.replica.run("rm", "-f", self.replica.data_dir / "postmaster.pid")
        self.replica.start()
        self.name = connection.settings_dict["NAME"]

    def tell(self, cluster, statement):
        link = psycopg2.connect(
            host=str(cluster.socket_dir), user="postgres", dbname=self.name
        )
        link.autocommit = True
        with contextlib.closing(link), link.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None

    def commit(self):
        """Leave something at the primary that the replica has to replay."""
        self.tell(self.primary, "CREATE TABLE IF NOT EXISTS replica_lag ()")
        self.tell(self.primary, "DROP TABLE replica_lag")

    def catch_up(self):
        self.commit()
        goal = self.tell(self.primary, "SELECT pg_current_wal_lsn()")
        wait_until(
            lambda: self.tell(
                self.replica,
                f"SELECT pg_last_wal_replay_lsn() >= '{goal}'"
                " AND EXISTS (SELECT FROM pg_stat_wal_receiver)",
            )
        )

    def url(self, cluster):
        place = str(cluster.socket_dir).replace("/", "%2F")
        return f"postgres://redleader@/{self.name}?host={place}"

    def ask(self, *requests, primary="", replica="", **variables):
        """Return status and servers of each answer, from a process of its own."""
        given = [(*request, "")[:3] for request in requests]
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, json.dumps(given)],
            cwd=settings.BASE_DIR,
            env={
                "PATH": os.environ["PATH"],
                "DJANGO_SETTINGS_MODULE": "redleader.settings",
                "REDLEADER_VAR": os.environ["REDLEADER_VAR"],
                "REDLEADER_DEMO": "0",
                "SECRET_KEY": KEY,
                "ALLOWED_HOSTS": "testserver",
                "DATABASE_URL": primary or self.url(self.primary),
                "REPLICA_URL": replica or self.url(self.replica),
            }
            | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        answers = json.loads(done.stdout)
        assert all(is_home for *_, is_home in answers)
        return [(status, servers) for status, servers, _ in answers]


NOBODY = "postgres://redleader@127.0.0.1:1/nothing"
REPLICA, PRIMARY = ["replica"], ["default"]


@pytest.fixture(scope="module")
def running(tmp_path_factory, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        pair = Pair(tmp_path_factory.mktemp("replica"))
    yield pair
    pair.replica.stop()


@pytest.fixture
def pair(running):
    running.catch_up()
    yield running
    with contextlib.suppress(psycopg2.Error):
        running.tell(running.replica, "SELECT pg_wal_replay_resume()")


def test_strangers_read_every_public_page_from_the_replica(pair):
    answers = pair.ask(*[("get", page) for page in PAGES])
    assert dict(zip(PAGES, answers, strict=True)) == dict.fromkeys(
        PAGES, (200, REPLICA)
    )


def test_who_has_a_session_reads_and_writes_at_the_primary(pair):
    [page, form] = pair.ask(
        ("get", "/chambers/", "a" * 32), ("post", "/accounts/login/")
    )
    assert page == (200, PRIMARY)
    assert "replica" not in form[1]


def test_who_has_just_sent_something_without_an_account_reads_the_primary(pair):
    sent = ("post", "/mediation/apply/")
    [_, page, other] = pair.ask(
        sent, ("get", "/chambers/", "same"), ("get", "/chambers/")
    )
    assert page == (200, PRIMARY)
    assert other == (200, REPLICA)


def test_who_has_just_sent_something_still_reads_without_a_primary(pair):
    sent = ("post", "/mediation/apply/")
    [_, page] = pair.ask(sent, ("get", "/chambers/", "same"), primary=NOBODY)
    assert page == (200, REPLICA)


def test_pages_that_are_not_public_do_not_go_there(pair):
    [door, desk] = pair.ask(("get", "/accounts/login/"), ("get", "/workbench/"))
    assert "replica" not in door[1] + desk[1]


def test_a_replica_that_lags_is_left_alone(pair):
    pair.tell(pair.replica, "SELECT pg_wal_replay_pause()")
    pair.commit()
    time.sleep(0.3)
    [answer] = pair.ask(("get", "/chambers/"), REPLICA_MAX_LAG="0.1")
    assert answer[0] == 200
    assert "default" in answer[1]
    [answer] = pair.ask(("get", "/chambers/"), REPLICA_MAX_LAG="3600")
    assert answer == (200, REPLICA)


def test_a_replica_that_is_down_costs_nobody_a_page(pair):
    answers = pair.ask(*[("get", page) for page in PAGES], replica=NOBODY)
    assert [status for status, _ in answers] == [200] * len(PAGES)


def test_without_a_primary_the_public_still_reads_and_nobody_writes(pair):
    answers = pair.ask(*[("get", page) for page in PAGES], primary=NOBODY)
    assert answers == [(200, REPLICA)] * len(PAGES)
    [kept, sent] = pair.ask(
        ("get", "/workbench/", "a" * 32), ("post", "/accounts/login/"), primary=NOBODY
    )
    assert (kept[0], sent[0]) == (503, 503)


def test_without_a_primary_even_an_old_replica_answers(pair):
    pair.tell(pair.replica, "SELECT pg_wal_replay_pause()")
    pair.commit()
    time.sleep(0.3)
    answers = pair.ask(
        ("get", "/"), ("get", "/chambers/"), primary=NOBODY, REPLICA_MAX_LAG="0.1"
    )
    assert answers == [(200, REPLICA)] * 2


def test_control_without_the_replica_a_lost_primary_fails_every_page(pair):
    answers = pair.ask(("get", "/chambers/"), primary=NOBODY, replica=NOBODY)
    assert [status for status, _ in answers] == [503]


def test_what_is_written_goes_to_the_primary_on_any_route():
    from django.contrib.sessions.models import Session

    from chambers.models import Chamber
    from redleader.cluster.replica import ReplicaRouter, route

    router = ReplicaRouter()
    token = route.set("replica")
    try:
        assert router.db_for_read(Chamber) == "replica"
        assert router.db_for_write(Chamber) == "default"
        assert router.db_for_read(Session) == "default"
        assert router.allow_migrate("replica", "chambers") is False
    finally:
        route.reset(token)
