"""What a person may type about a pairing and its projects."""

from django import forms
from django.db.models import Q

from activities.forms.merge import Difference
from activities.models import Pairing, PairingProgramme, PairingProject
from activities.models.pairing import AMOUNTS
from chambers.models import Chamber, Region, User
from chambers.models.region import Level
from redleader.forms import Form, ModelForm


class VersionedForm(ModelForm):
    """A form that knows which version it was opened with, and its one key."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.initial["form_key"] = self.instance.form_key
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(
                    attrs={"type": "date"}, format="%Y-%m-%d"
                )

    def differences(self, stored: "VersionedForm") -> list[Difference]:
        """Compare what was typed with the form of the row that stands now."""
        found = []
        for name in self._meta.fields or ():
            if stored[name].value() == self.instance_value(name):
                continue
            found.append(
                Difference(
                    name=name,
                    label=str(self.fields[name].label),
                    stored=self.word(name, stored[name].value()),
                    typed=self.word(name, self.instance_value(name)),
                )
            )
        return found

    def instance_value(self, name):
        """Return a valid typed value as the form of a stored row would hold it."""
        value = self.cleaned_data.get(name)
        value = value.pk if hasattr(value, "pk") else value
        return self.fields[name].prepare_value(value)

    def word(self, name, value) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField) and value:
            return str(field.queryset.filter(pk=value).first() or value)  # type: ignore[union-attr]
        if isinstance(value, bool):
            return "是" if value else "否"
        return str(value) if value not in (None, "") else "（空）"


class PairingForm(VersionedForm):
    class Meta:
        model = Pairing
        fields = [
            "village",
            "enterprise",
            "programme",
            "chamber",
            "started_on",
            "ended_on",
            "areas",
            "publish_consent",
        ]
        widgets = {"areas": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "ended_on": "约定的结束日期，没有约定可不填。",
            "areas": "例如产业帮扶、修路、助学，500 字以内。",
            "publish_consent": "不勾选时，网站只计数，不显示村名和企业名。",
        }

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        row = self.instance
        villages = Region.objects.filter(level=Level.VILLAGE)
        self.fields["village"].queryset = villages.select_related("parent")  # type: ignore[attr-defined]
        self.fields["village"].label_from_instance = village_label  # type: ignore[attr-defined]
        chambers = Chamber.objects.visible_to(user)
        self.fields["chamber"].queryset = chambers  # type: ignore[attr-defined]
        programmes = PairingProgramme.objects.filter(
            Q(is_open=True) | Q(pk=row.programme_id)
        )
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        if not row.pk and not user.is_staff:
            self.initial.setdefault("chamber", chambers.first())


def village_label(village: Region) -> str:
    return f"{village.parent} {village}" if village.parent else str(village)


class ProjectForm(VersionedForm):
    class Meta:
        model = PairingProject
        fields = [
            "name",
            "kind",
            *AMOUNTS,
            "jobs",
            "trained",
            "as_of",
        ]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in (*AMOUNTS, "jobs", "trained"):
            self.fields[name].required = False

    def clean(self):
        """What is left empty is nothing."""
        data = super().clean()
        for name in (*AMOUNTS, "jobs", "trained"):
            if name not in self.errors and data.get(name) is None:
                data[name] = 0
        return data


class TerminateForm(Form):
    reason = forms.CharField(
        label="终止原因",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
