"""The one description of a column: on pages, in exports and in imports."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from redleader.records.money import WAN, say_money


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"  # kept in yuan, written in 万元
    DATE = "date"
    DATETIME = "datetime"


NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY)
NOTHING = "—"


Value = Callable[[Any], Any] | str


def told(value: Value, row: Any) -> Any:
    """Return the result of a function of a row, or the value of an attribute path."""
    if not isinstance(value, str):
        return value(row)
    found = attrgetter(value)(row) if value else None
    return found() if callable(found) else found


@dataclass(frozen=True)
class Column:
    """One column of a table: how it is written, and what it takes when read.

    ``value`` takes the row, or is an attribute path such as ``chamber.name``; ``width``
    counts half-width characters. ``choices`` are offered in Excel but not enforced;
    ``note`` explains the column.
    """

    label: str
    kind: Kind = Kind.TEXT
    width: int = 16
    value: Value = ""
    is_required: bool = False
    choices: tuple[str, ...] = ()
    note: str = ""

    @property
    def heading(self) -> str:
        label = f"{self.label}（万元）" if self.kind == Kind.MONEY else self.label
        return f"{label}*" if self.is_required else label

    def read(self, row: Any) -> Any:
        """Return the value of a row; what a name of text leads to, as text."""
        value = told(self.value, row)
        is_named = self.kind == Kind.TEXT and isinstance(self.value, str)
        return str(value or "") if is_named else value

    def content(self, row: Any) -> Any:
        """Return what its cell in the workbook holds."""
        value = self.read(row)
        is_amount = self.kind == Kind.MONEY and value is not None
        return value / WAN if is_amount else value


@dataclass(frozen=True, kw_only=True)
class Shown(Column):
    """A column that pages also show; a plain ``Column`` is in the workbook only.

    ``place`` is its position on a page, from 1; the first one is the row's heading.
    ``html`` replaces the value on a page, and ``small`` is added below it.
    """

    place: int
    in_sheet: bool = True
    is_link: bool = False
    unit: str = ""
    small: Value = ""
    html: Callable[[Any], Any] | None = None

    @property
    def is_number(self) -> bool:
        return self.kind in NUMBERS

    @property
    def style(self) -> str:
        """The classes of its cells."""
        if self.is_number:
            return "right number"
        return "number" if self.kind in (Kind.DATE, Kind.DATETIME) else ""

    def cell(self, row: Any) -> SafeString:
        """Return what its cell holds."""
        shown = self.html(row) if self.html else self.words(row)
        if self.is_link:
            shown = format_html('<a href="{}">{}</a>', row.get_absolute_url(), shown)
        added = told(self.small, row)
        if not added:
            return format_html("{}", shown)
        return format_html("{} <small>{}</small>", shown, added)

    def words(self, row: Any) -> str:
        """Return the value as people read it."""
        value = self.read(row)
        if value in (None, ""):
            return NOTHING
        if self.kind == Kind.MONEY:
            return say_money(value)
        if isinstance(value, date):
            return f"{value:%Y-%m-%d}"
        return f"{value} {self.unit}" if self.unit else str(value)


def on_page(columns: list[Column]) -> list[Shown]:
    """Return the columns that a page shows, in their order there."""
    shown = [column for column in columns if isinstance(column, Shown)]
    return sorted(shown, key=lambda column: column.place)


def in_sheet(columns: list[Column]) -> list[Column]:
    """Return the columns of the workbook."""
    return [column for column in columns if getattr(column, "in_sheet", True)]
