"""The chain of the audit, as the database writes it.

Each entry carries the hash of the previous entry it. A change of a tracked row is an
event that a trigger writes; when its transaction commits, another trigger chains an
entry with the digest of that event. So one lock is held only while a transaction
commits, and the order of the chain is exactly the order of the commits.
"""

from django.apps import apps
from django.db import connections

LOCK = 2019_1001  # the advisory lock of the chain
GENESIS = "0" * 64
EVENT = "event"  # suffix of the table of a model's events
MIN_DAYS = 365  # the database refuses to delete younger entries
# The columns of an entry that the application may set; no others.
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


# How an event is serialised. Every session uses the same settings, otherwise the digest
# would depend on the reader's.
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
    """Put the triggers on every event table; runs after every migrate."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.redleader_auditentry')")
        if cursor.fetchone()[0]:
            cursor.execute(INSTALL)


def tracked() -> list[tuple]:
    """Return each tracked model with the model of its events."""
    found = []
    for model in apps.get_models():
        parent = getattr(model, "pgh_tracked_model", None)
        if parent is not None and hasattr(model, "pgh_obj"):
            found.append((parent, model))
    return found


def head(*, using: str = "default") -> dict | None:
    """Return the newest entry's number, hash and time, to be stored elsewhere."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT id, hash, at FROM public.redleader_auditentry"
            " ORDER BY id DESC LIMIT 1"
        )
        row = cursor.fetchone()
    return row and {"id": row[0], "hash": row[1], "at": row[2].isoformat()}
