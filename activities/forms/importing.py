"""The file of an import, and what was previewed of it."""

import hashlib
from collections.abc import Iterable
from datetime import date

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from chambers.models import User
from redleader.forms import Form
from redleader.imports import PROBLEM, Importer
from redleader.sheets import Kind, RowError, Sheet, SheetRow, parse_day, read_sheet

MAX_AGE = 3600  # seconds
MAX_SEALED = 1_500_000  # characters; a form without files may have 2 MB
MAX_CELL = 300  # characters of a cell in a marked copy
CONFIRM, MARKED = "import", "import-marked"
EXPIRED = "预览已超过 1 小时，请重新上传文件。"
ALTERED = "确认的内容不完整或已被改动，没有导入任何数据。请重新上传文件。"
TOO_MUCH = "文件内容过多，不能一次导入，请拆分后分次导入。"
AGAIN = "请勾选“确需再次导入”。"


class UploadForm(Form):
    file = forms.FileField(
        label="文件",
        allow_empty_file=True,  # The reader says more about it.
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    sheet: Sheet

    def __init__(self, *args, importer: Importer, **kwargs):
        super().__init__(*args, **kwargs)
        self.importer = importer
        field, rows = self.fields["file"], importer.limits.rows
        field.help_text = f".xlsx 或 .csv，不超过 5 MB、{rows} 行。"
        field.error_messages["required"] = "请选择要导入的 .xlsx 或 .csv 文件。"

    def clean_file(self):
        self.sheet = read_sheet(
            self.cleaned_data["file"],
            self.importer.columns,
            limits=self.importer.limits,
            edition=self.importer.edition,
            ignored=[PROBLEM],
        )
        return self.cleaned_data["file"]


def seal(
    rows: Iterable[SheetRow],
    *,
    importer: Importer,
    user: User,
    purpose: str,
    errors: Iterable[RowError] = (),
) -> str:
    """Return rows as a text that only this user can bring back, and unchanged.

    Empty when there is more than a form may send.
    """
    most = MAX_CELL if purpose == MARKED else None
    labels = [column.label for column in importer.columns]
    content = [
        user.pk,
        [
            [
                row.number,
                *(
                    str(row.refused.get(label) or row.values[label] or "")[:most]
                    for label in labels
                ),
            ]
            for row in rows
        ],
        [[error.row, error.label, error.text] for error in errors],
    ]
    sealed = signing.dumps(content, salt=f"{purpose}:{importer.code}", compress=True)
    return sealed if len(sealed) <= MAX_SEALED else ""


def digest_of(rows: Iterable[SheetRow]) -> str:
    """Return what tells two files with the same rows from others."""
    words = repr([[row.number, *map(str, row.values.values())] for row in rows])
    return hashlib.sha256(words.encode()).hexdigest()


def day_of(text: str) -> date | str | None:
    """Return a day; what is none stays as it was typed, for the marked copy."""
    try:
        return parse_day(text)
    except ValueError:
        return text


class SealedForm(Form):
    """Rows that were previewed, brought back by the page."""

    rows = forms.Field(widget=forms.HiddenInput)
    again = forms.BooleanField(required=False)
    errors_found: list[RowError]

    def __init__(self, *args, importer: Importer, user: User, purpose: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.importer, self.user, self.purpose = importer, user, purpose
        self.fields["rows"].error_messages["required"] = ALTERED

    def clean_rows(self) -> list[SheetRow]:
        try:
            owner, rows, errors = signing.loads(
                self.cleaned_data["rows"],
                salt=f"{self.purpose}:{self.importer.code}",
                max_age=MAX_AGE,
            )
        except signing.SignatureExpired as error:
            raise ValidationError(EXPIRED, code="expired") from error
        except signing.BadSignature as error:
            raise ValidationError(ALTERED, code="altered") from error
        if owner != self.user.pk:
            raise ValidationError(ALTERED, code="altered")
        self.errors_found = [RowError(*error) for error in errors]
        columns = self.importer.columns
        return [
            SheetRow(
                number,
                {
                    column.label: day_of(cell) if column.kind == Kind.DATE else cell
                    for column, cell in zip(columns, cells, strict=True)
                },
            )
            for number, *cells in rows
        ]
