"""What a file would do: its rows as drafts, by what would happen to them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from redleader.sheets.incoming import RowError, Sheet, SheetRow

SHOWN = 50  # rows and errors of a preview
Tell = Callable[[int], None]  # called with how many more rows are done


def tell_nobody(rows: int) -> None:
    pass


@dataclass
class Draft:
    """A row of a file as it would be written.

    ``stored`` is the existing row, if any, and ``changes`` (column, old, new) how it
    would change; ``extra`` holds what is not a field of the model.
    """

    number: int
    row: Any
    sheet: SheetRow
    extra: dict[str, Any] = field(default_factory=dict)
    stored: Any = None
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    note: str = ""


@dataclass
class PlannedPart:
    """Some rows of a file, compared with what is stored."""

    rows: list[SheetRow]
    new: list[Draft] = field(default_factory=list)
    changed: list[Draft] = field(default_factory=list)
    same: list[Draft] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.errors = [error for row in self.rows for error in row.errors]
        self.unread = {(error.row, error.label) for error in self.errors}

    def refuse(self, errors: Iterable[RowError]) -> None:
        """Add errors; report an unreadable cell only once."""
        self.errors += [e for e in errors if (e.row, e.label) not in self.unread]

    def marked(self) -> Iterator[SheetRow]:
        """Yield the rows with all their errors."""
        errors = errors_by_row(self.errors)
        return (replace(row, errors=tuple(errors[row.number])) for row in self.rows)


def errors_by_row(errors: Iterable[RowError]) -> dict[int, list[RowError]]:
    found: dict[int, list[RowError]] = defaultdict(list)
    for error in errors:
        found[error.row].append(error)
    return found


@dataclass
class PlannedRows:
    """Rows that are treated alike: how many, and the first of them."""

    count: int = 0
    shown: list[Draft] = field(default_factory=list)

    def add(self, drafts: list[Draft]) -> None:
        self.count += len(drafts)
        self.shown += drafts[: SHOWN - len(self.shown)]


@dataclass
class Plan:
    """What a file would do; it does nothing as long as there are errors.

    Of rows and errors it holds the number and the first ones; ``sheet`` has every row
    with its errors.
    """

    sheet: Sheet
    new: PlannedRows = field(default_factory=PlannedRows)
    changed: PlannedRows = field(default_factory=PlannedRows)
    same: PlannedRows = field(default_factory=PlannedRows)
    error_count: int = 0
    errors: list[RowError] = field(default_factory=list)

    def add(self, part: PlannedPart) -> None:
        bad = {error.row for error in part.errors}
        for group, drafts in [
            (self.new, part.new),
            (self.changed, part.changed),
            (self.same, part.same),
        ]:
            group.add([draft for draft in drafts if draft.number not in bad])
        errors = sorted(part.errors, key=lambda error: error.row)
        self.error_count += len(errors)
        self.errors += errors[: SHOWN - len(self.errors)]
