"""Check the chain of the audit, and every event and row against it."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connections, transaction

from redleader.audit.chain import EVENT, GENESIS, canonical, tracked


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
        """Record a fault, keeping the one of the earliest entry."""
        if not self.fault or (entry or 0) < (self.entry or 0):
            self.fault, self.entry = fault, entry


@dataclass(frozen=True)
class Link:
    """One entry as stored, and the text that its hash must match."""

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
    """Read the whole chain and every event, and report the first mismatch.

    Hashes are computed here, not in the database, where a superuser could have replaced
    the functions.
    """
    verdict = Verdict()
    inside = connections[using].in_atomic_block
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        if not inside:  # One snapshot for the chain and the events.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for setting in ("\"TimeZone\" = 'UTC'", "extra_float_digits = 1"):
            cursor.execute(f"SET LOCAL {setting}")
        for setting in ("bytea_output = 'hex'", "\"IntervalStyle\" = 'iso_8601'"):
            cursor.execute(f"SET LOCAL {setting}")
        trail = check_chain(cursor, verdict, anchors or [])
        check_events(cursor, trail)
        check_rows(cursor, verdict)
    return verdict


@dataclass
class Trail:
    """What reading along the chain tells about the events."""

    verdict: Verdict
    root: str = GENESIS  # the hash that the first entry follows
    moment: datetime | None = None  # of the previous entry
    pruned: dict | None = None
    # By noun: the entry and digest of each event, and the columns at each time.
    events: dict[str, dict[int, tuple[int, str]]] = field(default_factory=dict)
    shapes: dict[str, list[list[str]]] = field(default_factory=dict)

    def follow(self, link: Link) -> None:
        """Check an entry against its own hash and the previous entry."""
        verdict = self.verdict
        if verdict.entries == 0:
            verdict.first, self.root = link.id, link.previous
        elif link.id != verdict.last + 1:
            verdict.blame(f"第 {verdict.last + 1} 条起缺失", verdict.last + 1)
        elif link.previous != verdict.hash:
            verdict.blame(f"第 {link.id} 条与前一条不相接", link.id)
        if digest(link.text) != link.hash:
            verdict.blame(f"第 {link.id} 条的内容与校验值不符", link.id)
        if self.moment and link.at < self.moment - timedelta(minutes=5):
            verdict.blame(f"第 {link.id} 条的时间早于前一条", link.id)
        self.learn(link)
        verdict.entries += 1
        verdict.last, verdict.hash, self.moment = link.id, link.hash, link.at

    def learn(self, link: Link) -> None:
        if link.kind == "prune":
            self.pruned = link.detail
            self.verdict.pruned = link.detail["events"]
        if link.kind == "schema":
            self.shapes.setdefault(link.noun, []).append(link.detail["columns"])
        elif link.event is not None:
            known = self.events.setdefault(link.noun, {})
            known[link.event] = (link.id, link.detail.get("digest", ""))
            if link.kind == "rewrite":
                self.verdict.rewritten.append(f"{link.noun} {link.event}")

    def check_beginning(self) -> None:
        """Check that the chain begins with its first entry, or where it was pruned."""
        verdict = self.verdict
        if not verdict.entries:
            verdict.blame("审计表是空的", None)
        elif verdict.first == 1:
            if self.root != GENESIS:
                verdict.blame("第 1 条不是链的起点", 1)
        elif not self.pruned or (self.pruned["through"], self.pruned["hash"]) != (
            verdict.first - 1,
            self.root,
        ):
            verdict.blame(f"第 {verdict.first} 条以前的记录缺失，没有清理记录", 1)


def check_chain(cursor, verdict: Verdict, anchors: list[dict]) -> Trail:
    """Follow the chain, and compare it with the hashes kept outside the database."""
    trail = Trail(verdict)
    expected = {anchor["id"]: anchor["hash"] for anchor in anchors}
    found: dict[int, str] = {}
    for link in links(cursor):
        trail.follow(link)
        if link.id in expected:
            found[link.id] = link.hash
    trail.check_beginning()
    for number, kept in expected.items():
        if found.get(number, kept) != kept:
            verdict.blame(f"第 {number} 条与库外保存的校验值不符", number)
        elif number > verdict.last:
            verdict.blame(
                f"第 {verdict.last + 1} 条起缺失（库外保存到第 {number} 条）",
                verdict.last + 1,
            )
        elif number < verdict.first and not trail.pruned:
            verdict.blame(f"第 {number} 条缺失", number)
    return trail


def check_events(cursor, trail: Trail) -> None:
    """Compare each event with its digest in the chain."""
    cursor.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " AND a.attname = 'pgh_label' WHERE c.relkind = 'r'"
        " AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname"
    )
    tables = {name.removesuffix(EVENT): name for (name,) in cursor.fetchall()}
    for noun in set(trail.events) - set(tables):
        trail.verdict.unreadable += len(trail.events[noun])
    for noun, table in tables.items():
        check_table(cursor, trail, noun, table)


def check_table(cursor, trail: Trail, noun: str, table: str) -> None:
    """Check that no event of one model was changed, added or removed."""
    verdict, known = trail.verdict, trail.events.get(noun, {})
    present = set()
    query = f'SELECT pgh_id, to_jsonb(e)::text FROM public."{table}" e'
    for key, text in rows(cursor, query):
        verdict.events += 1
        if key in known:
            present.add(key)
            entry, expected = known[key]
            if digest(text) != expected:
                shapes = trail.shapes.get(noun, [])
                check_shapes(cursor, verdict, table, key, entry, expected, shapes)
        elif key > verdict.pruned.get(noun, 0):
            verdict.blame(f"历史表 {table} 的第 {key} 行没有审计记录", verdict.last)
    for key in known.keys() - present:
        entry, _ = known[key]
        verdict.blame(f"历史表 {table} 的第 {key} 行被删除（审计第 {entry} 条）", entry)


def check_shapes(cursor, verdict, table, key, entry, expected, shapes) -> None:
    """Try the columns of earlier times; a dropped column cannot be checked."""
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
    """Compare each row with its newest event, which every change must have left."""
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
