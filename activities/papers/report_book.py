"""A report as a workbook that looks like the paper form: headings, print area."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.conf import settings
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from activities.counting import Scope
from activities.reports import Report
from redleader.records.column import Kind
from redleader.sheets.workbook import A4, NUMBER_FORMATS, TRIGGERS, as_text

THIN = Side(style="thin", color="FF000000")
GRID = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(vertical="center", wrap_text=True)
TITLE, HEAD = Font(name="宋体", bold=True, size=18), Font(name="宋体", bold=True)
BODY = Font(name="宋体")


def report_book(report: Report, scope: Scope, words: str) -> tuple[bytes, int]:
    """Return a report of a period as a file, and its number of rows.

    ``words`` name the period. Title and unit line span the table, grouped headings are
    merged, and it prints on landscape A4 with the headings on every page.
    """
    book = Workbook()
    book.properties.creator = settings.PORTAL["owner"]
    sheet = book.active
    sheet.title = report.name[:31]
    width = len(report.columns)
    last = get_column_letter(width)
    over(sheet, 1, width, f"{settings.PORTAL['county']}{report.name}", TITLE)
    sheet.row_dimensions[1].height = 34
    line = f"填报单位：{settings.PORTAL['owner']}    时段：{words}"
    over(sheet, 2, width, f"{line}    数据截至：{scope.last:%Y年%m月%d日}", BODY)
    top = 3
    write_heads(sheet, report, top)
    header = top + 1
    sheet.row_dimensions[top].height, sheet.row_dimensions[header].height = 22, 38
    number = header
    for row in report.rows(scope):
        number += 1
        write_line(sheet, number, report, [c.read(row) for c in report.columns])
    count = number - header
    cells = report.totals(scope)
    if cells:
        number += 1
        write_line(sheet, number, report, cells, font=HEAD)
    if report.source:
        over(sheet, number + 1, width, f"说明：{report.source}", BODY)
    over(sheet, number + 2, width, "填表人：            审核人：            ", BODY)
    for place, column in enumerate(report.columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    set_up_page(sheet, heads=(top, header), area=f"A1:{last}{number + 2}")
    content = BytesIO()
    book.save(content)
    return content.getvalue(), count


def set_up_page(sheet, *, heads: tuple[int, int], area: str) -> None:
    """Set up landscape A4, with headings on every page and frozen on screen."""
    top, header = heads
    sheet.freeze_panes = f"A{header + 1}"
    sheet.print_title_rows = f"{top}:{header}"
    sheet.print_area = area
    sheet.page_setup.paperSize, sheet.page_setup.orientation = A4, "landscape"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"


def over(sheet, row: int, width: int, text: str, font: Font) -> None:
    """Write a line that spans the whole table."""
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
    cell = sheet.cell(row, 1)
    put(cell, text)
    cell.font = font
    cell.alignment = CENTRE if font is TITLE else LEFT


def write_heads(sheet, report: Report, top: int) -> None:
    """Write the two heading lines; a column without a group spans both."""
    place = 1
    for group, count in report.heads():
        if group:
            sheet.merge_cells(
                start_row=top,
                end_row=top,
                start_column=place,
                end_column=place + count - 1,
            )
            put(sheet.cell(top, place), group)
        else:
            sheet.merge_cells(
                start_row=top, end_row=top + 1, start_column=place, end_column=place
            )
        place += count
    for place, column in enumerate(report.columns, start=1):
        put(sheet.cell(top + 1 if column.group else top, place), column.label)
    for row in (top, top + 1):
        for place in range(1, len(report.columns) + 1):
            cell = sheet.cell(row, place)
            cell.font, cell.alignment, cell.border = HEAD, CENTRE, GRID


def write_line(
    sheet, number: int, report: Report, cells: Sequence[Any], font: Font = BODY
) -> None:
    for place, (column, value) in enumerate(
        zip(report.columns, cells, strict=True), start=1
    ):
        cell = sheet.cell(number, place)
        put(cell, value, column.kind)
        is_text = column.kind == Kind.TEXT
        cell.font, cell.border = font, GRID
        cell.alignment = LEFT if is_text else CENTRE
    sheet.row_dimensions[number].height = 20


def put(cell: Cell, value: Any, kind: Kind = Kind.TEXT) -> None:
    """Set a cell's value; text stays text whatever it begins with."""
    if isinstance(value, str):
        cell.value = as_text(value)
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = value.startswith(TRIGGERS)
    else:
        cell.value = value
        cell.number_format = NUMBER_FORMATS[kind]
