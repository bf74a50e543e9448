"""Delete old entries of the audit, so that the rest is still a chain."""

import json
from datetime import datetime, timedelta

from django.db import connections, transaction
from django.utils import timezone


def prune(*, before: datetime, using: str = "default") -> int:
    """Delete the oldest entries; needs the owner's role.

    A prune entry says up to where, so that the rest is still a valid chain. The
    database refuses to delete anything younger than ``MIN_DAYS``.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT id, hash, at FROM public.redleader_auditentry WHERE at < %s"
            " ORDER BY id DESC LIMIT 1",
            [before],
        )
        row = cursor.fetchone()
        if row is None:
            return 0
        detail = {
            "through": row[0],
            "hash": row[1],
            "at": row[2].isoformat(),
            "events": pruned_events(cursor, row[0]),
        }
        shapes = newest_shapes(cursor, row[0])
        for noun, columns in shapes:  # needed to check the events that remain
            insert_own(cursor, "schema", noun, {"columns": columns})
        insert_own(cursor, "prune", "redleader_auditentry", detail)
        cursor.execute(
            "DELETE FROM public.redleader_auditentry WHERE id <= %s", [row[0]]
        )
        return cursor.rowcount


def pruned_events(cursor, through: int) -> dict[str, int]:
    """Return the newest event of each model whose entry has been pruned."""
    cursor.execute(
        "SELECT (detail->'events')::text FROM public.redleader_auditentry"
        " WHERE kind = 'prune' ORDER BY id DESC LIMIT 1"
    )
    row = cursor.fetchone()
    found = json.loads(row[0]) if row else {}
    cursor.execute(
        "SELECT table_name, max(event_id) FROM public.redleader_auditentry"
        " WHERE event_id IS NOT NULL AND id <= %s GROUP BY table_name",
        [through],
    )
    for noun, key in cursor.fetchall():
        found[noun] = max(key, found.get(noun, 0))
    return found


def newest_shapes(cursor, through: int) -> list[tuple[str, list[str]]]:
    cursor.execute(
        "SELECT DISTINCT ON (table_name) table_name, (detail->'columns')::text"
        " FROM public.redleader_auditentry WHERE kind = 'schema' AND id <= %s"
        " ORDER BY table_name, id DESC",
        [through],
    )
    return [(noun, json.loads(columns)) for noun, columns in cursor.fetchall()]


def insert_own(cursor, kind: str, noun: str, detail: dict) -> None:
    cursor.execute(
        "INSERT INTO public.redleader_auditentry (kind, person, address, method, path,"
        " table_name, row_key, detail, result)"
        " VALUES (%s, %s, '', '', '', %s, '', %s, 'done')",
        [kind, "系统", noun, json.dumps(detail)],
    )


def oldest_kept(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)
