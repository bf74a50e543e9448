"""The file of an import, and what was previewed of it."""

from collections.abc import Iterable
from datetime import date

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from activities.services.honour_import import COLUMNS, EDITION, LIMITS, PROBLEM
from chambers.models import User
from redleader.forms import Form
from redleader.sheets import Kind, RowError, Sheet, SheetRow, parse_day, read_sheet

CONFIRM, MARKED = "honour-import", "honour-import-marked"
MAX_AGE = 3600  # seconds
MAX_SEALED = 1_500_000  # characters; a form without files may have 2 MB
MAX_CELL = 300  # characters of a cell in a marked copy
EXPIRED = "预览已超过 1 小时，请重新上传文件。"
ALTERED = "确认的内容不完整或已被改动，没有导入任何数据。请重新上传文件。"
TOO_MUCH = "文件内容过多，不能一次导入，请拆分后分次导入。"
DAYS = {column.label for column in COLUMNS if column.kind == Kind.DATE}


class UploadForm(Form):
    file = forms.FileField(
        label="文件",
        allow_empty_file=True,  # The reader says more about it.
        help_text=f".xlsx 或 .csv，不超过 5 MB、{LIMITS.rows} 行。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    sheet: Sheet

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        messages = self.fields["file"].error_messages
        messages["required"] = "请选择要导入的 .xlsx 或 .csv 文件。"

    def clean_file(self):
        self.sheet = read_sheet(
            self.cleaned_data["file"],
            COLUMNS,
            limits=LIMITS,
            edition=EDITION,
            ignored=[PROBLEM],
        )
        return self.cleaned_data["file"]


def seal(
    rows: Iterable[SheetRow],
    *,
    user: User,
    purpose: str,
    errors: Iterable[RowError] = (),
) -> str:
    """Return rows as a text that only this user can bring back, and unchanged.

    Empty when there is more than a form may send.
    """
    most = MAX_CELL if purpose == MARKED else None
    labels = [column.label for column in COLUMNS]
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
    sealed = signing.dumps(content, salt=purpose, compress=True)
    return sealed if len(sealed) <= MAX_SEALED else ""


def day_of(text: str) -> date | str | None:
    """Return a day; what is none stays as it was typed, for the marked copy."""
    try:
        return parse_day(text)
    except ValueError:
        return text


class SealedForm(Form):
    """Rows that were previewed, brought back by the page."""

    rows = forms.Field(widget=forms.HiddenInput)
    errors_found: list[RowError]

    def __init__(self, *args, user: User, purpose: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.purpose = user, purpose
        self.fields["rows"].error_messages["required"] = ALTERED

    def clean_rows(self) -> list[SheetRow]:
        try:
            owner, rows, errors = signing.loads(
                self.cleaned_data["rows"], salt=self.purpose, max_age=MAX_AGE
            )
        except signing.SignatureExpired as error:
            raise ValidationError(EXPIRED, code="expired") from error
        except signing.BadSignature as error:
            raise ValidationError(ALTERED, code="altered") from error
        if owner != self.user.pk:
            raise ValidationError(ALTERED, code="altered")
        self.errors_found = [RowError(*error) for error in errors]
        labels = [column.label for column in COLUMNS]
        return [
            SheetRow(
                number,
                {
                    label: day_of(cell) if label in DAYS else cell
                    for label, cell in zip(labels, cells, strict=True)
                },
            )
            for number, *cells in rows
        ]
