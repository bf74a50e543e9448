"""The file of an import."""

from django import forms

from redleader.records.forms import Form
from redleader.sheets.import_books import PROBLEM
from redleader.sheets.imports import Importer
from redleader.sheets.incoming import Sheet, read_sheet


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


class ConfirmForm(Form):
    again = forms.BooleanField(required=False)
