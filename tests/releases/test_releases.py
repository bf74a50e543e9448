"""Every released version can be upgraded: no row is lost, and none changes unawares."""

import json
from pathlib import Path

import pytest
from django.db import connection

from activities.sums import tally
from redleader import database
from redleader.audit.verify import verify
from redleader.backup import upgrade
from redleader.backup.archive import DATABASE, read_backup
from redleader.backup.encryption import read_identities
from redleader.backup.restore import fill_database, restore_backup
from tests.conftest import become, empty_database
from tests.redleader.backup.test_schema import PATH, difference
from tests.schema import schema

RELEASES = sorted(Path(__file__).parent.glob("*.tar.age"))
# What an upgrade may add to whatever it does.
GROWS = {
    "auth_permission: rows added",
    "django_content_type: rows added",
    "django_migrations: rows added",
    "redleader_auditentry: rows added",
    "redleader_publication: column stamp changed",
}
# What else the migrations since a release do to its rows, and why.
EXPECTED = {
    "0.1.0": {
        # 0003_pairing_steps_of_old: each step of a pairing, read from its history.
        "activities_pairing: column version changed",
        "activities_pairingevent: rows added",
        "activities_pairingstep: rows added",
        "activities_pairingstepevent: rows added",
        # 0007_lecture_steps_of_old: the steps of lectures, from theirs.
        "activities_lecturestep: rows added",
        "activities_lecturestepevent: rows added",
    },
}
SUMS = """SELECT rule, facet, value, day, sum(rows) AS rows, sum(number) AS number
    FROM activities_tally GROUP BY 1, 2, 3, 4
    HAVING sum(rows) <> 0 OR sum(number) <> 0"""
KEYS = """SELECT a.attname FROM pg_index JOIN pg_attribute a
    ON attrelid = indrelid AND attnum = ANY (indkey)
    WHERE indrelid = %s::regclass AND indisprimary"""


def go_to(name):
    connection.close()
    connection.settings_dict["NAME"] = name
    become(database.OWNER)


def held():
    """Return by table what is in it: by key the row, of sums by what they are of."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SET TimeZone = 'UTC'")
        for table in connection.introspection.table_names(cursor):
            cursor.execute(KEYS, [table])
            keys = [name for (name,) in cursor.fetchall()]
            rows = f'SELECT * FROM "{table}"'
            if table == "activities_tally":
                rows, keys = SUMS, ["rule", "facet", "value", "day"]
            cursor.execute(f"SELECT to_jsonb(t)::text FROM ({rows}) t")
            parsed = [json.loads(text) for (text,) in cursor.fetchall()]
            found[table] = {tuple(row[k] for k in keys): row for row in parsed}
    return found


def differences(old, new):
    """Yield what is other in the new tables than in the old; new columns apart."""
    for table in sorted(old.keys() | new.keys()):
        before, after = old.get(table, {}), new.get(table, {})
        if table not in new:
            yield f"{table}: gone"
            continue
        if before.keys() - after.keys():
            yield f"{table}: rows gone"
        if after.keys() - before.keys():
            yield f"{table}: rows added"
        changed = {
            name
            for key in before.keys() & after.keys()
            for name, value in before[key].items()
            if name not in after[key] or after[key][name] != value
        }
        yield from (f"{table}: column {name} changed" for name in sorted(changed))


@pytest.fixture
def of_release(request, tmp_path):
    """Restore a release as it was, then into this version; return both and the log."""
    path = request.param
    identities = read_identities(path.with_name(path.name.replace("tar.age", "key")))
    with empty_database("released"):
        go_to("released")
        manifest = read_backup(path, identities, into=tmp_path)
        fill_database(tmp_path / DATABASE, manifest, clear=False)
        before = held()
    with empty_database("upgraded"):
        go_to("upgraded")
        restore_backup(
            path,
            identities,
            media_root=tmp_path / "restored",
            replace="",
            tell=lambda text: None,
        )
        yield manifest.versions["redleader"], before, held()


@pytest.mark.parametrize("of_release", RELEASES, indirect=True, ids=lambda p: p.name)
@pytest.mark.django_db(transaction=True)
def test_a_release_becomes_this_version_with_all_its_rows(of_release):
    version, before, after = of_release

    assert [table for table, rows in before.items() if not rows] == []
    found = {*differences(before, after)} - GROWS
    assert found == EXPECTED[version], (
        "每一处不同都须写进 EXPECTED，并在旁边写明是哪个迁移、为什么"
    )
    with connection.cursor() as cursor:
        made = schema(cursor)
    changed = difference(PATH.read_text(), made)
    assert not changed, f"升级的库与新建的库不同：\n{changed}"
    assert upgrade.faults() == []
    assert tally.faults() == []
    assert verify().ok, verify().fault


def test_each_kind_of_difference_is_found():
    """Break it on purpose; a comparison that sees nothing proves nothing."""
    old = {"a": {(1,): {"id": 1, "x": 2}, (2,): {"id": 2, "x": 3}}, "b": {}}
    new = {"a": {(1,): {"id": 1, "x": 9, "y": 1}, (3,): {"id": 3}}, "c": {(1,): {}}}

    assert list(differences(old, old)) == []
    assert list(differences(old, new)) == [
        "a: rows gone",
        "a: rows added",
        "a: column x changed",
        "b: gone",
        "c: rows added",
    ]
