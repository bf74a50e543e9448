"""Rows of an uploaded .xlsx or .csv, with what is wrong in each cell.

The file is read by ``reader.py`` in a process of its own, so whatever it contains, this
process only handles plain texts and numbers.
"""

import gzip
import json
import logging
import math
import re
import signal
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Generator, Iterable, Iterator, Sequence, Set
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from redleader.records.column import Column, Kind
from redleader.records.forms import DATE_ERROR, ZERO_WIDTH, has_unprintable
from redleader.uploads.photos import clean_name

logger = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
CHUNK = 1000  # rows handled at a time
READER = Path(__file__).with_name("reader.py")


@dataclass(frozen=True)
class SheetLimits:
    """Limits of one upload; ``rows`` are rows of data below the header."""

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

    A refused cell is blank; ``refused`` has its text, unless it was a formula.
    """

    number: int
    values: dict[str, Value]
    refused: dict[str, str] = field(default_factory=dict)
    errors: tuple[RowError, ...] = ()


T = TypeVar("T")


def chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    """Yield the rows, ``CHUNK`` of them at once."""
    left = iter(rows)
    while some := list(islice(left, CHUNK)):
        yield some


class Sheet:
    """The rows of a file, compressed: can be read repeatedly, never all in memory.

    ``content`` may be stored, and opened again with the same columns.
    """

    def __init__(self, columns: Sequence[Column], content: bytes = b""):
        self.columns = columns
        self.content = bytearray(content)

    def add(self, rows: Iterable[SheetRow]) -> None:
        lines = (
            json.dumps(
                [
                    row.number,
                    [spelled(row.values.get(c.label)) for c in self.columns],
                    row.refused,
                    [[error.label, error.text] for error in row.errors],
                ]
            )
            for row in rows
        )
        # Concatenated gzip members decompress as one.
        self.content += gzip.compress("\n".join([*lines, ""]).encode(), 6)

    def __iter__(self) -> Iterator[SheetRow]:
        with gzip.open(BytesIO(self.content), "rb") as lines:
            for line in lines:
                number, cells, refused, errors = json.loads(line)
                values = {
                    column.label: date.fromisoformat(cell)
                    if cell and column.kind == Kind.DATE
                    else cell
                    for column, cell in zip(self.columns, cells, strict=True)
                }
                told = tuple(RowError(number, label, text) for label, text in errors)
                yield SheetRow(number, values, refused, told)


def spelled(value: Value) -> str | None:
    return value.isoformat() if isinstance(value, date) else value


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

    Raises ValidationError when the file as a whole is refused. ``edition`` is the date
    of the template; ``ignored`` are columns that may be present but are not read.
    """
    name = clean_name(upload.name or "")
    upload.seek(0)
    content = upload.read(limits.bytes + 1)
    if len(content) > limits.bytes:
        size = max(upload.size or 0, len(content))
        megabytes = math.ceil(size / MEGABYTE * 10) / 10
        limit = limits.bytes // MEGABYTE
        raise refusal("too_large", megabytes=megabytes, limit=limit)
    sheet, count = Sheet(columns), 0
    with closing(_lines(content, name, limits)) as lines:
        epoch = next(lines)["epoch"]
        head = list(islice(lines, limits.head + 1))
        header = _header(head, columns, edition=edition, ignored=ignored)
        rows = (line for line in chain(head, lines) if line[0] > header.number)
        for some in chunks(rows):
            count += len(some)
            header.check_width(some)
            sheet.add(_row(number, row, header, epoch, limits) for number, row in some)
    if not count:
        raise refusal("no_rows")
    if count > limits.rows:
        raise refusal("rows", rows=limits.rows)
    return sheet


def _row(number: int, row, header: "_Header", epoch: int, limits) -> SheetRow:
    values: dict[str, Value] = {}
    refused: dict[str, str] = {}
    errors = []
    for column in header.columns:
        place = header.places[column.label]
        cell = row[place] if place < len(row) else None
        try:
            values[column.label] = _value(cell, column, epoch, limits)
        except ValueError as error:
            values[column.label] = None if column.kind == Kind.DATE else ""
            errors.append(cell_error(number, column.label, str(error)))
            if isinstance(cell, str):
                refused[column.label] = cell
    return SheetRow(number, values, refused, tuple(errors))


def refusal(code: str, **params: object) -> ValidationError:
    row, message = MESSAGES[code]
    logger.warning("sheet refused: %s", code)
    return ValidationError(message, code=code, params={"bad_input": row, **params})


def _lines(content: bytes, name: str, limits: SheetLimits) -> Generator[Any]:
    """Yield the reader's output on a file; its limits kill it, never this process."""
    told = vars(limits) | {"name": name}
    command = [sys.executable, "-I", "-W", "ignore", str(READER), json.dumps(told)]
    reader = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},  # It must not see our secrets.
    )
    late = threading.Timer(limits.seconds * 6, reader.kill)  # on a busy machine
    late.start()
    line: Any = {}
    try:
        with reader, suppress(BrokenPipeError):
            # It reads everything before it writes anything.
            reader.stdin.write(content)  # type: ignore[union-attr]
            reader.stdin.close()  # type: ignore[union-attr]
            for text in reader.stdout:  # type: ignore[union-attr]
                line = json.loads(text) if text.endswith(b"\n") else {}
                if isinstance(line, dict) and "epoch" not in line:
                    break
                try:
                    yield line
                except GeneratorExit:  # Nobody wants the rest.
                    reader.kill()
                    raise
    finally:
        late.cancel()
    if "code" in line:
        params = {"rows": limits.rows, "unpacked": limits.unpacked // MEGABYTE}
        raise refusal(line["code"], **params | line.get("params", {}))
    if "end" not in line:
        was_ended = reader.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
        raise refusal("too_heavy" if was_ended else "not_workbook")


@dataclass(frozen=True)
class _Header:
    """The row that names the columns: its number, and the place of each column."""

    columns: Sequence[Column]
    number: int
    places: dict[str, int]
    width: int  # places up to the last one that has a name
    nameless: frozenset[int]
    edition: str

    def check_width(self, rows: Iterable[tuple[int, list]]) -> None:
        """Refuse rows with content in a column that has no name."""
        for _, row in rows:
            for place, cell in enumerate(row):
                if cell is not None and (place >= self.width or place in self.nameless):
                    from openpyxl.utils import get_column_letter

                    letter = get_column_letter(place + 1)
                    fault = f"多出列“（第 {letter} 列没有列名）”"
                    raise refusal("header", faults=fault, edition=self.edition)


def _named(head: Sequence[tuple[int, list]], known: Set[str]) -> tuple[int, list[str]]:
    """Return the number and labels of the row that names most columns."""
    best, number, named = 0, 0, []
    for row_number, row in head:
        labels = [cell if isinstance(cell, str) else "" for cell in row]
        score = len({_folded(label) for label in labels} & known)
        if score > best or not number:
            best, number, named = score, row_number, labels
    return number, named


def _header(
    head: Sequence[tuple[int, list]],
    columns: Sequence[Column],
    *,
    edition: str,
    ignored: Sequence[str],
) -> _Header:
    """Return the header: among the first rows, the one that names most columns.

    A title may stand above it.
    """
    known = {_folded(column.label): column.label for column in columns}
    passed = {_folded(label) for label in ignored}
    number, named = _named(head, known.keys())
    places: dict[str, int] = {}
    doubled, foreign, nameless = [], [], set()
    for place, label in enumerate(named):
        key = _folded(label)
        if key in known and known[key] in places:
            doubled.append(known[key])
        elif key in known:
            places[known[key]] = place
        elif not key:
            nameless.add(place)
        elif key not in passed:
            foreign.append(label.strip(BLANKS)[:30])
    missing = [c.label for c in columns if c.label not in places]
    faulty = [("缺少列", missing), ("多出列", foreign), ("重复列", doubled)]
    faults = [
        word + "、".join(f"“{label}”" for label in labels)
        for word, labels in faulty
        if labels
    ]
    edition = f"（{edition}版）" if edition else ""
    if faults:
        raise refusal("header", faults="；".join(faults), edition=edition)
    return _Header(columns, number, places, len(named), frozenset(nameless), edition)


def _folded(label: str) -> str:
    """Return a heading normalised: without blanks and the mark of a required column."""
    label = unicodedata.normalize("NFKC", label).strip(BLANKS)
    return re.sub(r"\s+", "", label.removesuffix("(必填)").removesuffix("*"))


def _value(cell, column: Column, epoch: int, limits: SheetLimits) -> Value:
    """Return a cell converted for its column; raises ValueError with the message."""
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

    Raises ValueError with the message of the refusal.
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
