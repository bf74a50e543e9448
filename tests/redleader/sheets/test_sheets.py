import csv
import json
import resource
import subprocess
import sys
import time
import zipfile
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl.utils.datetime import MAC_EPOCH

from redleader.records.column import Column, Kind
from redleader.sheets import incoming
from redleader.sheets.incoming import (
    CELL_MESSAGES,
    MESSAGES,
    RowError,
    SheetRow,
    parse_day,
    read_sheet,
)
from redleader.sheets.workbook import CONTENT_TYPE, Book, answer
from tests import hostile_sheets as hostile
from tests.workbooks import assert_is_guarded

NAME, DAY = Column("名称", is_required=True), Column("日期", Kind.DATE)
COLUMNS = [NAME, DAY]
PREFIXES = ["=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20"]
TRIGGERS = [
    *(f"{prefix}1+1" for prefix in PREFIXES),
    "=cmd|'/c calc'!A0",
    "@SUM(1+1)*cmd|'/c calc'!A0",
    '=HYPERLINK("https://example.invalid","点这里")',
    '=WEBSERVICE("https://example.invalid")',
    '=IMPORTXML("https://example.invalid","//a")',
    "{=1+1}",
    " =1+1",
    "\u3000=1+1",
    "'=1+1",
    '"=1+1"',
    "\u200b=1+1",
    "\ufeff=1+1",
    "\r\n=1+1",
    "\t\t=1+1",
    "#N/A",
    "-2+3",
    "_x000D_=1+1",
    "=",
]


def upload(content, name="荣誉.xlsx"):
    return SimpleUploadedFile(name, content)


def written(columns, rows, **options):
    """Return the bytes of a workbook with one table."""
    book = Book()
    book.add_table("表", columns, rows, **options)
    return answer(book, "表").content


def errors_of(sheet):
    return [error for row in sheet for error in row.errors]


def wide(text):
    """Return text in full width."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


def opened(content):
    return openpyxl.load_workbook(BytesIO(content)).worksheets[0]


# Out


def test_written_cells_keep_their_kind():
    columns = [
        Column("名称", value=lambda row: row[0]),
        Column("个数", Kind.INTEGER, value=lambda row: row[1]),
        Column("金额", Kind.DECIMAL, value=lambda row: row[2]),
        Column("日期", Kind.DATE, value=lambda row: row[3]),
        Column("时间", Kind.DATETIME, value=lambda row: row[4]),
    ]
    at = timezone.make_aware(datetime(2026, 3, 15, 14, 30))
    rows = [["甲", 3, Decimal("12.50"), date(2026, 3, 15), at], ["乙", *[None] * 4]]

    content = written(
        columns, rows, title="荣誉榜", lines=["县工商联", "截至 2026-11-24"]
    )

    sheet = opened(content)
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["荣誉榜", None, None, None, None],
        ["县工商联", None, None, None, None],
        ["截至 2026-11-24", None, None, None, None],
        ["名称", "个数", "金额", "日期", "时间"],
        ["甲", 3, 12.5, datetime(2026, 3, 15), datetime(2026, 3, 15, 14, 30)],
        ["乙", None, None, None, None],
    ]
    assert [cell.number_format for cell in sheet[5]] == [
        "@",
        "0",
        "#,##0.00",
        "yyyy-mm-dd",
        "yyyy-mm-dd hh:mm",
    ]


def test_written_sheet_is_ready_to_be_printed():
    sheet = opened(written(COLUMNS, [], title="荣誉榜"))

    assert sheet.freeze_panes == "A3"
    assert sheet.auto_filter.ref == "A2:B2"
    assert sheet.print_title_rows == "$2:$2"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (
        9,
        "landscape",
    )
    # As wide as a page, which is what a file without a width means.
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet["A2"].font.bold
    assert sheet["A2"].value == "名称*"


def test_choices_are_offered():
    column = Column("级别", choices=("县级", "市级"))
    sheet = opened(written([column], []))

    (offer,) = sheet.data_validations.dataValidation
    assert (offer.formula1, str(offer.sqref)) == ('"县级,市级"', "A2:A5001")


def test_no_text_becomes_a_formula():
    assert len(TRIGGERS) >= 26
    column = Column("名称", value=lambda text: text)

    content = written([column, DAY], TRIGGERS, title=TRIGGERS[0], lines=TRIGGERS)

    cells = [cell for row in opened(content).iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    with zipfile.ZipFile(BytesIO(content)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    # Who edits such a cell makes no formula of it either.
    assert_is_guarded(content)
    # The text comes back as it was, letter by letter.
    content = written([column, DAY], TRIGGERS)
    rows = read_sheet(upload(content), COLUMNS)
    assert [row.values["名称"] for row in rows] == TRIGGERS


@pytest.mark.parametrize(
    "text", ["\0甲\x07", "甲\ud800", "\ufffe\uffff甲", "甲" * 40_000, "𠮷", ""]
)
def test_what_a_workbook_cannot_hold_is_left_out(text):
    column = Column("名称", value=lambda row: row)

    value = opened(written([column], [text]))["A2"].value

    kept = "".join(c for c in text if c in "甲𠮷")[:32_767]
    assert value == (kept or None)


def test_answer_is_a_file_that_nobody_keeps():
    book = Book()
    book.add_table("表", COLUMNS, [])
    response = answer(book, "荣誉榜")

    assert response["Content-Type"] == CONTENT_TYPE
    assert "filename*=utf-8''%E8%8D%A3" in response["Content-Disposition"]
    assert response["Cache-Control"] == "private, no-store"


# In


@pytest.mark.parametrize("case", hostile.CASES, ids=lambda case: case.label)
def test_hostile_sheet_is_refused_in_time(case):
    content = case.build()
    started = time.monotonic()

    try:
        result = read_sheet(upload(content, case.name), COLUMNS)
    except ValidationError as error:
        result = error

    # The machine may be busy; the reader itself has five seconds of the processor.
    assert time.monotonic() - started < 20
    if case.message:
        assert isinstance(result, ValidationError), result
        (said,) = result.messages
        assert said.startswith(case.expected(5000))
        assert MESSAGES[result.code][0] == result.params["bad_input"]
        assert not any(leak in said for leak in hostile.LEAKS)
    else:
        assert [error.text for error in errors_of(result)] == list(case.errors)


def test_cases_cover_every_message():
    said = [case.message or "" for case in hostile.CASES]
    assert len([c for c in hostile.CASES if c.name.endswith(".xlsx")]) >= 20
    assert len([c for c in hostile.CASES if c.name.endswith(".csv")]) >= 10
    for code, (_, message) in MESSAGES.items():
        begin = message.partition("%")[0][:6]
        heads = ("缺少列", "多出列", "重复列")
        assert any(
            text.startswith(heads if code == "header" else begin) for text in said
        ), code
    errors = [text for case in hostile.CASES for text in case.errors]
    for message in CELL_MESSAGES.values():
        assert any(message.partition("{")[0] in text for text in errors)


def test_the_reader_knows_neither_us_nor_our_secrets():
    told = json.dumps(vars(incoming.SHEET_LIMITS) | {"name": "a.csv"})
    script = (
        "import os, runpy, sys; sys.argv = [sys.argv[1], sys.argv[2]];"
        "runpy.run_path(sys.argv[0], run_name='__main__');"
        "print(sorted(os.environ), 'django' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", script, str(incoming.READER), told],
        input=b"a,b",
        capture_output=True,
        check=True,
        env={},
    )
    assert done.stdout.endswith(b"['LC_CTYPE'] False\n") or done.stdout.endswith(
        b"[] False\n"
    )


def test_memory_of_the_reader_is_limited():
    confined = (
        "import runpy, sys, json, resource;"
        "reader = runpy.run_path(sys.argv[1]);"
        "reader['confine'](json.loads(sys.argv[2]));"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0],"
        " resource.getrlimit(resource.RLIMIT_CPU)[0])"
    )
    told = json.dumps(vars(incoming.SHEET_LIMITS))
    done = subprocess.run(
        [sys.executable, "-I", "-c", confined, str(incoming.READER), told],
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.split() == [str(300 * 1024**2), "5"]
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != 300 * 1024**2


def test_endless_work_is_ended():
    limits = incoming.SheetLimits(seconds=1, rows=1_000_000, characters=10**9)

    with pytest.raises(ValidationError) as refused:
        read_sheet(upload(hostile.many_rows(400_000)), COLUMNS, limits=limits)

    assert refused.value.messages == [hostile.TOO_HEAVY]


def test_too_little_memory_is_told():
    limits = incoming.SheetLimits(memory=16 * 1024**2)

    with pytest.raises(ValidationError) as refused:
        read_sheet(upload(hostile.book()), COLUMNS, limits=limits)

    assert refused.value.code in ("too_heavy", "not_workbook")


def test_rows_come_by_the_labels_of_their_columns():
    rows = [
        ["甲商会", date(2026, 3, 15)],
        [13800138000, "2026年3月15日"],
        [None, None],
        ["乙\n商会", 45231],
        ["\u3000 ", " 2026/3/5 "],
        [0.1 + 0.2, "20260315"],
        [True, wide("2026.3.15")],
    ]
    sheet = read_sheet(upload(hostile.book(rows)), COLUMNS)

    assert list(sheet) == (
        [
            SheetRow(2, {"名称": "甲商会", "日期": date(2026, 3, 15)}),
            SheetRow(3, {"名称": "13800138000", "日期": date(2026, 3, 15)}),
            SheetRow(5, {"名称": "乙\n商会", "日期": date(2023, 11, 1)}),
            SheetRow(6, {"名称": "", "日期": date(2026, 3, 5)}),
            SheetRow(7, {"名称": "0.3", "日期": date(2026, 3, 15)}),
            SheetRow(8, {"名称": "TRUE", "日期": date(2026, 3, 15)}),
        ]
    )


def test_number_in_the_way_of_science_is_read_when_exact():
    content = hostile.cell_xml('<c r="A2"><v>1.38001380000E+10</v></c>')

    (row,) = read_sheet(upload(content), COLUMNS)

    assert row.values["名称"] == "13800138000"


def test_days_of_an_old_macintosh_are_read_rightly():
    book = openpyxl.Workbook()
    book.epoch = MAC_EPOCH
    book.active.append(["名称", "日期"])
    book.active.append(["甲", date(2026, 3, 15)])
    book.active.append(["乙", 44634])
    content = BytesIO()
    book.save(content)

    rows = read_sheet(upload(content.getvalue()), COLUMNS)

    assert [row.values["日期"] for row in rows] == [date(2026, 3, 15)] * 2


def test_header_is_found_below_a_title():
    content = written(
        [
            Column("名称", value=lambda row: row, is_required=True),
            Column("日期", Kind.DATE, value=lambda row: date(2026, 3, 15)),
        ],
        ["甲"],
        title="荣誉榜",
        lines=["县工商联", "截至 2026-11-24"],
    )

    assert list(read_sheet(upload(content), COLUMNS)) == (
        [SheetRow(5, {"名称": "甲", "日期": date(2026, 3, 15)})]
    )


def test_columns_may_stand_in_any_order_and_some_are_passed_over():
    content = hostile.book([["缺名称", None, "甲"]], ["问题", "日期", " 名 称（必填）"])

    with pytest.raises(ValidationError, match="多出列“问题”。请使用最新模板（11月版）"):
        read_sheet(upload(content), COLUMNS, edition="11月")
    assert list(read_sheet(upload(content), COLUMNS, ignored=["问题"])) == (
        [SheetRow(2, {"名称": "甲", "日期": None})]
    )


def test_all_errors_come_at_once():
    content = hostile.book([["=1+1", "昨天"], ["甲", None], ["长" * 2001, None]])

    sheet = read_sheet(upload(content), COLUMNS)

    assert [row.values["名称"] for row in sheet] == ["", "甲", ""]
    assert errors_of(sheet) == [
        RowError(2, "名称", "第 2 行“名称”是公式，请“粘贴为数值”后再导入。"),
        RowError(
            2,
            "日期",
            "第 2 行“日期”：日期无效，请按“年-月-日”填写，例如 2026-03-15。",
        ),
        RowError(4, "名称", "第 4 行“名称”最多 2000 个字，现有 2001 个字。"),
    ]


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_every_usual_encoding(code, delimiter):
    text = StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([["名称", "日期"], ["上杭,甲;商会", "2026/3/15"], ["=1+1", ""]])

    sheet = read_sheet(upload(text.getvalue().encode(code), "荣誉.CSV"), COLUMNS)

    assert list(sheet) == (
        [
            SheetRow(2, {"名称": "上杭,甲;商会", "日期": date(2026, 3, 15)}),
            SheetRow(3, {"名称": "=1+1", "日期": None}),
        ]
    )


def test_rows_are_limited_by_the_reader_of_the_noun():
    limits = incoming.SheetLimits(rows=2)

    assert len(list(read_sheet(upload(hostile.many_rows(2)), COLUMNS, limits=limits)))
    with pytest.raises(ValidationError, match="超过 2 行上限"):
        read_sheet(upload(hostile.many_rows(3)), COLUMNS, limits=limits)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", None),
        ("2026-3-5", date(2026, 3, 5)),
        ("2026.03.05", date(2026, 3, 5)),
        ("2026年3月5日", date(2026, 3, 5)),
        ("2026-03-05 00:00:00", date(2026, 3, 5)),
        ("45231", date(2023, 11, 1)),
    ],
)
def test_parse_day(text, day):
    assert parse_day(text) == day


@pytest.mark.parametrize(
    "text", ["昨天", "2026-02-30", "26-3-5", "99999", "00001", "2026-3", "1" * 9000]
)
def test_parse_day_refuses(text):
    with pytest.raises(ValueError, match="日期无效"):
        parse_day(text)
