"""The file of an import."""

from typing import ClassVar

from django import forms

from redleader.records.forms import Form
from redleader.sheets.import_books import PROBLEM
from redleader.sheets.imports import Importer
from redleader.sheets.incoming import Sheet, read_sheet


class UploadForm(Form):
    sections = (("选择填好的文件", "file"),)
    bar = "components/form_bar.html"
    button = "上传并预览"

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


class ConfirmForm(Form):
    head = "workbench/importing/_before.html"
    bar = "workbench/importing/_bar.html"
    attributes: ClassVar = {"novalidate": False}

    again = forms.BooleanField(label="确需再次导入", required=False)
