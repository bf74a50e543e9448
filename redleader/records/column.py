"""The one description of a column, for what goes out and what comes in."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    DATETIME = "datetime"


@dataclass(frozen=True)
class Column:
    """One column of a table: how it is written, and what it takes when read.

    ``value`` takes the row; ``width`` counts half-width characters. ``choices``
    are offered in Excel and not enforced; ``note`` explains the column.
    """

    label: str
    kind: Kind = Kind.TEXT
    width: int = 16
    value: Callable[[Any], Any] | None = None
    is_required: bool = False
    choices: tuple[str, ...] = ()
    note: str = ""

    @property
    def heading(self) -> str:
        return f"{self.label}*" if self.is_required else self.label
