"""Excel out and in: one description of columns for both ways.

Out: real dates and numbers, and text that can never become a formula. In: the file
is read by ``redleader/sheets_reader.py`` in a process of its own, so whatever is in
it, this process only meets plain texts and numbers.
"""

import json
import logging
import math
import re
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from redleader.forms import DATE_ERROR, ZERO_WIDTH, has_unprintable
from redleader.photos import clean_name

logger = logging.getLogger(__name__)


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


# --- Out

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NUMBER_FORMATS = {
    Kind.TEXT: "@",
    Kind.INTEGER: "0",
    Kind.DECIMAL: "#,##0.00",
    Kind.DATE: "yyyy-mm-dd",
    Kind.DATETIME: "yyyy-mm-dd hh:mm",
}
# What Excel or WPS may take for the beginning of a formula.
TRIGGERS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
MAX_CELL = 32_767  # characters; Excel's own limit
A4 = 9
LINE = Side(style="thin", color="FF999999")
BORDER = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
HEADER_FILL = PatternFill("solid", fgColor="FFF3EEE4")
MARK_FILL = PatternFill("solid", fgColor="FFFBD5D0")
TITLE_FONT, HEADER_FONT = Font(bold=True, size=16), Font(bold=True)
WRAP = Alignment(vertical="top", wrap_text=True)
MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)


def new_book() -> Workbook:
    book = Workbook(write_only=True)
    book.properties.creator = settings.PORTAL["owner"]
    return book


def add_table(
    book: Workbook,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    *,
    title: str = "",
    lines: Sequence[str] = (),
    is_marked: Callable[[Any, Column], bool] | None = None,
) -> None:
    """Add a sheet: title and lines, the header, the rows; ready to be printed.

    ``is_marked`` tells which cells are coloured.
    """
    sheet = book.create_sheet(name)
    looks: dict = {}
    head = [text for text in (title, *lines) if text]
    header = len(head) + 1
    last = get_column_letter(len(columns))
    sheet.freeze_panes = f"A{header + 1}"
    sheet.print_title_rows = f"{header}:{header}"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.paperSize, sheet.page_setup.orientation = A4, "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
    for number, column in enumerate(columns, start=1):
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = column.width
        dimension.number_format = NUMBER_FORMATS[column.kind]
    for number, text in enumerate(head):
        font = TITLE_FONT if title and not number else None
        sheet.append([_cell(sheet, text, looks, font=font)])
    sheet.append(
        [
            _cell(
                sheet,
                column.heading,
                looks,
                font=HEADER_FONT,
                fill=HEADER_FILL,
                border=BORDER,
                alignment=MIDDLE,
            )
            for column in columns
        ]
    )
    count = header
    for row in rows:
        count += 1
        cells = []
        for column in columns:
            value = column.value(row) if column.value else None
            fill = MARK_FILL if is_marked and is_marked(row, column) else None
            format_ = NUMBER_FORMATS[column.kind]
            cells.append(
                _cell(
                    sheet,
                    value,
                    looks,
                    format_=format_,
                    fill=fill,
                    border=BORDER,
                    alignment=WRAP,
                )
            )
        sheet.append(cells)
    sheet.auto_filter.ref = f"A{header}:{last}{count}"
    for number, column in enumerate(columns, start=1):
        if column.choices:
            letter = get_column_letter(number)
            offer = DataValidation("list", f'"{",".join(column.choices)}"')
            offer.showErrorMessage = False
            offer.add(f"{letter}{header + 1}:{letter}{header + 5000}")
            sheet.data_validations.append(offer)


def _cell(
    sheet, value: Any, looks: dict, *, format_: str = "@", **style: Any
) -> WriteOnlyCell:
    """Return a cell of its real kind; text stays text whatever it begins with.

    ``looks`` keeps the looks that the sheet has had: to make one is slow.
    """
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value).replace(tzinfo=None)
    # Otherwise editing the cell would make a formula of it after all.
    quoted = isinstance(value, str) and value.startswith(TRIGGERS)
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet)
        cell._value, cell.data_type = as_text(value), "s"
        format_ = "@"
    else:
        cell = WriteOnlyCell(sheet, value)
    key = (format_, quoted, *(id(part) for part in style.values()))
    if key in looks:
        cell._style = looks[key]
        return cell
    cell.number_format, cell.quotePrefix = format_, quoted
    for name, part in style.items():
        if part is not None:
            setattr(cell, name, part)
    looks[key] = cell._style
    return cell


def as_text(text: str) -> str:
    """Return text as a workbook spells it, without what it cannot hold.

    A carriage return is spelled out, or every XML parser would turn it into a
    line feed; so is text that looks as if it were spelled out.
    """
    text = ILLEGAL_CHARACTERS_RE.sub("", text)
    text = UNWRITABLE.sub("", text)[:MAX_CELL]
    text = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    return text.replace("\r", "_x000D_")


def count_line(count: int, limit: int, day: date) -> str:
    """Return the line that says from when a table is and how many rows it has."""
    if count > limit:
        return f"截至 {day:%Y-%m-%d}，只列前 {limit} 条，请缩小范围后分次导出"
    return f"截至 {day:%Y-%m-%d}，共 {count} 条"


def packed(book: Workbook) -> bytes:
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def answer(book: Workbook, name: str) -> HttpResponse:
    """Return a workbook to be saved under a name."""
    return attachment(packed(book), f"{name}.xlsx", CONTENT_TYPE)


def attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Return a file to be saved under a name, and kept nowhere on the way."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "private, no-store"
    return response


# --- In

MEGABYTE = 1024 * 1024
READER = Path(__file__).with_name("sheets_reader.py")


@dataclass(frozen=True)
class SheetLimits:
    """What one upload may be; ``rows`` are rows of data below the header."""

    bytes: int = 5 * MEGABYTE
    unpacked: int = 50 * MEGABYTE
    ratio: int = 100
    parts: int = 200
    rows: int = 5000
    columns: int = 50
    cell: int = 2000  # characters
    characters: int = 5_000_000  # of the whole file
    head: int = 10  # lines that may stand above the header
    memory: int = 300 * MEGABYTE  # address space of the reader
    seconds: int = 5  # of the processor


SHEET_LIMITS = SheetLimits()

# By code: the row of the list of bad inputs, and what the person reads.
MESSAGES = {
    "not_workbook": (
        20,
        "文件不是有效的 Excel 工作簿（.xlsx），请用本系统下载的模板填写后上传。",
    ),
    "old_format": (
        21,
        "不支持 .xls/.et 旧格式，请在 Excel 或 WPS 中“另存为” .xlsx 后上传。",
    ),
    "password": (22, "工作簿设有打开密码，请取消密码后上传。"),
    "macros": (23, "不接受含宏的工作簿，请另存为 .xlsx 后上传。"),
    "bomb": (24, "文件解压后过大（上限 %(unpacked)d MB），未导入。"),
    "too_heavy": (
        24,
        "文件内容超出一次读取的上限，未导入。请删除多余的行列，或拆分后分次导入。",
    ),
    "too_large": (
        24,
        "文件大小 %(megabytes)s MB，超过 %(limit)d MB 上限，请拆分后分次导入。",
    ),
    "doctype": (
        25,
        "文件不是有效的 Excel 工作簿（.xlsx），请用本系统下载的模板填写后上传。",
    ),
    "rows": (26, "数据行数超过 %(rows)d 行上限，请拆分后分次导入。"),
    "far_row": (26, "发现第 %(number)d 行以后仍有内容，请删除多余的行列。"),
    "far_column": (26, "发现第 %(number)d 列以后仍有内容，请删除多余的行列。"),
    "no_rows": (20, "表中没有数据，请在表头下面逐行填写后上传。"),
    "header": (27, "%(faults)s。请使用最新模板%(edition)s。"),
    "encoding": (31, "无法识别文件编码，请另存为 UTF-8 或 .xlsx。"),
}
CELL_MESSAGES = {
    "formula": "是公式，请“粘贴为数值”后再导入。",
    "error": "是错误值（{}），请改正。",
    "number": "格式应为文本，请改正。",
    "date": f"：{DATE_ERROR}",
    "long": "最多 {} 个字，现有 {} 个字。",
    "unprintable": "含有无法显示的字符，请删除后重试。",
}
TYPED_DATE = re.compile(
    r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))"
    r"(?: 0{1,2}:00(?::00)?)?"
)
SERIAL = re.compile(r"\d{5}")
FIRST_DAYS = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}
YEARS = range(1900, 2101)
BLANKS = ZERO_WIDTH + " \t\r\n\u3000\xa0"

Value = str | date | None


@dataclass(frozen=True)
class RowError:
    """What is wrong in a row, or in one cell of it; ``text`` says where."""

    row: int
    label: str
    text: str


@dataclass(frozen=True)
class SheetRow:
    """A row by the labels of its columns; blank text is "", a blank date None.

    A cell that was refused is blank; ``refused`` has its text, unless a formula.
    """

    number: int
    values: dict[str, Value]
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    rows: list[SheetRow]
    errors: list[RowError] = field(default_factory=list)


def cell_error(row: int, label: str, text: str) -> RowError:
    return RowError(row, label, f"第 {row} 行“{label}”{text}")


def read_sheet(
    upload: UploadedFile,
    columns: Sequence[Column],
    *,
    limits: SheetLimits = SHEET_LIMITS,
    edition: str = "",
    ignored: Sequence[str] = (),
) -> Sheet:
    """Return the rows of an uploaded .xlsx or .csv, with what is wrong in its cells.

    Raises ValidationError when the file as a whole is refused. ``edition`` is the
    date of the template; ``ignored`` are columns that may be there and are not read.
    """
    name = clean_name(upload.name or "")
    upload.seek(0)
    content = upload.read(limits.bytes + 1)
    if len(content) > limits.bytes:
        size = max(upload.size or 0, len(content))
        megabytes = math.ceil(size / MEGABYTE * 10) / 10
        limit = limits.bytes // MEGABYTE
        raise refusal("too_large", megabytes=megabytes, limit=limit)
    read = _read(content, name, limits)
    cells = [(number, row) for number, row in read["rows"]]
    header, places = _header(cells, columns, edition=edition, ignored=ignored)
    cells = [(number, row) for number, row in cells if number > header]
    if not cells:
        raise refusal("no_rows")
    if len(cells) > limits.rows:
        raise refusal("rows", rows=limits.rows)
    sheet = Sheet(rows=[])
    for number, row in cells:
        values: dict[str, Value] = {}
        refused: dict[str, str] = {}
        for column in columns:
            place = places[column.label]
            cell = row[place] if place < len(row) else None
            try:
                values[column.label] = _value(cell, column, read["epoch"], limits)
            except ValueError as error:
                values[column.label] = None if column.kind == Kind.DATE else ""
                sheet.errors.append(cell_error(number, column.label, str(error)))
                if isinstance(cell, str):
                    refused[column.label] = cell
        sheet.rows.append(SheetRow(number, values, refused))
    return sheet


def refusal(code: str, **params: object) -> ValidationError:
    row, message = MESSAGES[code]
    logger.warning("sheet refused: %s", code)
    return ValidationError(message, code=code, params={"bad_input": row, **params})


def _read(content: bytes, name: str, limits: SheetLimits) -> dict:
    """Let the reader look at the file; its limits end it, never this process."""
    told = vars(limits) | {"name": name}
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-W", "ignore", str(READER), json.dumps(told)],
            input=content,
            capture_output=True,
            check=False,
            env={},  # It needs no secret of ours.
            timeout=limits.seconds * 6,  # on a busy machine
        )
    except subprocess.TimeoutExpired as error:
        raise refusal("too_heavy") from error
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise refusal("too_heavy")
    if done.returncode:
        raise refusal("not_workbook")
    read = json.loads(done.stdout)
    if "code" in read:
        params = {"rows": limits.rows, "unpacked": limits.unpacked // MEGABYTE}
        raise refusal(read["code"], **params | read.get("params", {}))
    return read


def _header(
    cells, columns: Sequence[Column], *, edition: str, ignored: Sequence[str]
) -> tuple[int, dict[str, int]]:
    """Return the number of the header row and the place of each column.

    It is the row among the first that names most of the columns: a title may
    stand above it.
    """
    known = {_folded(column.label): column.label for column in columns}
    passed = {_folded(label) for label in ignored}
    best, number, named = 0, 0, []
    for row_number, row in cells[: SHEET_LIMITS.head + 1]:
        labels = [cell if isinstance(cell, str) else "" for cell in row]
        score = len({_folded(label) for label in labels} & known.keys())
        if score > best or not number:
            best, number, named = score, row_number, labels
    places: dict[str, int] = {}
    doubled, foreign = [], []
    width = max((len(row) for _, row in cells), default=0)
    for place in range(width):
        label = named[place] if place < len(named) else ""
        key = _folded(label)
        if key in known and known[key] in places:
            doubled.append(known[key])
        elif key in known:
            places[known[key]] = place
        elif key and key not in passed:
            foreign.append(label.strip(BLANKS)[:30])
        elif not key and any(
            place < len(row) and row[place] is not None
            for row_number, row in cells
            if row_number > number
        ):
            foreign.append(f"（第 {get_column_letter(place + 1)} 列没有列名）")
    missing = [c.label for c in columns if c.label not in places]
    faults = [
        word + "、".join(f"“{label}”" for label in labels)
        for word, labels in [
            ("缺少列", missing),
            ("多出列", foreign),
            ("重复列", doubled),
        ]
        if labels
    ]
    if faults:
        edition = f"（{edition}版）" if edition else ""
        raise refusal("header", faults="；".join(faults), edition=edition)
    return number, places


def _folded(label: str) -> str:
    """Return a heading as it is compared: without blanks and the mark of a must."""
    label = unicodedata.normalize("NFKC", label).strip(BLANKS)
    return re.sub(r"\s+", "", label.removesuffix("(必填)").removesuffix("*"))


def _value(cell, column: Column, epoch: int, limits: SheetLimits) -> Value:
    """Return a cell as its column takes it; raises ValueError with the words."""
    kind, text = "text", cell or ""
    if isinstance(cell, dict):
        ((kind, text),) = cell.items()
    if kind == "formula":
        raise ValueError(CELL_MESSAGES["formula"])
    if kind == "error":
        raise ValueError(CELL_MESSAGES["error"].format(text[:30]))
    if column.kind == Kind.DATE:
        return parse_day(text, epoch)
    if kind == "number" and not text:
        raise ValueError(CELL_MESSAGES["number"])
    if len(text) > limits.cell:
        raise ValueError(CELL_MESSAGES["long"].format(limits.cell, len(text)))
    if has_unprintable(text):
        raise ValueError(CELL_MESSAGES["unprintable"])
    return text if text.strip(BLANKS) else ""


def parse_day(text: str, epoch: int = 1900) -> date | None:
    """Return the day in a text, or of Excel's serial number of a day.

    Raises ValueError with the words of the refusal.
    """
    text = unicodedata.normalize("NFKC", text[:40]).strip(BLANKS)
    if not text:
        return None
    try:
        if SERIAL.fullmatch(text):
            day = FIRST_DAYS[epoch] + timedelta(days=int(text))
        else:
            match = TYPED_DATE.fullmatch(text)
            if not match:
                raise ValueError(text)
            day = date(*(int(part) for part in match.groups() if part))
        if day.year not in YEARS:
            raise ValueError(text)
    except ValueError as error:
        raise ValueError(CELL_MESSAGES["date"]) from error
    return day
