"""The workbooks of an import: its empty template, and the rows with their errors."""

from collections.abc import Callable, Iterable
from typing import Any

from redleader.records.column import Column
from redleader.sheets.import_columns import ImportColumn
from redleader.sheets.imports import Importer
from redleader.sheets.incoming import SheetRow
from redleader.sheets.workbook import Book

PROBLEM = "问题"  # the column that a marked copy adds
MAX_CELL = 300  # characters of a cell in a marked copy


def clipped(value: Any) -> Any:
    """Return a cell of a marked copy, cut if it is far too long."""
    return value[:MAX_CELL] if isinstance(value, str) else value


def template_book(importer: Importer) -> Book:
    """Return the empty table, and a sheet that explains how to fill it in."""
    book = Book()
    book.add_table(importer.sheet_name, importer.columns, [])
    offered = importer.offered()

    def offer(column: ImportColumn) -> str:
        return offered.get(column.label, "\n".join(column.choices))

    guide = [
        Column("列", width=14, value=lambda column: column.label),
        Column("必填", width=8, value=lambda c: "是" if c.is_required else "否"),
        Column("怎么填", width=40, value=lambda column: column.note),
        Column("可填的内容", width=50, value=offer),
        Column("示例", width=28, value=lambda column: column.example),
    ]
    lines = [
        f"模板 {importer.edition} 版。请填写“{importer.sheet_name}”表，"
        f"一行一{importer.unit}，最多 {importer.limits.rows} 行。",
        f"不要改动表头；同一个文件可以重复上传，已有的{importer.name}不会重复登记。",
    ]
    book.add_table("填写说明", guide, importer.columns, title="填写说明", lines=lines)
    return book


def marked_book(importer: Importer, rows: Iterable[SheetRow]) -> Book:
    """Return the rows as uploaded, with each error coloured and explained."""

    def cell(label: str) -> Callable[[SheetRow], Any]:
        return lambda row: clipped(row.refused.get(label) or row.values.get(label))

    def is_marked(row: SheetRow, column: Column) -> bool:
        named = {error.label for error in row.errors}
        return column.label in named or (column.label == PROBLEM and bool(named))

    columns = [
        Column(c.label, c.kind, c.width, cell(c.label), c.is_required, c.choices)
        for c in importer.columns
    ]
    words = Column(
        PROBLEM,
        width=70,
        value=lambda row: "\n".join(error.text for error in row.errors),
    )
    book = Book()
    book.add_table(importer.sheet_name, [*columns, words], rows, is_marked=is_marked)
    return book
