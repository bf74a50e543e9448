"""The cache that every process shares, against a real Redis where there is one."""

import os
import shutil
import subprocess
import sys
import time

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured

from redleader.cluster import caching
from redleader.people.limits import is_too_often
from tests.acceptance.drives.site import free_port

REDIS = shutil.which("redis-server")
needs_redis = pytest.mark.skipif(not REDIS, reason="没有找到 redis-server。")


class Redis:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def start(self):
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(
            [REDIS, *options, "--dir", str(self.folder)], stdout=subprocess.DEVNULL
        )
        cache = self.cache()
        limit = time.monotonic() + 10
        while not cache.reaches():
            assert time.monotonic() < limit
            time.sleep(0.02)
        caching.SILENT.clear()

    def cache(self):
        settings = caching.configure(self.url)
        return caching.SharedCache(settings["LOCATION"], {"KEY_PREFIX": "redleader"})

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis(tmp_path):
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()
    caching.SILENT.clear()


def test_without_an_address_the_process_counts_for_itself():
    assert caching.configure("")["BACKEND"].endswith("LocMemCache")


def test_a_table_of_the_database_is_possible_too():
    found = caching.configure("dbcache://redleader_cache")
    assert (found["BACKEND"], found["LOCATION"]) == (
        "django.core.cache.backends.db.DatabaseCache",
        "redleader_cache",
    )


def test_other_addresses_are_refused_without_telling_the_password():
    with pytest.raises(ImproperlyConfigured) as refused:
        caching.configure("memcache://:secret@127.0.0.1")
    assert "CACHE_URL 应为" in str(refused.value)
    assert "secret" not in str(refused.value)


@needs_redis
def test_processes_share_what_they_count(redis):
    program = (
        "from django.conf import settings; from redleader import caching;"
        "settings.configure(); import sys;"
        "cache = caching.SharedCache(sys.argv[1], {'KEY_PREFIX': 'redleader'});"
        "print(cache.add('code', 'y', 60), cache.add('code', 'y', 60))"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-c", program, redis.url],
            cwd=django_settings.BASE_DIR,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for _ in range(2)
    ]
    assert answers == ["True False", "False False"]


@needs_redis
def test_a_lost_redis_fails_nothing_and_is_asked_again(redis, monkeypatch):
    monkeypatch.setattr(caching, "PAUSE", 0.2)
    cache = redis.cache()
    assert cache.add("code", "y", 60)

    redis.stop()
    assert not cache.reaches()
    assert cache.add("code", "y", 60)  # counted anew, by this process alone
    assert not cache.add("code", "y", 60)
    assert cache.incr("many", 1) if cache.add("many", 0, 60) else False

    redis.start()
    time.sleep(0.25)
    assert cache.add("code", "y", 60)
    assert cache.reaches()


@needs_redis
def test_a_lost_redis_is_not_waited_for_twice(redis):
    cache = redis.cache()
    redis.stop()
    cache.get("x")
    began = time.monotonic()
    for _ in range(1000):
        cache.get("x")
    assert time.monotonic() - began < 1


@needs_redis
def test_limits_are_counted_there(redis, rf, settings):
    settings.CACHES = {"default": caching.configure(redis.url)}
    settings.ACCOUNT_RATE_LIMITS = {"look": "2/h/ip"}
    request = rf.get("/")
    request.user = AnonymousUser()

    assert [is_too_often(request, "look") for _ in range(3)] == [False, False, True]
    assert redis.cache()._cache.get_client().dbsize() == 1
