"""The ways to falsify the audit, tried as the application and as a superuser."""

from django.db import DatabaseError, connection, transaction

from redleader.audit.chain import canonical, sha256
from redleader.audit.verify import verify

TABLE = "redleader_auditentry"
FITTING = sha256(canonical(""))  # the hash that an entry should have
# Each falsifies something about the entry {middle}, the event or the row of a region.
TAMPERINGS = {
    "another person": [f"UPDATE {TABLE} SET person = '别人' WHERE id = {{middle}}"],
    "another time": [
        f"UPDATE {TABLE} SET at = at - interval '1 minute' WHERE id = {{middle}}"
    ],
    "other contents with a fitting hash": [
        f"UPDATE {TABLE} SET detail = '{{{{}}}}' WHERE id = {{middle}}",
        f"UPDATE {TABLE} SET hash = {FITTING} WHERE id = {{middle}}",
    ],
    "an entry removed": [f"DELETE FROM {TABLE} WHERE id = {{middle}}"],
    "the beginning removed": [f"DELETE FROM {TABLE} WHERE id <= 3"],
    "the end removed": [f"DELETE FROM {TABLE} WHERE id > {{middle}}"],
    "an entry put in, with its hash": [
        f"INSERT INTO {TABLE} (id, at, kind, person, address, method, path, table_name,"
        " row_key, detail, result, previous, hash) SELECT id + 1, at, 'login', '别人',"
        f" '', '', '', '', '', '{{{{}}}}', 'done', hash, repeat('a', 64) FROM {TABLE}"
        " ORDER BY id DESC LIMIT 1"
    ],
    "two entries exchanged": [
        f"UPDATE {TABLE} SET id = -1 WHERE id = {{middle}}",
        f"UPDATE {TABLE} SET id = {{middle}} WHERE id = {{middle}} + 1",
        f"UPDATE {TABLE} SET id = {{middle}} + 1 WHERE id = -1",
    ],
    "everything after it computed anew": [
        f"""
        DO $body$
        DECLARE
            item record;
            before text;
        BEGIN
            UPDATE {TABLE} SET person = '别人' WHERE id = {{middle}};
            SELECT hash INTO before FROM {TABLE} WHERE id = {{middle}} - 1;
            FOR item IN SELECT id FROM {TABLE} WHERE id >= {{middle}} ORDER BY id LOOP
                UPDATE {TABLE} SET previous = before WHERE id = item.id;
                UPDATE {TABLE} SET hash = {FITTING} WHERE id = item.id
                    RETURNING hash INTO before;
            END LOOP;
        END $body$
        """
    ],
    "an event changed": [
        "UPDATE chambers_regionevent SET name = '改' WHERE pgh_id = {event}"
    ],
    "an event removed": ["DELETE FROM chambers_regionevent WHERE pgh_id = {event}"],
    "everything removed": [f"TRUNCATE {TABLE}"],
    # Beyond the twelve.
    "an event put in": [
        "INSERT INTO chambers_regionevent (pgh_created_at, pgh_label, pgh_obj_id, code,"
        " name, level) SELECT now(), 'update', code, code, name, level"
        " FROM chambers_region WHERE code = '{region}'"
    ],
    "a row changed past the history": [
        "SET LOCAL session_replication_role = replica",
        "UPDATE chambers_region SET name = '改' WHERE code = '{region}'",
    ],
}
NEED_ANCHOR = ["everything after it computed anew"]


class UndoError(Exception):
    """Takes a tampering back."""


def run(statements, facts):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.format(**facts))


def succeeds(name: str, facts: dict) -> bool:
    """Try a tampering with the present role; take it back if it went through."""
    try:
        with transaction.atomic():
            run(TAMPERINGS[name], facts)
            raise UndoError
    except DatabaseError:
        return False
    except UndoError:
        return True


def found(name: str | None, facts: dict, anchors: list[dict]):
    """Tamper as a superuser with every trigger off; return what a check finds."""
    verdict = None
    try:
        with transaction.atomic():
            if name:
                quiet = "SET LOCAL session_replication_role = replica"
                run([quiet, *TAMPERINGS[name]], facts)
            verdict = verify(anchors=anchors)
            raise UndoError
    except UndoError:
        return verdict
