"""What ``docs/schema.sql`` says is what ``migrate`` makes."""

import os
from difflib import unified_diff

import pytest
from django.conf import settings
from django.db import connection

from redleader import database
from tests.conftest import another
from tests.schema import schema

PATH = settings.BASE_DIR / "docs" / "schema.sql"
SHOWN = 60  # lines of a difference


def made():
    with connection.cursor() as cursor:
        return schema(cursor)


def difference(before, after):
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return "\n".join(list(lines)[2 : SHOWN + 2])


@pytest.mark.django_db
def test_the_schema_in_the_documents_is_current():
    if os.environ.get("WRITE_SCHEMA"):  # make schema
        PATH.write_text(made())

    changed = difference(PATH.read_text(), made())

    assert not changed, f"docs/schema.sql 不是最新的，请执行 make schema：\n{changed}"


CHANGES = {
    "column": "ALTER TABLE activities_donation ADD x integer DEFAULT 7",
    "type": "ALTER TABLE activities_tally ALTER facet TYPE varchar(41)",
    "constraint": "ALTER TABLE activities_tally ADD CHECK (number > -9)",
    "index": "CREATE INDEX ON activities_tally (number)",
    "trigger": "ALTER TABLE activities_donation DISABLE TRIGGER tally_insert",
    "grant": "GRANT UPDATE ON activities_tally TO redleader",
    "column grant": "GRANT UPDATE (hash) ON redleader_auditentry TO redleader",
    "sequence grant": "REVOKE USAGE ON activities_tally_id_seq FROM redleader",
    "function": "ALTER FUNCTION tally_fold() SECURITY INVOKER",
    "function grant": "GRANT EXECUTE ON FUNCTION tally_fold() TO PUBLIC",
    "setting": "ALTER FUNCTION audit_chain() RESET search_path",
    "default": "ALTER TABLE activities_tally ALTER rows SET DEFAULT 3",
    "not null": "ALTER TABLE activities_tally ALTER rows DROP NOT NULL",
    "history": """CREATE OR REPLACE FUNCTION audit_adopt(noun text) RETURNS void
        LANGUAGE plpgsql AS 'BEGIN NULL; END'""",
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.django_db
def test_a_change_of_any_kind_is_seen(what):
    """Change one thing at a time; what the text does not show nobody reviews."""
    with another(user=database.OWNER) as cursor:
        before = schema(cursor)
        cursor.execute(CHANGES[what])
        assert difference(before, schema(cursor))
