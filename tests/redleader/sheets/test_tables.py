"""Files for machines: no formula, nothing lost, a dictionary of every column."""

import csv
import io
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ninja import Schema

from redleader.sheets.tables import (
    BOM,
    Number,
    column,
    csv_lines,
    dictionary,
    json_lines,
    safe_text,
)
from redleader.sheets.workbook import TRIGGERS


class Row(Schema):
    name: str = column("名称。")
    amount: Number | None = column("金额。", unit="万元")
    day: date | None = column("日期。")
    is_open: bool = column("是否公开。")


ROW = Row(name='甲,"乙"\n丙', amount=1.5, day=date(2026, 3, 15), is_open=True)
EMPTY = Row(name="", amount=None, day=None, is_open=False)


def test_csv_is_utf_8_with_bom_and_rfc_4180():
    assert "".join(csv_lines(Row, [ROW, EMPTY])) == (
        f'{BOM}"name","amount","day","is_open"\r\n'
        '"甲,""乙""\n丙",1.5,"2026-03-15","true"\r\n'
        '"","","","false"\r\n'
    )


def test_json_has_the_same_rows():
    text = "".join(json_lines({"name": "表"}, [ROW, EMPTY]))

    assert json.loads(text) == {
        "name": "表",
        "rows": [
            {"name": ROW.name, "amount": 1.5, "day": "2026-03-15", "is_open": True},
            {"name": "", "amount": None, "day": None, "is_open": False},
        ],
    }
    assert json.loads("".join(json_lines({"name": "表"}, [])))["rows"] == []


def test_dictionary_says_what_each_column_is():
    assert [tuple(column.values()) for column in dictionary(Row)] == [
        ("name", "名称。", "", "文本", "必有"),
        ("amount", "金额。", "万元", "数字", "可空"),
        ("day", "日期。", "", "日期", "可空"),
        ("is_open", "是否公开。", "", "是否", "必有"),
    ]


@pytest.mark.parametrize(
    "text", [*(f"{sign}1" for sign in TRIGGERS), "  =1", "\u3000\uff1d1", "\ufeff@x"]
)
def test_text_never_becomes_a_formula(text):
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "商会", "1-2", "a=b", "'=1"])
def test_other_text_stays(text):
    assert safe_text(text) == text


@given(st.text())
def test_csv_gives_back_what_was_written(text):
    text = text.replace("\0", "")
    row = ROW.model_copy(update={"name": text})
    file = io.StringIO("".join(csv_lines(Row, [row])).removeprefix(BOM), newline="")

    (read,) = csv.DictReader(file)

    assert read["name"].removeprefix("'") == text.removeprefix("'")
    assert not read["name"].lstrip().startswith(TRIGGERS)
