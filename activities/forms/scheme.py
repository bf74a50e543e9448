"""What staff type about schemes."""

from django import forms

from activities.counting import RULES, choices
from activities.models import Criterion, SchemeVersion
from activities.models.scheme import RecipientKind
from redleader.admin import AdminForm
from redleader.records.forms import Form, TrialForm


class CriterionForm(TrialForm):
    """A counted indicator names an existing rule."""

    rule = forms.ChoiceField(label="计数口径", required=False)

    class Meta:
        model = Criterion
        fields = "__all__"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offered = [("", "—"), *choices()]
        kept = self.instance.rule
        if kept and kept not in RULES:
            offered.append((kept, f"{kept}（已停用）"))
        self.fields["rule"].choices = offered


class SchemeVersionForm(AdminForm):
    recipient_kinds = forms.MultipleChoiceField(
        label="授予对象",
        choices=RecipientKind.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = SchemeVersion
        fields = "__all__"


class CopyForm(Form):
    """The name and year of a copy."""

    label = forms.CharField(label="新版本名称", max_length=60)
    year = forms.IntegerField(label="年份", min_value=1949, max_value=2100)

    def __init__(self, *args, version: SchemeVersion, **kwargs):
        super().__init__(*args, **kwargs)
        self.version = version

    def clean_label(self):
        label = self.cleaned_data["label"]
        if self.version.scheme.versions.filter(label=label).exists():
            raise forms.ValidationError("该项目已有同名版本。", code="taken")
        return label
