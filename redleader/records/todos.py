"""What waits for somebody, or is handed over, in plain words."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

LIMIT = 10  # of each group; more are named by their number
MOST = 999  # rows that are counted for a number on the desk


@dataclass(frozen=True)
class Todo:
    """One thing to do: what (a link), why, and until when."""

    group: str
    label: str
    detail: str
    address: str
    due_on: date | None = None
    overdue: bool = False


def counted(group: str, rows: QuerySet, text: str, address: str) -> list[Todo]:
    """Return a line with the number of rows, if any; nobody needs a large one."""
    count = rows.order_by()[: MOST + 1].count()
    number = str(count) if count <= MOST else f"超过 {MOST}"
    return [Todo(group, f"{number} {text}", "", address)] if count else []


def first_rows(rows: QuerySet, todo: Callable[[Any], Todo], rest: Todo) -> list[Todo]:
    """Return the first rows of a group, and a last line when there are more."""
    found = list(rows[: LIMIT + 1])
    lines = [todo(row) for row in found[:LIMIT]]
    return [*lines, rest] if len(found) > LIMIT else lines


@dataclass(frozen=True)
class Matters:
    """Some matters of one kind, and where to see all of them."""

    MOST = 20  # rows; the page of the noun has all

    title: str
    address: str
    rows: list[tuple[str, str, str]] = field(default_factory=list)  # label, detail, to
    empty: str = "没有。"

    @property
    def is_cut(self) -> bool:
        return bool(self.address) and len(self.rows) >= self.MOST


def matters(title: str, address: str, rows: QuerySet, name: str = "") -> Matters:
    """Return the first of some rows by their state; ``name`` is a field, or the row."""
    return Matters(
        title,
        address,
        [
            (
                str(getattr(row, name) if name else row),
                row.get_state_display(),
                row.get_absolute_url(),
            )
            for row in rows[: Matters.MOST]
        ],
    )
