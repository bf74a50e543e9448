"""What every test stands on: PostgreSQL, the application's own role, Chromium."""

import os
import shutil
from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase

from redleader import database
from tests import tables

LOCK_TIMEOUT = 2000  # milliseconds

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NO_CHROMIUM = "没有找到 Chromium，浏览器测试未运行。"

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop.


def pytest_configure(config):
    if os.environ.get("REDLEADER_REQUIRE_BROWSER") and not CHROMIUM:
        pytest.exit(f"{NO_CHROMIUM}（REDLEADER_REQUIRE_BROWSER 要求运行）", 4)
    if not hasattr(config, "workerinput"):
        config.is_own_server = tables.start()


def pytest_unconfigure(config):
    """Take the server away, unless somebody else started it for several runs."""
    if getattr(config, "is_own_server", False):
        settings.CLUSTER.stop()
        shutil.rmtree(settings.RUN_DIR, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with what takes minutes, so that no process waits for it at the end."""
    items.sort(key=lambda item: not item.get_closest_marker("long"))
    skip = pytest.mark.skip(reason=NO_CHROMIUM)
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM:
                item.add_marker(skip)


def pytest_terminal_summary(terminalreporter):
    if not CHROMIUM:
        terminalreporter.write_line(NO_CHROMIUM, yellow=True)


@pytest.fixture(scope="session")
def django_db_setup(request):
    """Give each worker a copy of the tables; everything runs as the application."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    tables.copy(f"test_redleader_{worker}")
    connection.settings_dict["NAME"] = f"test_redleader_{worker}"
    become(database.APP)
    yield
    connection.close()


def become(role):
    connection.close()
    connection.settings_dict["USER"] = role


@pytest.fixture(autouse=True, scope="session")
def owner_empties_tables():
    """Only the owner may empty tables after a test that commits."""
    original = TransactionTestCase._fixture_teardown

    def teardown(self):
        become(database.OWNER)
        try:
            original(self)
        finally:
            become(database.APP)

    TransactionTestCase._fixture_teardown = teardown
    yield
    TransactionTestCase._fixture_teardown = original


@pytest.fixture(autouse=True)
def empty_cache():
    """Limits of attempts are counted there."""
    cache.clear()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def sign_in():
    """Return a function that gives a signed-in client of a user."""

    def enter(user):
        client = Client()
        client.force_login(user, backend="chambers.access.RoleBackend")
        return client

    return enter


@contextmanager
def another(**changes):
    """Give a cursor of a connection of its own; it does not wait long for a lock."""
    link = psycopg2.connect(**connection.get_connection_params() | changes)
    with closing(link), link.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT}")
        link.commit()
        yield cursor
        link.rollback()


@contextmanager
def empty_database(name):
    """Make a database that ends with the block; the connection comes back from it."""
    host = str(settings.CLUSTER.socket_dir)
    original = connection.settings_dict["NAME"]
    link = psycopg2.connect(host=host, user="postgres", dbname="postgres")
    with closing(link), link.cursor() as cursor:
        link.autocommit = True
        cursor.execute(f"CREATE DATABASE {name} OWNER {database.OWNER}")
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = original
            become(database.APP)
            cursor.execute(f"DROP DATABASE {name}")
