"""Tables for programs: one description of a row for JSON, CSV and their dictionary."""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from types import NoneType
from typing import Any, get_args

from django.core.serializers.json import DjangoJSONEncoder
from ninja import Field, Schema

from redleader.records.forms import ZERO_WIDTH
from redleader.sheets.workbook import TRIGGERS

BOM = "\ufeff"  # without it Excel reads UTF-8 as GBK
QUOTE = "'"
BLANKS = ZERO_WIDTH + " \u3000\xa0"
KINDS = {str: "文本", int: "整数", float: "数字", bool: "是否", date: "日期"}

Number = int | float


def column(meaning: str, *, unit: str = "") -> Any:
    """Return the field of a column: its meaning and its unit."""
    return Field(description=meaning, json_schema_extra={"unit": unit} if unit else {})


def number_of(value: Decimal | int) -> Number:
    """Return an amount as JSON writes it: whole when it is whole."""
    return int(value) if value == int(value) else float(value)


def dictionary(schema: type[Schema]) -> list[dict[str, str]]:
    """Return the id, meaning, unit and type of every column, and if it may be empty."""
    found = []
    for name, field in schema.model_fields.items():
        parts = get_args(field.annotation) or (field.annotation,)
        kinds = [kind for kind in parts if kind is not NoneType]
        extra = field.json_schema_extra
        found.append(
            {
                "id": name,
                "meaning": field.description or "",
                "unit": str(extra.get("unit", "")) if isinstance(extra, dict) else "",
                "type": KINDS[kinds[-1]],
                "empty": "可空" if NoneType in parts else "必有",
            }
        )
    return found


def safe_text(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: preceded by an apostrophe.

    We skip whatever Excel and WPS skip before they look for a sign.
    """
    first = text.lstrip(BLANKS)
    return QUOTE + text if first.startswith(TRIGGERS) else text


def cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return safe_text(value) if isinstance(value, str) else value


class Echo:
    """Stands in for a file: returns each line that is written."""

    def write(self, text: str) -> str:
        return text


def csv_lines(schema: type[Schema], rows: Iterable[Schema]) -> Iterator[str]:
    """Yield a CSV file line by line: UTF-8 with BOM, RFC 4180, text quoted.

    Quoted text stays one cell even if a program splits at semicolons.
    """
    writer = csv.writer(Echo(), quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    yield BOM + writer.writerow(list(schema.model_fields))
    for row in rows:
        yield writer.writerow([cell(value) for value in row.model_dump().values()])


def json_lines(head: dict[str, Any], rows: Iterable[Schema]) -> Iterator[str]:
    """Yield a JSON object line by line: the head, then ``rows``."""
    for name, value in head.items():
        start = "{\n" if name == next(iter(head)) else ""
        yield f"{start}{to_json(name)}: {to_json(value)},\n"
    yield '"rows": ['
    comma = ""
    for row in rows:
        yield f"{comma}\n{to_json(row.model_dump())}"
        comma = ","
    yield "\n]}\n"


def to_json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
