"""The triggers that keep the sums by day: with every change, in its transaction."""

from collections.abc import Sequence

from activities.sums.series import LOCK, TABLE, KeptSeries, RowChange

FOLD_EVERY = 256  # lines


def function_name(table: str) -> str:
    return f"tally_{table}"


def functions(series: list[KeptSeries]) -> dict[str, str]:
    """Return by table the SQL of the functions of its triggers."""
    tables = sorted({table for one in series for table in one.tables})
    return {
        table: of_table(table, [s for s in series if table in s.tables])
        for table in tables
    }


def of_table(table: str, series: list[KeptSeries]) -> str:
    before, after = RowChange(-1, table, "old_rows"), RowChange(1, table, "new_rows")
    branches = " ELS".join(
        f"""IF TG_OP = '{what}'{condition} THEN
        {lock_of(table, series, what)}
        {"".join(one.lock(changes) + step(one.insert(*changes)) for one in series)}"""
        for what, condition, changes in [
            ("INSERT", "", [after]),
            ("DELETE", "", [before]),
            ("UPDATE", f" AND {changed(table, series)}", [before, after]),
        ]
    )
    name = function_name(table)
    rules = ", ".join(f"'{code}'" for code in sorted({one.rule.code for one in series}))
    return f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $tally$
DECLARE
    done bigint;
    written bigint := 0;
BEGIN
    {branches}
    END IF;
    IF written > 0 AND lastval() % {FOLD_EVERY} < written THEN
        PERFORM tally_fold();
    END IF;
    RETURN NULL;
END $tally$;
CREATE OR REPLACE FUNCTION {name}_emptied() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $tally$
BEGIN
    DELETE FROM {TABLE} WHERE rule IN ({rules});
    RETURN NULL;
END $tally$;
"""


def triggers(table: str) -> dict[str, str]:
    """Return by name the SQL of the triggers of a table."""
    old, new = "OLD TABLE AS old_rows", "NEW TABLE AS new_rows"
    found = {
        f"tally_{what.lower()}": f"""CREATE TRIGGER tally_{what.lower()} AFTER {what}
            ON {table} REFERENCING {rows}
            FOR EACH STATEMENT EXECUTE FUNCTION {function_name(table)}()"""
        for what, rows in [("INSERT", new), ("DELETE", old), ("UPDATE", f"{old} {new}")]
    }
    found[
        "tally_truncate"
    ] = f"""CREATE TRIGGER tally_truncate AFTER TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {function_name(table)}_emptied()"""
    return found


def changed(table: str, series: Sequence[KeptSeries]) -> str:
    """Return the SQL that tells whether an update matters to some numbers."""
    columns = ", ".join(sorted({c for one in series for c in one.columns(table)}))
    return f"""EXISTS (SELECT {columns} FROM old_rows
        EXCEPT ALL SELECT {columns} FROM new_rows)"""


def lock_of(table: str, series: list[KeptSeries], what: str) -> str:
    """Return the SQL of the lock between a row and what says whether it counts.

    Who changes rows shares it; who changes in which state their parent is has it
    alone. A parent is new or gone without children, so then there is nothing to lock.
    """
    of_two = [one for one in series if len(one.tables) > 1]
    as_parent = [one for one in of_two if one.tables[0] != table]
    share = ""
    if len(as_parent) < len(of_two):
        share = f"PERFORM pg_advisory_xact_lock_shared({LOCK});"
    if not as_parent or what != "UPDATE":
        return share
    return f"""IF {changed(table, as_parent)} THEN
        PERFORM pg_advisory_xact_lock({LOCK});
        END IF;
        {share}"""


def step(insert: str) -> str:
    return f"{insert};\nGET DIAGNOSTICS done = ROW_COUNT; written := written + done;\n"


# Lines that others hold just now are left for the next time.
FOLD = f"""
CREATE OR REPLACE FUNCTION tally_fold() RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp AS $tally$
    WITH many AS (
        SELECT rule, facet, value, day FROM {TABLE}
        GROUP BY 1, 2, 3, 4 HAVING count(*) > 1
    ), picked AS (
        SELECT id FROM {TABLE} JOIN many USING (rule, facet, value, day)
        FOR UPDATE OF {TABLE} SKIP LOCKED
    ), gone AS (
        DELETE FROM {TABLE} t USING picked WHERE t.id = picked.id RETURNING t.*
    )
    INSERT INTO {TABLE} (rule, facet, value, day, rows, number)
    SELECT rule, facet, value, day, sum(rows), sum(number) FROM gone
    GROUP BY 1, 2, 3, 4 HAVING sum(rows) <> 0 OR sum(number) <> 0
$tally$;
"""
RIGHTS = f"""
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'redleader') THEN
        REVOKE ALL ON {TABLE} FROM redleader;
        GRANT SELECT ON {TABLE} TO redleader;
    END IF;
END $$;
REVOKE ALL ON FUNCTION tally_fold() FROM PUBLIC;
"""


PRESENT = """
SELECT tgrelid::regclass::text, tgname FROM pg_trigger
WHERE tgname ~ '^tally_(insert|update|delete|truncate)$'
"""


def put_in_place(cursor, series: list[KeptSeries]) -> None:
    """Let the triggers say what the rules say; nobody waits where they stand already.

    A function is replaced without a lock on the table. Only a table that had no
    triggers yet, or needs none any more, is locked for a moment.
    """
    cursor.execute(PRESENT)
    present = set(cursor.fetchall())
    made = functions(series)
    for table in {table for table, _ in present} - made.keys():
        for name in (function_name(table), f"{function_name(table)}_emptied"):
            cursor.execute(f"DROP FUNCTION {name}() CASCADE")
    cursor.execute(FOLD)
    for table, sql in made.items():
        cursor.execute(sql)
        for name, create in triggers(table).items():
            if (table, name) not in present:
                cursor.execute(create)
    cursor.execute(RIGHTS)
