"""The content of every table: how many rows, and a digest of all of them."""

from dataclasses import dataclass

SESSION = """
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, MDY';
SET IntervalStyle = 'postgres';
SET bytea_output = 'hex';
SET extra_float_digits = 1;
"""
NAMES = """
SELECT format('%I.%I', schemaname, tablename) FROM pg_catalog.pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
    AND schemaname NOT LIKE 'pg\\_%'
ORDER BY 1
"""
# The sum does not depend on the order of the rows.
FINGERPRINT = """
SELECT concat(count(*), ' ', coalesce(sum(
    ('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)) FROM {} t
"""


@dataclass(frozen=True)
class TableFingerprint:
    rows: int
    digest: str

    @classmethod
    def of(cls, text: str) -> "TableFingerprint":
        rows, digest = text.split()
        return cls(int(rows), digest)

    def __str__(self):
        return f"{self.rows} {self.digest}"


def names(cursor) -> list[str]:
    """Return every table of the database with its schema, quoted."""
    cursor.execute(NAMES)
    return [row[0] for row in cursor.fetchall()]


def fingerprints(cursor) -> dict[str, TableFingerprint]:
    """Return the fingerprint of every table; changes the session's formats."""
    cursor.execute(SESSION)
    found = {}
    for name in names(cursor):
        cursor.execute(FINGERPRINT.format(name))
        found[name] = TableFingerprint.of(cursor.fetchone()[0])
    return found


def check_sql(tables: dict[str, TableFingerprint]) -> str:
    """Return SQL that raises an error if a table has other content."""
    tests = "".join(
        f"IF ({FINGERPRINT.format(name)}) <> '{table}' THEN"
        f" RAISE EXCEPTION '表 % 与备份不符', '{name}'; END IF;\n"
        for name, table in tables.items()
    )
    return f"{SESSION}DO $check$ BEGIN\n{tests}END $check$;\n"


def differences(
    before: dict[str, TableFingerprint], after: dict[str, TableFingerprint]
) -> list[str]:
    """Return the tables that are missing, additional or different."""
    every = sorted(before.keys() | after.keys())
    return [name for name in every if before.get(name) != after.get(name)]
