"""Templates of staff: checked on upload, filled in on request."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import openpyxl
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from docx import Document
from docxtpl import DocxTemplate
from jinja2.sandbox import SandboxedEnvironment

from activities.models import ReportTemplate
from activities.models.template import TemplateKind
from activities.papers.placeholder import Span, known_names, values_of
from redleader.sheets.incoming import SHEET_LIMITS
from redleader.sheets.reader import RefusedError, check_package
from redleader.sheets.workbook import TRIGGERS, as_text
from redleader.uploads.photos import clean_name

MAX_BYTES = 2 * 1024 * 1024
PLACE = re.compile(r"\{\{\s*([^{}%#]*?)\s*\}\}")
LOOSE = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
NAME = re.compile(r"\w+")
REFUSALS = {
    "password": "文件设有打开密码，请取消密码后上传。",
    "macros": "不接受含宏的文件，请另存为 .docx 或 .xlsx 后上传。",
    "bomb": "文件解压后过大，未保存。",
}
BROKEN = "文件已损坏或不是 Word（.docx）、Excel（.xlsx）文件，请重新保存后上传。"
MAIN_PARTS = {
    TemplateKind.WORD: "word/document.xml",
    TemplateKind.EXCEL: "xl/workbook.xml",
}


@dataclass
class CheckedTemplate:
    """A file that passed, with its placeholders in order."""

    kind: TemplateKind
    content: bytes
    names: list[str] = field(default_factory=list)


def check_template(upload: UploadedFile) -> CheckedTemplate:
    """Return a template with its placeholders, or say in Chinese what is wrong.

    All broken and unknown placeholders are reported at once, with their places.
    """
    name = clean_name(upload.name or "")
    upload.seek(0)
    content = upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValidationError(
            "文件超过 2 MB 上限，请删去图片后再上传。", code="too_large"
        )
    kind = kind_of(name, content)
    try:
        texts = list(texts_of(kind, content))
    except Exception as error:  # Whatever error the reader raises, the file is broken.
        raise ValidationError(BROKEN, code="broken") from error
    checked, known = CheckedTemplate(kind, content), known_names()
    faults = []
    for place, text in texts:
        rest = PLACE.sub("", text)
        if LOOSE.search(rest):
            faults.append(
                f"{place}“{short(text)}”里的占位符没有写完整，应写作 {{{{名称}}}}。"
            )
        for match in PLACE.finditer(text):
            word = match[1]
            if not NAME.fullmatch(word) or word not in known:
                faults.append(f"{place}的占位符“{short(word)}”不认识，请从列表中选用。")
            elif word not in checked.names:
                checked.names.append(word)
    if faults:
        raise ValidationError(faults[:30], code="placeholders")
    if not checked.names:
        raise ValidationError(
            "文件里没有占位符，例如 {{引才有效信息}}；请从列表中选用后再上传。",
            code="none",
        )
    return checked


def kind_of(name: str, content: bytes) -> TemplateKind:
    """Return the kind of a file by name and content; refuse any other."""
    kinds = {".docx": TemplateKind.WORD, ".xlsx": TemplateKind.EXCEL}
    kind = next(
        (k for suffix, k in kinds.items() if name.lower().endswith(suffix)), None
    )
    if kind is None:
        raise ValidationError(
            "只接受 Word（.docx）或 Excel（.xlsx）文件，旧格式请另存后上传。",
            code="format",
        )
    try:
        check_package(content, vars(SHEET_LIMITS))
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            package.getinfo(MAIN_PARTS[kind])
    except RefusedError as error:
        text = REFUSALS.get(error.code, BROKEN)
        raise ValidationError(text, code=error.code) from error
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError) as error:
        raise ValidationError(BROKEN, code="broken") from error
    return kind


def short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:29]}…"


def texts_of(kind: TemplateKind, content: bytes) -> Iterator[tuple[str, str]]:
    """Yield (where, text) of every paragraph or cell."""
    if kind == TemplateKind.EXCEL:
        book = openpyxl.load_workbook(io.BytesIO(content))
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str):
                        yield f"表“{sheet.title}”{cell.coordinate}", cell.value
        return
    document = Document(io.BytesIO(content))
    parts = [document.element.body]
    for section in document.sections:
        parts += [section.header._element, section.footer._element]
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    number = 0
    for part in parts:
        for paragraph in part.iter(f"{space}p"):
            number += 1
            text = "".join(node.text or "" for node in paragraph.iter(f"{space}t"))
            if text:
                yield f"第 {number} 段", text


def fill(template: ReportTemplate, span: Span) -> bytes:
    """Return the file of a template with its placeholders filled for a span."""
    values = values_of(template.names, span)
    content = bytes(template.content)
    if template.kind == TemplateKind.EXCEL:
        return fill_workbook(content, values)
    return fill_document(content, {name: as_words(v) for name, v in values.items()})


def as_words(value: str | Decimal) -> str:
    return value if isinstance(value, str) else f"{value.normalize():f}"


def fill_document(content: bytes, values: dict[str, str]) -> bytes:
    """Fill in a Word file; values are text, never markup."""
    template = DocxTemplate(io.BytesIO(content))
    template.render(values, SandboxedEnvironment(autoescape=True), autoescape=True)
    filled = io.BytesIO()
    template.save(filled)
    return filled.getvalue()


def fill_workbook(content: bytes, values: dict[str, str | Decimal]) -> bytes:
    """Fill in an Excel file; a cell that is only a number becomes one."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                text = cell.value
                if not isinstance(text, str) or not PLACE.search(text):
                    continue
                alone = PLACE.fullmatch(text.strip())
                value = values.get(alone[1]) if alone else None
                if isinstance(value, Decimal):
                    cell.value = value
                    continue
                cell.value = as_text(
                    PLACE.sub(lambda match: as_words(values[match[1]]), text)
                )
                cell.data_type = "s"
                cell.quotePrefix = cell.value.startswith(TRIGGERS)
    filled = io.BytesIO()
    book.save(filled)
    return filled.getvalue()
