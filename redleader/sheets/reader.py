"""Read one workbook or CSV in a process of its own; see ``redleader.sheets.incoming``.

The file comes on standard input, the limits as JSON in the only argument, and the
cells leave on standard output, a line of JSON for each row: first {"epoch"}, then
[number, cells], at last {"end"} or the {"code"} of a refusal. Nothing here knows
Django, the database or a secret, and the process may neither write a file nor use
more than its share of memory and time: a hostile workbook can only ever end this
process.

A cell is null, a text, or {"number"}, {"date"}, {"formula"}, {"error"}: text.
"""

import csv
import io
import json
import math
import os
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import PurePosixPath

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names of the streams of an encrypted package, as encoded in a compound file.
ENCRYPTED = ["EncryptedPackage".encode("utf-16-le"), "DataSpaces".encode("utf-16-le")]
OLD_SUFFIXES = {".xls", ".et", ".xlt", ".ett"}
MACRO_SUFFIXES = {".xlsm", ".xltm", ".xlam"}
MACRO_PARTS = ("vbaproject.bin", "xl/macrosheets/")
MACRO_TYPE = b"macroEnabled"
# No part of a workbook needs a document type, but every trick with entities does.
DOCTYPES = [
    text.encode(code)
    for text in ("<!DOCTYPE", "<!ENTITY")
    for code in ("ascii", "utf-16-le", "utf-16-be")
]
EXACT = 10**15  # Excel keeps fifteen digits of a number.
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
DELIMITERS = ",\t;"
SLACK = 10  # empty rows and columns tolerated, as a multiple of the limit

Cell = None | str | dict[str, str]
Row = tuple[int, list[Cell]]


class RefusedError(Exception):
    """Why the file is refused: a code of ``redleader.sheets.incoming.MESSAGES``."""

    def __init__(self, code: str, **params: object):
        self.code, self.params = code, params


def confine(limits: dict) -> None:
    """Drop every right that reading does not need, before looking at the file."""
    memory, seconds = limits["memory"], limits["seconds"]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def read(content: bytes, name: str, limits: dict) -> tuple[int, Iterator[Row]]:
    """Return the year that days are counted from, and the rows."""
    suffix = PurePosixPath(name).suffix.lower()
    if content.startswith(OLE_MAGIC) and any(mark in content for mark in ENCRYPTED):
        raise RefusedError("password")
    if content.startswith(OLE_MAGIC) or suffix in OLD_SUFFIXES:
        raise RefusedError("old_format")
    if suffix in MACRO_SUFFIXES:
        raise RefusedError("macros")
    if suffix == ".csv" and not content.startswith(ZIP_MAGIC):
        return 1900, csv_rows(content)
    if not content.startswith(ZIP_MAGIC):
        raise RefusedError("not_workbook")
    check_package(content, limits)
    return read_workbook(content, limits)


def check_package(content: bytes, limits: dict) -> None:
    """Check the directory of the archive, then the bytes of each part."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = package.infolist()
        unpacked = sum(part.file_size for part in parts)
        if (
            len(parts) > limits["parts"]
            or unpacked > limits["unpacked"]
            or unpacked > limits["ratio"] * len(content)
        ):
            raise RefusedError("bomb")
        if any(part.flag_bits & 1 for part in parts):
            raise RefusedError("password")
        names = [part.filename.lower().replace("\\", "/") for part in parts]
        if any(mark in name for mark in MACRO_PARTS for name in names):
            raise RefusedError("macros")
        for part in parts:
            text = package.read(part)
            if any(mark in text for mark in DOCTYPES):
                raise RefusedError("doctype")
            if part.filename == "[Content_Types].xml" and MACRO_TYPE in text:
                raise RefusedError("macros")


def read_workbook(content: bytes, limits: dict) -> tuple[int, Iterator[Row]]:
    # Imported once the limits apply; lxml's parser would lack the precautions.
    os.environ["OPENPYXL_LXML"] = "False"
    import openpyxl
    from openpyxl.utils.datetime import MAC_EPOCH
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from openpyxl.xml import DEFUSEDXML

    if not DEFUSEDXML:
        raise RuntimeError("defusedxml is missing")
    # The size that a file claims may be false, and finding the real one takes long.
    ReadOnlyWorksheet._get_size = ReadOnlyWorksheet.reset_dimensions
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    if not book.worksheets:
        raise RefusedError("not_workbook")
    sheet = book.worksheets[0]
    epoch = 1904 if book.epoch == MAC_EPOCH else 1900
    return epoch, workbook_rows(sheet, limits)


def workbook_rows(sheet, limits: dict) -> Iterator[Row]:
    """Yield the rows; give up on a long stretch of nothing but empty cells."""
    places = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        places += len(row)
        if number > limits["rows"] * SLACK:
            raise RefusedError("far_row", number=limits["rows"])
        if places > limits["rows"] * limits["columns"] * SLACK:
            raise RefusedError("far_column", number=limits["columns"])
        yield number, narrowed(row, limits["columns"])


def narrowed(row, columns: int) -> list[Cell]:
    """Return the cells up to a column, and one more if any follow it."""
    far = next((cell for cell in row[columns:] if cell.value is not None), None)
    cells = [typed(cell) for cell in row[:columns]]
    return cells if far is None else [*cells, typed(far)]


def typed(cell) -> Cell:
    """Return a cell of openpyxl as JSON-serialisable data."""
    value = cell.value
    if value is None or value == "":
        return None
    if cell.data_type == "f":
        return {"formula": str(getattr(value, "text", value))}
    if cell.data_type == "e":
        return {"error": str(value)}
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, datetime):
        if value.time() == time():
            return {"date": value.date().isoformat()}
        return value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, str):
        return ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
    return str(value)


def number(value: float) -> Cell:
    """Return a number by its digits; one that has lost digits becomes empty."""
    if not math.isfinite(value) or abs(value) >= EXACT:
        return {"number": ""}
    if value == int(value):
        return {"number": str(int(value))}
    return {"number": f"{value:.15g}"}


def csv_rows(content: bytes) -> Iterator[Row]:
    text = decoded(content)
    head = text[:10_000].partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    csv.field_size_limit(len(text) + 1)
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), 1):
        yield number, [value or None for value in row]


def decoded(content: bytes) -> str:
    """Decode a text from one of the encodings used for Chinese sheets."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        codes = ["utf-16"]
    elif b"\0" in content:
        codes = []
    else:
        codes = ["utf-8-sig", "gb18030"]
    for code in codes:
        try:
            return content.decode(code)
        except UnicodeDecodeError:
            continue
    raise RefusedError("encoding")


def within(rows: Iterator[Row], limits: dict) -> Iterator[Row]:
    """Yield the rows that hold anything, up to the limits.

    A few lines above the header are not counted as data.
    """
    kept = characters = 0
    most = limits["rows"] + limits["head"]
    for number, row in rows:
        if all(cell is None for cell in row):
            continue
        if kept >= most:
            raise RefusedError("rows")
        if number > most:
            raise RefusedError("far_row", number=limits["rows"])
        if any(cell is not None for cell in row[limits["columns"] :]):
            raise RefusedError("far_column", number=limits["columns"])
        characters += sum(map(size, row))
        if characters > limits["characters"]:
            raise RefusedError("too_heavy")
        kept += 1
        yield number, row[: limits["columns"]]


def size(cell: Cell) -> int:
    return len(cell) if isinstance(cell, str) else 8


def say(line: object) -> None:
    sys.stdout.write(f"{json.dumps(line)}\n")


def main() -> None:
    limits = json.loads(sys.argv[1])
    confine(limits)
    try:
        epoch, rows = read(sys.stdin.buffer.read(), limits["name"], limits)
        say({"epoch": epoch})
        for row in within(rows, limits):
            say(row)
        last: dict = {"end": True}
    except RefusedError as refused:
        last = {"code": refused.code, "params": refused.params}
    except MemoryError:
        last = {"code": "too_heavy"}
    except Exception:
        # Parsers of broken archives and broken XML share no base class.
        last = {"code": "not_workbook"}
    say(last)


if __name__ == "__main__":
    main()
