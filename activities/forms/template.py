"""A template that comes in, and the period that one is filled for."""

from typing import ClassVar

from django import forms

from activities.models import ReportTemplate
from activities.papers.template import CheckedTemplate, check_template
from redleader.records.forms import Form, ModelForm


class TemplateForm(ModelForm):
    bar = "components/form_actions.html"
    button = "上传并检查"

    file = forms.FileField(
        label="文件",
        allow_empty_file=True,  # The check says more about it.
        help_text="Word（.docx）或 Excel（.xlsx），不超过 2 MB，含 {{名称}} 占位符。",
        widget=forms.FileInput(attrs={"accept": ".docx,.xlsx"}),
    )
    checked: CheckedTemplate | None = None

    class Meta:
        model = ReportTemplate
        fields = ["name", "is_briefing"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].error_messages["required"] = "请选择模板文件。"

    def clean_file(self):
        self.checked = check_template(self.cleaned_data["file"])
        self.instance.kind = self.checked.kind
        self.instance.content = self.checked.content
        self.instance.names = self.checked.names
        return self.cleaned_data["file"]

    def validate_constraints(self):
        """Only a file that may be kept has a kind to check."""
        if self.checked:
            super().validate_constraints()


class PeriodForm(Form):
    button = "填好下载"
    attributes: ClassVar = {"data-guard": False}  # A download leaves the page open.

    period = forms.ChoiceField(label="时段")

    def __init__(self, *args, periods: dict[str, str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = list(periods.items())  # type: ignore[attr-defined]
        self.plain_messages(self.fields["period"])
