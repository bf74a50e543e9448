"""The audit's chain: how the database writes it, and how anybody checks it.

Each entry carries the hash of the entry before it. A change of a tracked row is an
event that a trigger writes; when its transaction commits, another trigger chains an
entry with the digest of that event. So one lock is held for the length of a commit,
and what the lock orders is exactly what was committed.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.apps import apps
from django.db import connections, transaction
from django.utils import timezone

LOCK = 2019_1001  # the advisory lock of the chain
GENESIS = "0" * 64
EVENT = "event"  # what the table of a noun's events adds to the noun's own
MIN_DAYS = 365  # the database refuses to delete what is younger
# What an entry says; the application may give these and no others.
GIVEN = [
    "kind",
    "person_id",
    "person",
    "address",
    "method",
    "path",
    "table_name",
    "row_key",
    "detail",
    "result",
]
# Only the owner's triggers and commands write these.
OWN_KINDS = ["change", "rewrite", "schema", "prune"]


def canonical(row: str) -> str:
    """Return the SQL for the text that is hashed; ``at`` is in UTC, with its zone."""
    moment = f"to_char({row}at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    names = [*GIVEN, "event_id", "previous"]
    values = ", ".join(f"{row}{name}" for name in names)
    return f"jsonb_build_array({row}id, {moment}, {values})::text"


def sha256(text: str) -> str:
    return f"encode(sha256(convert_to({text}, 'UTF8')), 'hex')"


# How an event is written down; the same settings for every session, or its digest
# would depend on who reads it.
SETTINGS = """
    SET search_path = pg_catalog, public, pg_temp SET "TimeZone" = 'UTC'
    SET extra_float_digits = 1 SET bytea_output = 'hex' SET "IntervalStyle" = 'iso_8601'
"""
EVENT_VALUES = f"""
    CASE WHEN e.pgh_context->>'user' ~ '^[0-9]{{1,18}}$'
        THEN (e.pgh_context->>'user')::bigint END,
    left(COALESCE(e.pgh_context->>'name', e.pgh_context->>'role', ''), 120),
    left(COALESCE(e.pgh_context->>'address', ''), 45),
    left(COALESCE(e.pgh_context->>'method', ''), 8),
    left(COALESCE(e.pgh_context->>'url', ''), 300),
    e.pgh_obj_id::text,
    e.pgh_id,
    jsonb_build_object(
        'label', e.pgh_label, 'digest', {sha256("to_jsonb(e)::text")}
    )
"""
EVENT_COLUMNS = """
    (kind, table_name, result, person_id, person, address, method, path, row_key,
     event_id, detail)
"""
INSTALL = f"""
CREATE OR REPLACE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    newest record;
BEGIN
    IF NEW.kind IN ({", ".join(f"'{kind}'" for kind in OWN_KINDS)}) AND NOT pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER'
    ) THEN
        RAISE EXCEPTION '这类审计记录只能由数据库写入。'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM pg_advisory_xact_lock({LOCK});
    SELECT id, hash INTO newest FROM public.redleader_auditentry
        ORDER BY id DESC LIMIT 1;
    NEW.id := COALESCE(newest.id, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.previous := COALESCE(newest.hash, '{GENESIS}');
    NEW.hash := {sha256(canonical("NEW."))};
    RETURN NEW;
END
$body$;

CREATE OR REPLACE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < clock_timestamp() - interval '{MIN_DAYS} days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '审计记录不能修改，{MIN_DAYS} 天内的不能删除。'
        USING ERRCODE = 'insufficient_privilege';
END
$body$;

CREATE OR REPLACE FUNCTION audit_event() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER {SETTINGS} AS $body$
DECLARE
    e record;
BEGIN
    e := NEW;
    INSERT INTO public.redleader_auditentry {EVENT_COLUMNS}
    SELECT CASE TG_OP WHEN 'INSERT' THEN 'change' ELSE 'rewrite' END,
        regexp_replace(TG_TABLE_NAME, '{EVENT}$', ''), 'done', {EVENT_VALUES};
    RETURN NULL;
END
$body$;

-- Events from before there was an audit, oldest first.
CREATE OR REPLACE FUNCTION audit_adopt(noun text) RETURNS void LANGUAGE plpgsql
{SETTINGS} AS $body$
BEGIN
    EXECUTE format($sql$
        INSERT INTO public.redleader_auditentry {EVENT_COLUMNS}
        SELECT 'change', %L, 'done', {EVENT_VALUES.replace("%", "%%")}
        FROM public.%I e ORDER BY e.pgh_id
    $sql$, noun, noun || '{EVENT}');
END
$body$;
REVOKE ALL ON FUNCTION audit_adopt(text) FROM PUBLIC;

DO $body$
DECLARE
    item record;
    known jsonb;
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM pg_trigger
        WHERE tgrelid = 'redleader_auditentry'::regclass AND tgname = 'audit_chain'
    ) THEN
        CREATE TRIGGER audit_chain BEFORE INSERT ON redleader_auditentry
            FOR EACH ROW EXECUTE FUNCTION audit_chain();
        CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON redleader_auditentry
            FOR EACH ROW EXECUTE FUNCTION audit_stays();
    END IF;
    FOR item IN
        SELECT c.oid, c.relname, regexp_replace(c.relname, '{EVENT}$', '') AS noun,
            (SELECT jsonb_agg(a.attname ORDER BY a.attname) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
            AS columns
        FROM pg_class c JOIN pg_attribute l
            ON l.attrelid = c.oid AND l.attname = 'pgh_label'
        WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
        ORDER BY c.relname
    LOOP
        IF NOT EXISTS (
            SELECT 1 FROM pg_trigger
            WHERE tgrelid = item.oid AND tgname = 'audit_event'
        ) THEN
            EXECUTE format('CREATE CONSTRAINT TRIGGER audit_event'
                ' AFTER INSERT OR UPDATE ON %I DEFERRABLE INITIALLY DEFERRED'
                ' FOR EACH ROW EXECUTE FUNCTION audit_event()', item.relname);
        END IF;
        SELECT detail->'columns' INTO known FROM redleader_auditentry
            WHERE kind = 'schema' AND table_name = item.noun
            ORDER BY id DESC LIMIT 1;
        IF known IS DISTINCT FROM item.columns THEN
            INSERT INTO redleader_auditentry
                (kind, person, address, method, path, table_name, row_key, detail,
                 result)
            VALUES ('schema', '', '', '', '', item.noun, '',
                jsonb_build_object('columns', item.columns), 'done');
        END IF;
        IF known IS NULL THEN
            PERFORM audit_adopt(item.noun);
        END IF;
    END LOOP;
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'redleader') THEN
        REVOKE ALL ON redleader_auditentry FROM redleader;
        GRANT SELECT, INSERT ({", ".join(GIVEN)}) ON redleader_auditentry TO redleader;
    END IF;
END
$body$
"""


def install(*, using: str) -> None:
    """Put the triggers on every table of events; runs after every migrate."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.redleader_auditentry')")
        if cursor.fetchone()[0]:
            cursor.execute(INSTALL)


# --- Checking


@dataclass
class Verdict:
    """What a check found: the first fault, and how much was read."""

    entries: int = 0
    events: int = 0
    first: int = 0  # ids of the chain
    last: int = 0
    hash: str = GENESIS
    fault: str = ""
    entry: int | None = None  # the entry of the fault
    rewritten: list[str] = field(default_factory=list)
    unreadable: int = 0  # events whose columns are gone since
    pruned: dict[str, int] = field(default_factory=dict)  # noun: last event pruned

    @property
    def ok(self) -> bool:
        return not self.fault

    def blame(self, fault: str, entry: int | None) -> None:
        """Keep the fault of the earliest entry."""
        if not self.fault or (entry or 0) < (self.entry or 0):
            self.fault, self.entry = fault, entry


@dataclass(frozen=True)
class Link:
    """One entry as it is stored, and the text that its hash must fit."""

    id: int
    at: datetime
    kind: str
    noun: str
    event: int | None
    detail: dict
    previous: str
    hash: str
    text: str


def rows(cursor, query: str, values=()) -> Iterator[tuple]:
    cursor.execute(query, values)
    while batch := cursor.fetchmany(2000):
        yield from batch


def links(cursor) -> Iterator[Link]:
    query = f"""
        SELECT id, at, kind, table_name, event_id, detail::text, previous, hash,
            {canonical("")}
        FROM public.redleader_auditentry ORDER BY id
    """
    for link_id, at, kind, noun, event, detail, *texts in rows(cursor, query):
        yield Link(link_id, at, kind, noun, event, json.loads(detail), *texts)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def verify(*, using: str = "default", anchors: list[dict] | None = None) -> Verdict:
    """Read the whole chain and every event, and name the first that does not fit.

    Hashes are computed here, not in the database, whose functions a superuser could
    have exchanged.
    """
    verdict = Verdict()
    inside = connections[using].in_atomic_block
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        if not inside:  # One moment for the chain and the events.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for setting in ("\"TimeZone\" = 'UTC'", "extra_float_digits = 1"):
            cursor.execute(f"SET LOCAL {setting}")
        for setting in ("bytea_output = 'hex'", "\"IntervalStyle\" = 'iso_8601'"):
            cursor.execute(f"SET LOCAL {setting}")
        events, shapes = check_chain(cursor, verdict, anchors or [])
        check_events(cursor, verdict, events, shapes)
        check_rows(cursor, verdict)
    return verdict


def check_chain(cursor, verdict: Verdict, anchors: list[dict]):
    """Follow the chain; return the digests and columns that it tells of events."""
    events: dict[str, dict[int, tuple[int, str]]] = {}
    shapes: dict[str, list[list[str]]] = {}
    expected = {anchor["id"]: anchor for anchor in anchors}
    seen: dict[int, str] = {}
    pruned: dict | None = None
    moment = None
    for link in links(cursor):
        if verdict.entries == 0:
            verdict.first = link.id
        elif link.id != verdict.last + 1:
            verdict.blame(f"第 {verdict.last + 1} 条起缺失", verdict.last + 1)
        elif link.previous != verdict.hash:
            verdict.blame(f"第 {link.id} 条与前一条不相接", link.id)
        if digest(link.text) != link.hash:
            verdict.blame(f"第 {link.id} 条的内容与校验值不符", link.id)
        if moment and link.at < moment - timedelta(minutes=5):
            verdict.blame(f"第 {link.id} 条的时间早于前一条", link.id)
        if verdict.entries == 0:
            root = link.previous
        if link.kind == "prune":
            pruned = link.detail
            verdict.pruned = link.detail["events"]
        if link.kind == "schema":
            shapes.setdefault(link.noun, []).append(link.detail["columns"])
        elif link.event is not None:
            known = events.setdefault(link.noun, {})
            known[link.event] = (link.id, link.detail.get("digest", ""))
            if link.kind == "rewrite":
                verdict.rewritten.append(f"{link.noun} {link.event}")
        if link.id in expected:
            seen[link.id] = link.hash
        verdict.entries += 1
        verdict.last, verdict.hash, moment = link.id, link.hash, link.at
    if not verdict.entries:
        verdict.blame("审计表是空的", None)
    elif verdict.first != 1:
        fits = pruned and (pruned["through"], pruned["hash"]) == (
            verdict.first - 1,
            root,
        )
        if not fits:
            verdict.blame(f"第 {verdict.first} 条以前的记录缺失，没有清理记录", 1)
    elif root != GENESIS:
        verdict.blame("第 1 条不是链的起点", 1)
    for number, anchor in expected.items():
        if number in seen and seen[number] != anchor["hash"]:
            verdict.blame(f"第 {number} 条与库外保存的校验值不符", number)
        elif number > verdict.last:
            verdict.blame(
                f"第 {verdict.last + 1} 条起缺失（库外保存到第 {number} 条）",
                verdict.last + 1,
            )
        elif number < verdict.first and not pruned:
            verdict.blame(f"第 {number} 条缺失", number)
    return events, shapes


def check_events(cursor, verdict: Verdict, events, shapes) -> None:
    """Compare each event with the digest that the chain kept of it."""
    cursor.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " AND a.attname = 'pgh_label' WHERE c.relkind = 'r'"
        " AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname"
    )
    tables = [name for (name,) in cursor.fetchall()]
    for noun in set(events) - {name.removesuffix(EVENT) for name in tables}:
        verdict.unreadable += len(events[noun])
    for table in tables:
        noun = table.removesuffix(EVENT)
        known = events.get(noun, {})
        present = set()
        query = f'SELECT pgh_id, to_jsonb(e)::text FROM public."{table}" e'
        for key, text in rows(cursor, query):
            verdict.events += 1
            if key not in known:
                if key > verdict.pruned.get(noun, 0):
                    verdict.blame(
                        f"历史表 {table} 的第 {key} 行没有审计记录", verdict.last
                    )
                continue
            present.add(key)
            entry, expected = known[key]
            if digest(text) != expected:
                check_shapes(
                    cursor, verdict, table, key, entry, expected, shapes.get(noun, [])
                )
        for key in known.keys() - present:
            entry, _ = known[key]
            verdict.blame(
                f"历史表 {table} 的第 {key} 行被删除（审计第 {entry} 条）", entry
            )


def check_shapes(cursor, verdict, table, key, entry, expected, shapes) -> None:
    """Try the columns that the table had earlier; a lost column cannot be checked."""
    lost = False
    cursor.execute(
        "SELECT array_agg(attname::text) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [f'public."{table}"'],
    )
    present = set(cursor.fetchone()[0])
    for columns in shapes:
        if not set(columns) <= present:
            lost = True
            continue
        cursor.execute(
            "SELECT (SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(e))"
            f' WHERE key = ANY(%s))::text FROM public."{table}" e WHERE pgh_id = %s',
            [columns, key],
        )
        if digest(cursor.fetchone()[0]) == expected:
            return
    if lost:
        verdict.unreadable += 1
    else:
        verdict.blame(f"历史表 {table} 的第 {key} 行被改动（审计第 {entry} 条）", entry)


def check_rows(cursor, verdict: Verdict) -> None:
    """Compare each row with its newest event: a row that changed leaves one."""
    for model, events in tracked():
        kept = {field.column for field in events._meta.concrete_fields}
        columns = [f.column for f in model._meta.concrete_fields if f.column in kept]
        now, then = (
            ", ".join(f'{name}."{column}"' for column in columns) for name in "te"
        )
        table, history = model._meta.db_table, events._meta.db_table
        key = model._meta.pk.column
        cursor.execute(
            f"""
            SELECT t."{key}" FROM public."{table}" t LEFT JOIN LATERAL (
                SELECT * FROM public."{history}" h WHERE h.pgh_obj_id = t."{key}"
                ORDER BY h.pgh_id DESC LIMIT 1
            ) e ON true
            WHERE e.pgh_id IS NULL OR e.pgh_label = 'delete'
                OR ({now}) IS DISTINCT FROM ({then})
            UNION ALL
            SELECT * FROM (
                SELECT DISTINCT ON (h.pgh_obj_id) h.pgh_obj_id FROM public."{history}" h
                WHERE NOT EXISTS (
                    SELECT 1 FROM public."{table}" t WHERE t."{key}" = h.pgh_obj_id
                ) AND NOT EXISTS (
                    SELECT 1 FROM public."{history}" d
                    WHERE d.pgh_obj_id = h.pgh_obj_id AND d.pgh_label = 'delete'
                )
            ) gone
            LIMIT 1
            """
        )
        found = cursor.fetchone()
        if found:
            verdict.blame(
                f"{table} 的第 {found[0]} 行与历史不符：有人绕过了历史",
                verdict.last,
            )


def tracked() -> list[tuple]:
    """Return each tracked model with the model of its events."""
    found = []
    for model in apps.get_models():
        parent = getattr(model, "pgh_tracked_model", None)
        if parent is not None and hasattr(model, "pgh_obj"):
            found.append((parent, model))
    return found


# --- Anchors and pruning


def head(*, using: str = "default") -> dict | None:
    """Return the newest entry's number, hash and time, to be kept elsewhere."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT id, hash, at FROM public.redleader_auditentry"
            " ORDER BY id DESC LIMIT 1"
        )
        row = cursor.fetchone()
    return row and {"id": row[0], "hash": row[1], "at": row[2].isoformat()}


def prune(*, before: datetime, using: str = "default") -> int:
    """Delete the oldest entries; needs the owner's role.

    An entry says through which one, so that the rest is still a chain. The database
    refuses what is younger than ``MIN_DAYS``.
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
        for noun, columns in shapes:  # what later events are still read by
            insert_own(cursor, "schema", noun, {"columns": columns})
        insert_own(cursor, "prune", "redleader_auditentry", detail)
        cursor.execute(
            "DELETE FROM public.redleader_auditentry WHERE id <= %s", [row[0]]
        )
        return cursor.rowcount


def pruned_events(cursor, through: int) -> dict[str, int]:
    """Return the newest event of each noun that has no entry any more."""
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
