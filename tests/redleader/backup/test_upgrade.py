"""A database that is not this program's is never worked with in silence."""

import re

import pytest
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from redleader import database
from redleader.backup import database_checks, upgrade
from redleader.backup.archive import project_version
from redleader.backup.findings import BAD
from redleader.records.operations import NewTables
from tests.conftest import become

STEP = ("activities", "0030_desk_indexes")  # the last of those that were merged


def ids(found):
    return [message.id for message in found]


@pytest.fixture
def owner(transactional_db):
    """Be the owner of the tables in a transaction that leaves nothing behind."""
    become(database.OWNER)
    try:
        with transaction.atomic():
            yield MigrationRecorder(connection)
            transaction.set_rollback(True)
    finally:
        become(database.APP)


def refusals():
    """Return what each of those who ask says of the database, in words."""
    with pytest.raises(ImproperlyConfigured) as start:
        upgrade.require_current()
    with pytest.raises(CommandError) as command:
        call_command("migrate", verbosity=0)
    finding = database_checks.check_migrations()
    assert finding.state == BAD
    return {str(start.value), str(command.value), f"{finding.text}。{finding.advice}"}


def test_a_database_one_step_behind_the_merged_migrations_is_refused(owner):
    for step in (STEP, ("activities", "0001_schema")):
        owner.record_unapplied(*step)

    # The control: Django has nothing to do, and says nothing.
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []

    [said] = refusals()
    assert re.search(r"还没有做 activities\.0030_desk_indexes 等 1 个迁移", said)
    assert f"先用 {upgrade.LAST_WITH_STEPS} 的程序执行一次 migrate" in said
    found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    assert "redleader.E002" in ids(found)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (("activities", "9999_later"), ["redleader.E003"]),
        (("redleader", "9999_later"), ["redleader.E003"]),
        (("auth", "9999_later"), []),  # others merge their steps and drop the files
    ],
)
def test_what_a_later_program_did_is_refused(owner, row, found):
    owner.record_applied(*row)

    assert ids(upgrade.faults()) == found
    if found:
        assert all("activities.9999" in s or "redleader.9999" in s for s in refusals())


def test_a_lost_file_of_another_app_is_refused_while_its_steps_are_not_done():
    done = {*MigrationLoader(None).disk_migrations, ("auth", "0013_lost")}

    assert ids(
        upgrade.obstacles(done - {("auth", "0012_alter_user_first_name_max_length")})
    ) == ["redleader.E003"]


def test_a_step_that_is_due_is_for_migrate_and_for_nobody_else(owner):
    owner.record_unapplied("redleader", "0002_importjob_by_lines")

    assert upgrade.obstacles(upgrade.recorded("default")) == []
    with pytest.raises(ImproperlyConfigured, match=r"redleader\.0002.*执行 manage"):
        upgrade.require_current()
    assert database_checks.check_migrations().state == BAD
    call_command("migrate", verbosity=0)
    upgrade.require_current()


def test_migrate_says_so_when_django_left_something_out(owner, monkeypatch):
    owner.record_unapplied("redleader", "0002_importjob_by_lines")
    monkeypatch.setattr(migrate.Command, "handle", lambda self, **options: None)

    with pytest.raises(CommandError, match=r"有 1 个迁移没有执行"):
        call_command("migrate", verbosity=0)
    call_command("migrate", plan=True)


def test_an_app_without_its_files_is_refused(settings):
    every = {*MigrationLoader(None).disk_migrations}
    settings.MIGRATION_MODULES = {"activities": None}

    [fault, *_] = upgrade.obstacles(every)

    assert (fault.id, fault.msg) == ("redleader.E001", "本机没有 activities 的迁移文件")


def test_an_empty_database_has_everything_before_it():
    assert upgrade.obstacles(set()) == []
    assert len(upgrade.pending(set())) == len(MigrationLoader(None).graph.nodes)


@pytest.mark.django_db
def test_a_site_starts_while_the_database_does_not_answer(monkeypatch):
    other = connection.copy()
    other.settings_dict["HOST"] = "/nowhere"
    monkeypatch.setattr(upgrade, "connections", {"default": other})

    upgrade.require_current()


def test_every_version_has_its_heading_in_the_changes():
    text = (settings.BASE_DIR / "CHANGELOG.md").read_text()
    versions = re.findall(r"^## (\d+)\.(\d+)\.(\d+)$", text, re.M)

    assert ".".join(versions[0]) == project_version()
    assert versions == sorted({*versions}, key=lambda v: [*map(int, v)], reverse=True)


def test_tables_are_made_at_once_in_the_first_migrations_only():
    found = {
        key
        for key, migration in MigrationLoader(None).disk_migrations.items()
        if any(isinstance(step, NewTables) for step in migration.operations)
    }

    assert found == {(app, "0001_schema") for app in upgrade.ours()}
