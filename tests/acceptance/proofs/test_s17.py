"""S17: how long entries of the audit are kept."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from redleader import database
from redleader.audit.prune import oldest_kept, prune
from redleader.models import AuditEntry
from tests.conftest import become
from tests.redleader.audit.test_audit import age, long_chain  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
WHAT = "days that entries of the audit are kept"
TARGET = "at least 365; younger ones cannot be deleted"


def fewest_days():
    """Return the fewest days that the command takes; as many as it has entries."""
    for days in range(1, 1000):
        try:
            call_command("prune_audit", days=days, stdout=StringIO())
        except CommandError:
            continue
        return days
    return None


@pytest.fixture
def as_owner():
    become(database.OWNER)
    yield
    become(database.APP)


def deleted_by_database(days):
    """Let the owner delete what is older than so many days, past the command."""
    try:
        with transaction.atomic():
            return prune(before=oldest_kept(days))
    except DatabaseError:
        return 0


def test_figure(figure, long_chain, as_owner):  # noqa: F811
    entries = AuditEntry.objects.count()
    days = fewest_days()
    figure(f"fewest days that the command takes: {days}", kept=days >= 365)
    gone = sum(deleted_by_database(days) for days in (-1, 0, 30, 364))
    left = AuditEntry.objects.count()
    figure(
        f"younger entries deleted by the owner past the command: {gone} of {entries}",
        kept=gone == 0 and left == entries > 0,
    )


def test_control(control, long_chain):  # noqa: F811
    facts, _ = long_chain
    become("postgres")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            age(cursor, facts["middle"])
        gone = deleted_by_database(365)
        control(
            f"{facts['middle']} entries made 400 days old: {gone} deleted",
            caught=gone == facts["middle"],
        )
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            gone = AuditEntry.objects.filter(pk=facts["middle"] + 1)._raw_delete(
                "default"
            )
        control(f"triggers off: {gone} younger entry deleted", caught=gone == 1)
    finally:
        become(database.APP)
