"""A whole country in a scratch database: the demo's county, repeated.

Every noun grows in proportion, because every row of the county is copied for each
further county, its keys moved by a stride. Members and lectures beyond that are
added to the chambers in turn.

For the load alone the owner switches off the triggers and takes away foreign keys,
exclusions and plain indexes. Putting them back checks every row, in the same
transaction. The rows have no history and are not in the audit.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, transaction

from activities.demo.simulate import names
from activities.sums import tally

CHAMBERS = 27  # of the county that is repeated
FAR = 1_000_000_000  # first key of added members and lectures
# What the whole country has in common; everything else hangs on a county.
SHARED = {
    "activities_certificatetemplate",
    "activities_contactduty",
    "activities_course",
    "activities_criterion",
    "activities_deadlines",
    "activities_disputekind",
    "activities_holiday",
    "activities_issue",
    "activities_keyindustry",
    "activities_leadtarget",
    "activities_meetingrequirement",
    "activities_officialfigure",
    "activities_pairingprogramme",
    "activities_practice",
    "activities_practiceitem",
    "activities_practiceresult",
    "activities_promotionevent",
    "activities_reporttemplate",
    "activities_scheme",
    "activities_schemelevel",
    "activities_schemeversion",
    "activities_series",
    "activities_tally",
    "chambers_passwordhistory",
}
REGION = "chambers_region"
# Columns that no two rows share, as expressions of the row ``b`` and the copy ``k``.
OF_ITS_OWN = {
    ("chambers_user", "username"): "left(b.username, 40) || '.' || k",
    ("activities_certificate", "code"): (
        "translate(left(upper(md5(b.code || k)), 20), '01', 'XY')"
    ),
    ("activities_mediationrequest", "receipt"): (
        "translate(left(upper(md5(b.receipt || k)), length(b.receipt)), '01', 'XY')"
    ),
    ("activities_objection", "receipt"): (
        "translate(left(upper(md5(b.receipt || k)), length(b.receipt)), '01', 'XY')"
    ),
}
LECTURE_DAYS = 1800  # the added lectures lie in so many days before today


@dataclass(frozen=True)
class Size:
    """The target size, in proportion to the number of chambers."""

    chambers: int
    members: int
    lectures: int

    @property
    def counties(self) -> int:
        return max(1, round(self.chambers / CHAMBERS))


@dataclass
class Table:
    """A table that is copied, with what its columns point at."""

    name: str
    columns: list[str]
    stride: int = 0
    points: dict[str, str] = field(default_factory=dict)
    unique: set[str] = field(default_factory=set)


def ask(query: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall()


def do(query: str, *values) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.rowcount


def copied_tables() -> dict[str, Table]:
    """Return the tables of a county, read from the catalogue."""
    found = {
        name: Table(name, columns)
        for name, columns in ask(
            """SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)
            FROM information_schema.columns c JOIN information_schema.tables t
                USING (table_schema, table_name)
            WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
                AND table_name ~ '^(chambers|activities)_' AND table_name !~ 'event$'
                AND is_generated = 'NEVER'
            GROUP BY table_name"""
        )
        if name not in SHARED
    }
    for name, column, target in ask(
        """SELECT conrelid::regclass::text, attname::text, confrelid::regclass::text
        FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid
            AND attnum = conkey[1] WHERE contype = 'f'"""
    ):
        if name in found and target in found:
            found[name].points[column] = target
    for name, column in ask(
        """SELECT indrelid::regclass::text, attname::text FROM pg_index
        JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
        WHERE indisunique AND NOT indisprimary AND indnatts = 1"""
    ):
        if name in found:
            found[name].unique.add(column)
    for table in found.values():
        if "id" in table.columns:
            ((last,),) = ask(f"SELECT coalesce(max(id), 0) FROM {table.name}")
            table.stride = last + 1
    return found


def moved_region(column: str) -> str:
    """Return the code of a region in another county, which belongs to no city."""
    return (
        f"CASE WHEN length(b.{column}) < 6 THEN NULL "
        f"ELSE (100000 + k)::text || substr(b.{column}, 7) END"
    )


def expression(table: Table, column: str, tables: dict[str, Table]) -> str:
    """Return what a column holds in copy ``k`` of the row ``b``."""
    own = OF_ITS_OWN.get((table.name, column))
    if own:
        return own
    if table.name == REGION and column == "code":
        return moved_region("code")
    if target := table.points.get(column):
        if target == REGION:
            return moved_region(column)
        return f"b.{column} + k * {tables[target].stride}"
    if column == "id":
        return f"b.id + k * {table.stride}"
    if column == "form_key":
        return "md5(b.form_key::text || k)::uuid"
    if column == "credit_code":  # its check digit can be given to one holder only
        return "''"
    if "name" in table.unique and column in names.GROWN:
        return (
            names.GROWN[column]
            if "search_text" in table.columns
            else ("p.name || b.name" if column == "name" else f"b.{column}")
        )
    return f"b.{column}"


def copy_county(table: Table, tables: dict[str, Table], counties: int) -> int:
    """Copy the county's rows of a table for each further county."""
    columns = ", ".join(f'"{name}"' for name in table.columns)
    values = ", ".join(expression(table, name, tables) for name in table.columns)
    only = "WHERE length(b.code) >= 6" if table.name == REGION else ""
    return do(
        f"""INSERT INTO {table.name} ({columns})
        SELECT {values} FROM generate_series(1, {counties - 1}) k
        JOIN simulated_place p ON p.number = k
        CROSS JOIN (SELECT * FROM {table.name}) b {only}"""
    )


def add_members(tables: dict[str, Table], wanted: int, counties: int) -> int:
    """Add persons to the chambers in rotation, until there are enough members."""
    ((present,),) = ask("SELECT count(*) FROM chambers_member")
    extra = max(0, wanted - present)
    do(
        f"""INSERT INTO chambers_member (id, kind, name, note, phone, party_status,
            is_demo, search_text, search_grams, sort_key)
        SELECT {FAR} + n, 'person', p.name, '', '',
            CASE WHEN n % 9 = 0 THEN 'full' ELSE 'unknown' END, true,
            p.search_text, p.search_grams, p.sort_key
        FROM generate_series(1, {extra}) n
        JOIN simulated_person p ON p.number = (n * 7919::bigint) % {names.PERSONS}"""
    )
    add_memberships(extra, tables["chambers_chamber"].stride, counties)
    return extra


def add_memberships(extra: int, stride: int, counties: int) -> None:
    """Put each of the new persons into a chamber, one chamber after the other."""
    given = ["id", "chamber_id", "member_id", "started_on"]
    others = rest("chambers_membership", *given)
    day = "date '2019-01-01' + (n % 2000)::int"
    do(
        f"""WITH base AS (
            SELECT id, row_number() OVER (ORDER BY id) - 1 AS turn
            FROM chambers_chamber WHERE id < {stride} AND is_demo
        ), size AS (SELECT count(*) AS among FROM base)
        INSERT INTO chambers_membership ({", ".join([*given, *others])})
        SELECT {FAR} + n, base.id + (n / size.among % {counties}) * {stride}, {FAR} + n,
            {", ".join([day, *(f"b.{column}" for column in others)])}
        FROM generate_series(1, {extra}) n, size, base,
            (SELECT * FROM chambers_membership WHERE ended_on IS NULL LIMIT 1) b
        WHERE base.turn = n % size.among"""
    )


def rest(table: str, *without: str) -> list[str]:
    """Return the columns of a table but some."""
    return [
        f'"{name}"'
        for (name,) in ask(
            """SELECT column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = %s
            ORDER BY ordinal_position""",
            table,
        )
        if name not in without
    ]


def add_lectures(tables: dict[str, Table], wanted: int, counties: int) -> int:
    """Add accepted lectures on other days, until there are enough."""
    ((present,),) = ask("SELECT count(*) FROM activities_lecture")
    extra = max(0, wanted - present)
    lecture = tables["activities_lecture"]
    shift = f"make_interval(days => (n * 13 % {LECTURE_DAYS})::int)"
    special = {
        "id": f"{FAR} + n",
        "form_key": "gen_random_uuid()",
        "issue_id": "NULL",
    }
    for column in ("started_at", "ended_at", "submitted_at", "reviewed_at"):
        special[column] = f"b.{column} - {shift}"
    for column in ("created_at", "updated_at"):
        special[column] = f"b.{column} - {shift}"
    copied = {"k": f"(n / size.among % {counties})"}
    values = []
    for column in lecture.columns:
        if column in special:
            values.append(special[column])
        elif target := lecture.points.get(column):
            values.append(f"b.{column} + {copied['k']} * {tables[target].stride}")
        else:
            values.append(f"b.{column}")
    columns = ", ".join(f'"{name}"' for name in lecture.columns)
    added = do(
        f"""WITH base AS (
            SELECT *, row_number() OVER (ORDER BY id) - 1 AS turn
            FROM activities_lecture WHERE id < {lecture.stride}
                AND state IN ('accepted', 'archived') AND corrects_id IS NULL
        ), size AS (SELECT count(*) AS among FROM base)
        INSERT INTO activities_lecture ({columns})
        SELECT {", ".join(values)} FROM generate_series(1, {extra}) n, size, base b
        WHERE b.turn = n % size.among"""
    )
    do(
        f"""INSERT INTO activities_lecturestep
            (id, lecture_id, number, before, state, by_id, at, reason)
        SELECT {FAR} + (l.id - {FAR}) * 2 + turn, l.id, l.version - 1 + turn,
            before, after, person, moment, ''
        FROM activities_lecture l CROSS JOIN LATERAL (VALUES
            (0, 'draft', 'submitted', submitted_by_id, submitted_at),
            (1, 'submitted', 'accepted', reviewed_by_id, reviewed_at)
        ) s (turn, before, after, person, moment)
        WHERE l.id >= {FAR}"""
    )
    return added


@contextmanager
def bare_tables(tables: list[str], say: Callable[[str], object]) -> Iterator[None]:
    """Take triggers, foreign keys, exclusions and plain indexes away, and put back."""
    constraints = ask(
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype
        FROM pg_constraint WHERE contype IN ('f', 'x')
            AND conrelid::regclass::text = ANY(%s)
        ORDER BY contype DESC""",
        tables,
    )
    indexes = ask(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
        FROM pg_index WHERE NOT indisunique AND NOT indisexclusion
            AND indrelid::regclass::text = ANY(%s)""",
        tables,
    )
    for name, constraint, _, _ in constraints:
        do(f'ALTER TABLE {name} DROP CONSTRAINT "{constraint}"')
    for index, _ in indexes:
        do(f"DROP INDEX {index}")
    for name in tables:
        do(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    yield
    for number, (_, definition) in enumerate(indexes, 1):
        do(definition)
        if number % 20 == 0:
            say(f"索引 {number}/{len(indexes)}")
    for name, constraint, definition, _ in constraints:
        do(f'ALTER TABLE {name} ADD CONSTRAINT "{constraint}" {definition}')
    say("外键和排他约束已恢复，并逐行核对。")
    for name in tables:
        do(f"ALTER TABLE {name} ENABLE TRIGGER USER")


def simulate(size: Size, say: Callable[[str], object]) -> dict[str, int]:
    """Fill the database to a size, or leave it as it was; return rows by table."""
    tables = copied_tables()
    written = {}
    with transaction.atomic():
        do("SET LOCAL maintenance_work_mem = '768MB'")
        do("SET LOCAL work_mem = '256MB'")
        do("SET LOCAL max_parallel_maintenance_workers = 2")
        names.load(size.counties)
        with bare_tables(sorted(tables), say):
            if size.counties > 1:
                for name in sorted(tables):
                    written[name] = copy_county(tables[name], tables, size.counties)
                    say(f"{name} {written[name]:,}")
            say(f"会员 {add_members(tables, size.members, size.counties):,}")
            say(f"讲课 {add_lectures(tables, size.lectures, size.counties):,}")
        for name in sorted(tables):
            if tables[name].stride:
                do(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), "
                    f"(SELECT greatest(max(id), 1) FROM {name}))",
                    name,
                )
        say("逐日合计由记录重新计数。")
        tally.rebuild()
    do("ANALYZE")
    return written
