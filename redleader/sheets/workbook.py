"""Excel files on their way out, with text that can never become a formula."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from redleader.records.column import Column, Kind

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NUMBER_FORMATS = {
    Kind.TEXT: "@",
    Kind.INTEGER: "0",
    Kind.DECIMAL: "#,##0.00",
    Kind.MONEY: "#,##0.00",
    Kind.DATE: "yyyy-mm-dd",
    Kind.DATETIME: "yyyy-mm-dd hh:mm",
}
# What Excel or WPS may take as the start of a formula.
TRIGGERS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
UNWRITABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MAX_CELL = 32_767  # characters; Excel's own limit
A4 = 9
BORDER = {"border": 1, "border_color": "#999999"}
HEADER = BORDER | {
    "bold": True,
    "bg_color": "#F3EEE4",
    "align": "center",
    "valign": "vcenter",
    "text_wrap": True,
}
BODY = BORDER | {"valign": "top", "text_wrap": True}
MARKED = BODY | {"bg_color": "#FBD5D0"}
TITLE = {"bold": True, "font_size": 16}
PLAIN: dict = {}
OFFERED_ROWS = 5000  # rows below the header that offer the choices of a column


class Book:
    """A workbook on its way out, written row by row."""

    def __init__(self) -> None:
        from xlsxwriter import (
            Workbook,  # Takes fifteen megabytes, so only loaded for writing.
        )

        self.file = BytesIO()
        self.book = Workbook(self.file, {"constant_memory": True})
        self.book.set_properties({"author": settings.PORTAL["owner"]})
        self.looks: dict[tuple, Any] = {}

    def look(self, kind: Kind, style: dict = PLAIN, quoted: bool = False) -> Any:
        """Return the format of cells; each format is made once."""
        key = (kind, id(style), quoted)
        if key not in self.looks:
            own = {"num_format": NUMBER_FORMATS[kind], "quote_prefix": quoted}
            self.looks[key] = self.book.add_format(style | own)
        return self.looks[key]

    def packed(self) -> bytes:
        """Close the workbook and return the file."""
        self.book.close()
        return self.file.getvalue()

    def add_table(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Iterable[Any],
        *,
        title: str = "",
        lines: Sequence[str] = (),
        is_marked: Callable[[Any, Column], bool] | None = None,
    ) -> None:
        """Add a sheet ready for printing: title and lines, the header, the rows.

        ``is_marked`` tells which cells are coloured.
        """
        sheet = self.book.add_worksheet(name)
        head = [text for text in (title, *lines) if text]
        header = len(head)
        self.lay_out(sheet, header, columns)
        for number, text in enumerate(head):
            style = TITLE if title and not number else PLAIN
            self.write(sheet, number, 0, text, Kind.TEXT, style)
        for place, column in enumerate(columns):
            self.write(sheet, header, place, column.heading, Kind.TEXT, HEADER)
        number = header
        for number, row in enumerate(rows, header + 1):
            for place, column in enumerate(columns):
                value = column.content(row)
                style = MARKED if is_marked and is_marked(row, column) else BODY
                self.write(sheet, number, place, value, column.kind, style)
        sheet.autofilter(header, 0, number, len(columns) - 1)

    def lay_out(self, sheet: Any, header: int, columns: Sequence[Column]) -> None:
        """Set up the paper, the columns and the choices that these offer."""
        sheet.freeze_panes(header + 1, 0)
        sheet.repeat_rows(header)
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C第 &P 页，共 &N 页")
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width, self.look(column.kind))
            if column.choices:
                offer = {"validate": "list", "source": list(column.choices)}
                until = header + OFFERED_ROWS
                sheet.data_validation(
                    header + 1, place, until, place, offer | {"show_error": False}
                )

    def write(
        self, sheet: Any, row: int, place: int, value: Any, kind: Kind, style
    ) -> None:
        """Write a cell by its type; text stays text whatever it begins with."""
        if isinstance(value, str):
            # Otherwise editing the cell would turn it into a formula after all.
            look = self.look(Kind.TEXT, style, quoted=value.startswith(TRIGGERS))
            if text := printable(value):
                sheet.write_string(row, place, text, look)
            else:
                sheet.write_blank(row, place, None, look)
        elif isinstance(value, date):
            if isinstance(value, datetime) and timezone.is_aware(value):
                value = timezone.localtime(value).replace(tzinfo=None)
            sheet.write_datetime(row, place, value, self.look(kind, style))
        elif value is None:
            sheet.write_blank(row, place, None, self.look(kind, style))
        else:
            sheet.write_number(row, place, value, self.look(kind, style))


def printable(text: str) -> str:
    """Return text without what a workbook cannot hold."""
    return UNWRITABLE.sub("", text)[:MAX_CELL]


def as_text(text: str) -> str:
    """Return text as openpyxl must be given it.

    A carriage return is escaped, because any XML parser would turn it into a line feed;
    so is text that looks like such an escape.
    """
    text = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", printable(text))
    return text.replace("\r", "_x000D_")


def count_line(count: int, limit: int, day: date) -> str:
    """Return the line that gives the date of a table and its number of rows."""
    if count > limit:
        return f"截至 {day:%Y-%m-%d}，只列前 {limit} 条，请缩小范围后分次导出"
    return f"截至 {day:%Y-%m-%d}，共 {count} 条"


def answer(book: Book, name: str) -> HttpResponse:
    """Return a workbook as a download of a given name."""
    return attachment(book.packed(), f"{name}.xlsx", CONTENT_TYPE)


def attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Return a file as a download of a given name, cached nowhere on the way."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response
