"""The kept sums by day: put in place after every migrate, counted anew, proved.

A sum is what its lines add up to, so it is put right by lines with what it lacks.
Those who write rows meanwhile add their own lines and wait for nobody.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import connections, transaction

from activities.sums import triggers
from activities.sums.marks import mark
from activities.sums.series import TABLE, KeptSeries, all_series

PATIENCE = 60  # seconds to wait for those who began to write under the rule of before
PAUSE = 0.1  # seconds
READS = 20  # megabytes a second, as a cautious guess
Tell = Callable[[str], object]

WRITERS = """
SELECT DISTINCT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND relation = ANY (%s::regclass[]) AND pid <> pg_backend_pid()
"""
SIZE = (
    "SELECT coalesce(sum(pg_relation_size(name)), 0) FROM unnest(%s::regclass[]) name"
)


def quiet(text: str) -> None:
    pass


def by_rule() -> dict[str, list[KeptSeries]]:
    """Return the series of each rule by its code."""
    groups = groupby(all_series(), key=lambda one: one.rule.code)
    return {code: list(series) for code, series in groups}


def is_there(cursor) -> bool:
    cursor.execute("SELECT to_regclass(%s)", [TABLE])
    return cursor.fetchone()[0] is not None


def marks(cursor) -> dict[str, str]:
    """Return by code the mark under which a rule was counted: the table's comment."""
    cursor.execute("SELECT obj_description(%s::regclass)", [TABLE])
    try:
        return dict(json.loads(cursor.fetchone()[0] or "{}"))
    except ValueError:  # 0.1.0 had one mark for all.
        return {}


def pending(*, using: str = "default") -> dict[str, str]:
    """Return by code why the sums of a rule have to be counted anew."""
    with connections[using].cursor() as cursor:
        if not is_there(cursor):
            return {}
        counted = marks(cursor)
    return {
        code: "口径有变" if code in counted else "还没有按这一版计数"
        for code, series in by_rule().items()
        if counted.get(code) != mark(series)
    }


def install(
    *, using: str = "default", verbosity: int = 0, stdout: Any = None, **kwargs: Any
) -> None:
    """Put the triggers in place and count anew where a rule is another by now.

    Runs after every migrate, as the owner.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        if not is_there(cursor):
            return
        triggers.put_in_place(cursor, all_series())
    if late := pending(using=using):
        say = stdout.write if stdout is not None and verbosity else quiet
        catch_up(late, using=using, say=say)


def catch_up(late: dict[str, str], *, using: str, say: Tell) -> None:
    """Count the sums of some rules anew, after saying which, why and how long."""
    rules = {code: series for code, series in by_rule().items() if code in late}
    every = [one for series in rules.values() for one in series]
    with connections[using].cursor() as cursor:
        cursor.execute(SIZE, [[table for one in every for table in one.tables]])
        size = int(cursor.fetchone()[0]) / 1e6
    if not size:
        say = quiet
    seconds = size / READS + 1
    say(f"逐日合计：{len(late)} 条口径由记录重新计数，约需 {seconds:.0f} 秒。")
    say("其间照常登记，不必等候；中断了再执行一次 migrate 就接着数。")
    for code, why in late.items():
        say(f"  {code}：{why}")
    if not writers_are_done(sorted({t for one in every for t in one.tables}), using):
        say("有写入一直没有结束，没有重新计数；稍后再执行一次 migrate。")
        return
    began = time.monotonic()
    lines = sum(recount(code, series, using=using) for code, series in rules.items())
    seconds = time.monotonic() - began
    say(f"逐日合计：已数完，更正 {lines:,} 行，用时 {seconds:.1f} 秒。")


def writers_are_done(tables: list[str], using: str) -> bool:
    """Wait for those who write now; those who begin later write under the new rules."""
    deadline = time.monotonic() + PATIENCE
    with connections[using].cursor() as cursor:
        cursor.execute(WRITERS, [tables])
        before = set(cursor.fetchall())
        while before:
            if time.monotonic() > deadline:
                return False
            time.sleep(PAUSE)
            cursor.execute(WRITERS, [tables])
            before &= set(cursor.fetchall())
    return True


def recount(code: str, series: list[KeptSeries], *, using: str) -> int:
    """Add the lines that the sums of a rule lack; return how many.

    KeptSums and counted are read in the snapshot of one statement, so what others write
    meanwhile is in both or in neither.
    """
    lines = 0
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for one in series:
            cursor.execute(
                f"""INSERT INTO {TABLE} (rule, facet, value, day, rows, number)
                SELECT %s, %s, value, day, rows - kept_rows, number - kept_number
                FROM ({difference(one)}) lacking""",
                [code, one.facet, code, one.facet],
            )
            lines += cursor.rowcount
        counted = marks(cursor) | {code: mark(series)}
        cursor.execute(f"COMMENT ON TABLE {TABLE} IS %s", [json.dumps(counted)])
    return lines


def rebuild(*, using: str = "default", say: Tell = quiet) -> None:
    """Put every sum right by the rows, and forget the sums of rules that are gone."""
    rules = by_rule()
    for code, series in rules.items():
        say(f"{code} {recount(code, series, using=using):,}")
    keys = [(one.rule.code, one.facet) for one in all_series()]
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {TABLE} WHERE (rule, facet) NOT IN %s", [tuple(keys)]
        )


def difference(one: KeptSeries) -> str:
    """Return the SQL of the days on which a kept sum is not what the rows say."""
    return f"""SELECT value, day, coalesce(k.number, 0) AS kept_number,
            coalesce(c.number, 0) AS number, coalesce(k.rows, 0) AS kept_rows,
            coalesce(c.rows, 0) AS rows
        FROM (SELECT value, day, sum(rows) AS rows, sum(number) AS number
            FROM {TABLE} WHERE rule = %s AND facet = %s GROUP BY 1, 2) k
        FULL JOIN ({one.sums().replace("%", "%%")}) c USING (value, day)
        WHERE coalesce(k.number, 0) <> coalesce(c.number, 0)
            OR coalesce(k.rows, 0) <> coalesce(c.rows, 0)"""


def fold(*, using: str = "default") -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT tally_fold()")


@dataclass(frozen=True)
class SumFault:
    """A day on which the kept sum is not what the rows say."""

    rule: str
    facet: str
    value: str
    day: Any
    kept: Any
    counted: Any


def faults(*, using: str = "default") -> list[SumFault]:
    """Return where the kept sums are not what the rows say, all in one moment."""
    found = []
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        for one in all_series():
            cursor.execute(
                f"""SELECT value, day, kept_number, number
                FROM ({difference(one)}) wrong ORDER BY day, value""",
                [one.rule.code, one.facet],
            )
            found += [
                SumFault(one.rule.code, one.facet, *row) for row in cursor.fetchall()
            ]
    return found
