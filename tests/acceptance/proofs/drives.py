"""Figures that a drive measures, with their controls; each drive runs once."""

from functools import cache

from tests.acceptance.drives.site import rows_of


@cache
def drive(name, *options):
    return rows_of(name, *options)


def rows_about(rows, *beginnings):
    """Return (figures, controls) among the rows that begin with these words."""
    chosen = [row for row in rows if row[0].startswith(beginnings)]
    kept = [row for row in chosen if row[2] in ("kept", "BROKEN")]
    controls = [row for row in chosen if "control" in row[0]]
    return [row for row in kept if row not in controls], controls


def say(rows, note):
    """Write every row down, and fail where one is broken."""
    assert rows
    for what, text, verdict in rows:
        note(f"{what}: {text}", verdict != "BROKEN")
