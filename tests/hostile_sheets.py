"""Hostile and odd sheets, built in memory: what each is called and must be told."""

import random
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO

from openpyxl import Workbook

NOT_WORKBOOK = "文件不是有效的 Excel 工作簿（.xlsx），请用本系统下载的模板填写后上传。"
OLD_FORMAT = "不支持 .xls/.et 旧格式，请在 Excel 或 WPS 中“另存为” .xlsx 后上传。"
PASSWORD = "工作簿设有打开密码，请取消密码后上传。"
MACROS = "不接受含宏的工作簿，请另存为 .xlsx 后上传。"
BOMB = "文件解压后过大（上限 50 MB），未导入。"
TOO_HEAVY = "文件内容超出一次读取的上限，未导入。请删除多余的行列，或拆分后分次导入。"
TOO_LARGE = "文件大小 5.1 MB，超过 5 MB 上限，请拆分后分次导入。"
ROWS = "数据行数超过 {rows} 行上限，请拆分后分次导入。"
FAR_ROW = "发现第 {rows} 行以后仍有内容，请删除多余的行列。"
FAR_COLUMN = "发现第 50 列以后仍有内容，请删除多余的行列。"
NO_ROWS = "表中没有数据，请在表头下面逐行填写后上传。"
ENCODING = "无法识别文件编码，请另存为 UTF-8 或 .xlsx。"

TAKEN = None

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
HEADER = ["名称", "日期"]
# What must never come back: a path, the name of a class, the secret of a host.
LEAKS = ["/etc", "/usr", "root:", "Error", "Traceback", "openpyxl", "site-packages"]
PASSWD = "file:///etc/passwd"


@dataclass(frozen=True)
class Case:
    """One upload; it is refused with these words, or ends in errors of cells.

    Words of a header are only the beginning of what is said.
    """

    label: str
    name: str
    build: Callable[..., bytes]
    message: str | None = None
    errors: tuple[str, ...] = ()

    def expected(self, rows):
        return self.message and self.message.format(rows=rows)


def book(rows=(["云溪商会", "2026-03-15"],), header=None):
    """Return a small honest workbook."""
    made = Workbook()
    for row in [header or HEADER, *rows]:
        made.active.append(row)
    content = BytesIO()
    made.save(content)
    return content.getvalue()


def with_parts(parts, content=None, *, compression=zipfile.ZIP_DEFLATED):
    """Return a workbook in which parts are put in, or in the place of others."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content or book())) as source,
        zipfile.ZipFile(out, "w", compression) as target,
    ):
        for name in source.namelist():
            if name not in parts:
                target.writestr(name, source.read(name))
        for name, text in parts.items():
            target.writestr(name, text)
    return out.getvalue()


def part(content, name):
    with zipfile.ZipFile(BytesIO(content)) as package:
        return package.read(name).decode()


def inline(reference, text):
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def header_row():
    cells = "".join(inline(f"{'ABCDEFGH'[n]}1", text) for n, text in enumerate(HEADER))
    return f'<row r="1">{cells}</row>'


def with_sheet(rows, *, before="", dimension="A1:B2", prolog="", header=True):
    """Return a workbook whose sheet has these rows of XML below the header."""
    head = header_row() if header else ""
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<worksheet xmlns="{MAIN}">'
        f'<dimension ref="{dimension}"/>{before}<sheetData>{head}{rows}</sheetData>'
        "</worksheet>"
    )
    return with_parts({SHEET: text})


def data_row(number, text="云溪商会"):
    return f'<row r="{number}">{inline(f"A{number}", text)}</row>'


def entities():
    """Return a document type of a billion laughs."""
    lines = ['<!ENTITY a0 "哈哈哈哈哈哈哈哈哈哈">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    return f"<!DOCTYPE worksheet [{''.join(lines)}]>"


def external(text="&x;"):
    prolog = f'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "{PASSWD}">]>'
    return with_sheet(data_row(2, text), prolog=prolog)


def external_in_utf16():
    """Return the same spelled so that a search for ASCII does not find it."""
    text = part(external(), SHEET).replace("UTF-8", "UTF-16")
    return with_parts({SHEET: text.encode("utf-16")})


def external_in_strings():
    text = (
        f'<!DOCTYPE sst [<!ENTITY x SYSTEM "{PASSWD}">]>'
        f'<sst xmlns="{MAIN}"><si><t>&x;</t></si></sst>'
    )
    return with_strings(text)


def with_strings(text, content=None):
    """Return a workbook with this table of shared strings."""
    content = content or book()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}+xml"/>'
    types = part(content, "[Content_Types].xml")
    return with_parts(
        {
            "[Content_Types].xml": types.replace("</Types>", f"{override}</Types>"),
            "xl/sharedStrings.xml": text,
        },
        content,
    )


def zeros(megabytes):
    """Return a workbook with a sheet of so many megabytes of blanks."""
    filler = " " * megabytes * 1024 * 1024
    return with_sheet(data_row(2) + filler)


def lying_size(megabytes=60):
    """Return a bomb whose directory says that it is small."""
    content = bytearray(zeros(megabytes))
    true = struct.pack("<I", int.from_bytes(size_of(content, SHEET), "little"))
    small = struct.pack("<I", 1000)
    return bytes(content).replace(true, small)


def size_of(content, name):
    with zipfile.ZipFile(BytesIO(content)) as package:
        return struct.pack("<I", package.getinfo(name).file_size)


def many_parts(count=60_000):
    """Return an archive of countless empty parts, at most 5 MB of it."""
    return with_parts(
        {f"{n}": b"" for n in range(count)}, compression=zipfile.ZIP_STORED
    )


def many_rows(count):
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2, count + 2)
    )
    return with_sheet(rows)


def blank_rows(count):
    """Return rows of styled cells in which there is nothing."""
    rows = "".join(f'<row r="{n}"><c r="A{n}"/></row>' for n in range(2, count))
    return with_sheet(rows + data_row(count))


def wide_rows(count=5000):
    """Return rows that each end in an empty cell of the last column there is."""
    rows = "".join(
        f'<row r="{n}">{inline(f"A{n}", "甲")}<c r="XFD{n}"/></row>'
        for n in range(2, count)
    )
    return with_sheet(rows)


def repeated_string(count=5000):
    """Return one long shared string that fills two hundred thousand cells."""
    letters = [chr(65 + n) for n in range(26)] + [f"A{chr(65 + n)}" for n in range(24)]
    rows = "".join(
        f'<row r="{n}">'
        + "".join(f'<c r="{letter}{n}" t="s"><v>0</v></c>' for letter in letters)
        + "</row>"
        for n in range(2, count)
    )
    text = f'<sst xmlns="{MAIN}"><si><t>{"长" * 30_000}</t></si></sst>'
    return with_strings(text, with_sheet(rows))


def deep(levels=200_000):
    return with_sheet("<a>" * levels + "</a>" * levels)


def attributes(count=200_000):
    names = " ".join(f'a{n}="1"' for n in range(count))
    return with_sheet(f'<row r="2" {names}>{inline("A2", "甲")}</row>')


def noise(length=20_000):
    return random.Random(1).randbytes(length)


def macro():
    return with_parts({"xl/vbaProject.bin": noise()})


def macro_type():
    types = part(book(), "[Content_Types].xml").replace(
        "spreadsheetml.sheet.main", "sheet.macroEnabled.main"
    )
    return with_parts(
        {
            "[Content_Types].xml": types.replace(
                "openxmlformats-officedocument.sheet.macroEnabled",
                "ms-excel.sheet.macroEnabled",
            )
        }
    )


def without_workbook():
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("读我.txt", "不是工作簿")
    return out.getvalue()


def encrypted_entry():
    """Return a workbook whose parts say that they are locked."""
    content = bytearray(book())
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(magic)
        while start >= 0:
            content[start + at] |= 1
            start = content.find(magic, start + 4)
    return bytes(content)


def ole(stream):
    return OLE + bytes(504) + stream.encode("utf-16-le") + bytes(2000)


def csv(text, code="utf-8"):
    return text.encode(code)


def cell_xml(cell):
    return with_sheet(f'<row r="2">{cell}</row>')


def formula():
    return book([["=1+1", "2026-03-15"]])


XLSX = "荣誉.xlsx"
HTML = "<html><table><tr><td>名称</td></tr></table></html>".encode()
CASES = [
    Case("empty", XLSX, bytes, NOT_WORKBOOK),
    Case("text", XLSX, "名称,日期".encode, NOT_WORKBOOK),
    Case("html table", XLSX, lambda: HTML, NOT_WORKBOOK),
    Case("noise", XLSX, noise, NOT_WORKBOOK),
    Case("zip magic and noise", XLSX, lambda: b"PK\x03\x04" + noise(), NOT_WORKBOOK),
    Case("truncated", XLSX, lambda: book()[:3000], NOT_WORKBOOK),
    Case("without workbook", XLSX, without_workbook, NOT_WORKBOOK),
    Case("another ending", "荣誉.docx", without_workbook, NOT_WORKBOOK),
    Case("not xml", XLSX, lambda: with_parts({SHEET: noise()}), NOT_WORKBOOK),
    Case("old xls", "荣誉.xls", lambda: ole("Workbook"), OLD_FORMAT),
    Case("old et", "荣誉.et", lambda: ole("Workbook"), OLD_FORMAT),
    Case("old xls renamed", XLSX, lambda: ole("Workbook"), OLD_FORMAT),
    Case("html named xls", "荣誉.xls", lambda: HTML, OLD_FORMAT),
    Case("password", XLSX, lambda: ole("EncryptedPackage"), PASSWORD),
    Case("locked entries", XLSX, encrypted_entry, PASSWORD),
    Case("xlsm", "荣誉.xlsm", macro, MACROS),
    Case("macro renamed", XLSX, macro, MACROS),
    Case("macro type", XLSX, macro_type, MACROS),
    Case("bomb", XLSX, partial(zeros, 60), BOMB),
    Case("ratio", XLSX, partial(zeros, 40), BOMB),
    Case("bomb that lies", XLSX, lying_size, NOT_WORKBOOK),
    Case("60000 parts", XLSX, many_parts, BOMB),
    Case("201 parts", XLSX, partial(many_parts, 201), BOMB),
    Case("too large", XLSX, lambda: b"PK\x03\x04" + bytes(5 * 1024**2), TOO_LARGE),
    Case(
        "billion laughs",
        XLSX,
        lambda: with_sheet(data_row(2, "&a9;"), prolog=entities()),
        NOT_WORKBOOK,
    ),
    Case("external entity", XLSX, external, NOT_WORKBOOK),
    Case("external in utf-16", XLSX, external_in_utf16, NOT_WORKBOOK),
    Case("external in strings", XLSX, external_in_strings, NOT_WORKBOOK),
    Case("5001 rows", XLSX, partial(many_rows, 5001), ROWS),
    Case("200000 rows", XLSX, partial(many_rows, 200_000), ROWS),
    Case("1000000 rows", XLSX, partial(many_rows, 1_000_000), ROWS),
    Case(
        "XFD1048576",
        XLSX,
        lambda: with_sheet(
            data_row(2) + f'<row r="1048576">{inline("XFD1048576", "远")}</row>'
        ),
        FAR_ROW,
    ),
    Case(
        "XFD2",
        XLSX,
        lambda: with_sheet(
            f'<row r="2">{inline("A2", "甲")}{inline("XFD2", "远")}</row>'
        ),
        FAR_COLUMN,
    ),
    Case(
        "false dimension",
        XLSX,
        lambda: with_sheet("", dimension="A1:XFD1048576"),
        NO_ROWS,
    ),
    Case("blank rows", XLSX, partial(blank_rows, 300_000), FAR_ROW),
    Case("wide rows", XLSX, wide_rows, FAR_COLUMN),
    Case("repeated string", XLSX, repeated_string, TOO_HEAVY),
    Case("deep", XLSX, deep, BOMB),
    # Odd, but nothing in it does harm.
    Case("attributes", XLSX, attributes, TAKEN),
    Case("no sheet data", XLSX, lambda: book([]), NO_ROWS),
    Case("empty sheet", XLSX, lambda: with_sheet("", header=False), "缺少列"),
    Case("no header", XLSX, lambda: book([], ["云溪商会", "甲"]), "缺少列"),
    Case("missing column", XLSX, lambda: book([["甲"]], ["名称"]), "缺少列“日期”"),
    Case(
        "wrong columns",
        XLSX,
        lambda: book([["甲", "", "1"]], ["名称", "时间", "电话"]),
        "缺少列“日期”；多出列“时间”、“电话”",
    ),
    Case(
        "double column",
        XLSX,
        lambda: book([["甲", "", "乙"]], ["名称", "日期", "名称 *"]),
        "重复列“名称”",
    ),
    Case(
        "column without a name",
        XLSX,
        lambda: book([["甲", "", "乙"]], ["名称", "日期", None]),
        "多出列“（第 C 列没有列名）”",
    ),
    Case(
        "formula",
        XLSX,
        formula,
        None,
        ("第 2 行“名称”是公式，请“粘贴为数值”后再导入。",),
    ),
    Case(
        "array formula",
        XLSX,
        lambda: cell_xml('<c r="A2"><f t="array" ref="A2">1+1</f><v>2</v></c>'),
        None,
        ("第 2 行“名称”是公式，请“粘贴为数值”后再导入。",),
    ),
    Case(
        "dde",
        XLSX,
        lambda: book([["=cmd|'/c calc'!A0", None]]),
        None,
        ("第 2 行“名称”是公式，请“粘贴为数值”后再导入。",),
    ),
    Case(
        "error value",
        XLSX,
        lambda: cell_xml('<c r="A2" t="e"><v>#N/A</v></c>'),
        None,
        ("第 2 行“名称”是错误值（#N/A），请改正。",),
    ),
    Case(
        "number that lost digits",
        XLSX,
        lambda: cell_xml('<c r="A2"><v>3.50823199001011E+17</v></c>'),
        None,
        ("第 2 行“名称”格式应为文本，请改正。",),
    ),
    Case(
        "not a number",
        XLSX,
        lambda: cell_xml('<c r="A2"><v>1e999</v></c>'),
        None,
        ("第 2 行“名称”格式应为文本，请改正。",),
    ),
    Case(
        "number of 5000 digits",
        XLSX,
        lambda: cell_xml(f"<c r='A2'><v>{'9' * 5000}</v></c>"),
        NOT_WORKBOOK,
    ),
    Case(
        "string of nowhere",
        XLSX,
        lambda: cell_xml('<c r="A2" t="s"><v>9999</v></c>'),
        NOT_WORKBOOK,
    ),
    Case(
        "impossible date",
        XLSX,
        lambda: book([["甲", "2026-02-30"]]),
        None,
        ("第 2 行“日期”：日期无效，请按“年-月-日”填写，例如 2026-03-15。",),
    ),
    Case(
        "date out of range",
        XLSX,
        lambda: book([["甲", 99999]]),
        None,
        ("第 2 行“日期”：日期无效，请按“年-月-日”填写，例如 2026-03-15。",),
    ),
    Case(
        "long cell",
        XLSX,
        lambda: book([["长" * 2001, None]]),
        None,
        ("第 2 行“名称”最多 2000 个字，现有 2001 个字。",),
    ),
    Case(
        "control characters",
        XLSX,
        lambda: cell_xml(inline("A2", "甲_x0000_乙")),
        None,
        ("第 2 行“名称”含有无法显示的字符，请删除后重试。",),
    ),
    Case(
        "lone surrogate",
        XLSX,
        lambda: cell_xml(inline("A2", "甲_xD800_")),
        None,
        ("第 2 行“名称”含有无法显示的字符，请删除后重试。",),
    ),
    Case("csv empty", "荣誉.csv", bytes, "缺少列"),
    Case("csv of noise", "荣誉.csv", noise, ENCODING),
    Case(
        "csv utf-16 cut",
        "荣誉.csv",
        lambda: csv("名称,日期\n甲,", "utf-16")[:-1],
        ENCODING,
    ),
    Case(
        "csv utf-32", "荣誉.csv", lambda: csv("名称,日期\n甲,", "utf-32-be"), ENCODING
    ),
    Case("csv workbook", "荣誉.csv", lambda: macro(), MACROS),
    Case("csv one line", "荣誉.csv", lambda: csv("a," * 2_000_000), FAR_COLUMN),
    Case(
        "csv open quote", "荣誉.csv", lambda: csv('名称,日期\n"' + "a\n" * 1000), TAKEN
    ),
    Case(
        "csv 5001 rows", "荣誉.csv", lambda: csv("名称,日期\n" + "甲,\n" * 5001), ROWS
    ),
    Case(
        "csv wide",
        "荣誉.csv",
        lambda: csv("名称,日期\n甲" + "," * 60 + "远"),
        FAR_COLUMN,
    ),
    Case(
        "csv control characters",
        "荣誉.csv",
        lambda: csv("名称,日期\n甲\x1b[31m,"),
        None,
        ("第 2 行“名称”含有无法显示的字符，请删除后重试。",),
    ),
]
