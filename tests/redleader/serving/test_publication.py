"""The publication version: it changes with a commit, and holds nobody up."""

import threading
from datetime import date

import psycopg2
import pytest
from django.db import Error, connection

from chambers.models import Chamber, Region, User
from redleader.serving import publication
from redleader.serving.publication import TRIGGER, VersionWatch, read_version, watched
from tests.conftest import another
from tests.factories.chambers import ChamberFactory, UserFactory

RENAME = "UPDATE chambers_chamber SET short_name = short_name || 'x' WHERE id = %s"


@pytest.mark.django_db
def test_the_trigger_stands_on_every_watched_table_and_on_no_other():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s",
            [TRIGGER],
        )
        found = {name for (name,) in cursor.fetchall()}
    assert found == {model._meta.db_table for model in watched()}
    assert {Chamber, Region} <= set(watched())
    assert User not in watched()


@pytest.mark.django_db
def test_each_kind_of_change_has_a_new_version_and_reading_has_not():
    seen = [read_version()]
    chamber = ChamberFactory()
    # Once in a transaction is enough: nobody else sees it before the end.
    assert read_version() != seen[0]
    seen.append(read_version())
    Chamber.objects.filter(pk=chamber.pk).update(short_name="云")
    list(Chamber.objects.all())
    assert read_version() == seen[1]


@pytest.mark.django_db(transaction=True)
def test_every_transaction_has_a_version_of_its_own():
    seen = [read_version()]
    chamber = ChamberFactory()
    seen.append(read_version())
    Chamber.objects.filter(pk=chamber.pk).update(short_name="云")
    seen.append(read_version())
    chamber.delete()
    seen.append(read_version())
    assert len(set(seen)) == 4
    UserFactory()
    assert read_version() == seen[-1]


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_has_no_version_and_nobody_waits():
    """Two writers at once: neither is held up, each commit is a version."""
    first, second = ChamberFactory(), ChamberFactory()
    before = read_version()
    with another() as slow, another() as quick:
        slow.execute(RENAME, [first.pk])
        assert read_version() == before
        quick.execute(RENAME, [second.pk])  # would fail after the lock's time
        quick.connection.commit()
        between = read_version()
        assert between != before
        slow.connection.commit()
    after = read_version()
    assert after not in (before, between)


@pytest.mark.django_db(transaction=True)
def test_control_one_row_for_all_would_hold_the_second_writer_up():
    ChamberFactory()
    with another() as slow, another() as quick:
        one = "UPDATE redleader_publication SET stamp = gen_random_uuid()"
        slow.execute(one)
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            quick.execute(one)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_no_version():
    chamber = ChamberFactory()
    before = read_version()
    with another() as cursor:
        cursor.execute("SAVEPOINT here")
        cursor.execute(RENAME, [chamber.pk])
        cursor.execute("ROLLBACK TO here")
        cursor.connection.commit()
        assert read_version() == before
        # The part that was rolled back does not count as done for the rest.
        cursor.execute("SAVEPOINT here")
        cursor.execute(RENAME, [chamber.pk])
        cursor.execute("ROLLBACK TO here")
        cursor.execute(RENAME, [chamber.pk])
        cursor.connection.commit()
        assert read_version() != before


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_take_as_many_slots_as_they_need_and_no_more():
    chambers = ChamberFactory.create_batch(3)
    for _ in range(2):
        with another() as a, another() as b, another() as c:
            for cursor, chamber in zip((a, b, c), chambers, strict=True):
                cursor.execute(RENAME, [chamber.pk])
            for cursor in (a, b, c):
                cursor.connection.commit()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM redleader_publication")
        assert cursor.fetchone() == (3,)


@pytest.mark.django_db
def test_the_version_names_the_day(monkeypatch):
    now = read_version()
    monkeypatch.setattr(publication.timezone, "localdate", lambda: date(2031, 1, 1))
    assert read_version() != now
    assert read_version()[0] == now[0]


def counted(monkeypatch, answer):
    asked = []

    def read():
        asked.append(1)
        return answer()

    monkeypatch.setattr(publication, "read_version", read)
    monkeypatch.setattr(publication, "close_old_connections", lambda: None)
    return asked


def test_a_process_asks_once_in_a_while(monkeypatch):
    asked = counted(monkeypatch, lambda: ("a", date(2026, 1, 1)))
    watch = VersionWatch()
    assert {watch.now() for _ in range(100)} == {("a", date(2026, 1, 1))}
    assert len(asked) == 1
    watch.due_at = 0
    watch.now()
    assert len(asked) == 2


def test_a_database_that_does_not_answer_has_no_version(monkeypatch):
    def refuse():
        raise Error

    asked = counted(monkeypatch, refuse)
    watch = VersionWatch()
    assert [watch.now(), watch.now()] == [None, None]
    assert len(asked) == 1


def test_while_one_thread_asks_the_others_go_on_for_a_moment_only(monkeypatch):
    inside, go = threading.Event(), threading.Event()
    answers = iter("ab")

    def slow():
        word = next(answers)
        if word == "b":
            inside.set()
            go.wait(10)
        return word

    counted(monkeypatch, slow)
    monkeypatch.setattr(publication, "EVERY", 5)
    monkeypatch.setattr(publication, "LATEST", 60)
    watch = VersionWatch()
    assert watch.now() == "a"
    watch.due_at = watch.read_at
    thread = threading.Thread(target=watch.now)
    thread.start()
    assert inside.wait(10)
    assert watch.now() == "a"  # read a moment ago
    watch.due_at, watch.read_at = 0, watch.read_at - 60
    late = []
    other = threading.Thread(target=lambda: late.append(watch.now()))
    other.start()
    other.join(0.1)
    assert late == []  # too old to be used: it waits
    go.set()
    thread.join(10)
    other.join(10)
    assert late == ["b"]
