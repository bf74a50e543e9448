"""The Excel imports of the registry, one module for each noun."""

from typing import Any

from chambers.models import Chamber, User
from redleader.sheets.import_columns import ImportColumn, row_column
from redleader.sheets.lookup import Lookup


def chamber_column(label: str, **rest: Any) -> ImportColumn:
    """Return the column that names a row's chamber; most files begin with it."""
    usual = {
        "width": 26,
        "is_required": True,
        "note": "商会全称。",
        "example": "演示·云溪商会",
    }
    return row_column(label, "chamber", **usual | rest)


def own_chambers(user: User, *, active: bool = True) -> Lookup:
    """Return the chambers that a user may name; others are reported as out of scope."""
    chambers = Chamber.objects.visible_to(user)
    return Lookup(
        "商会", chambers.active() if active else chambers, Chamber.objects.all()
    )
