"""What a person may type about a lead, and about what becomes of it."""

from typing import ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone

from activities.forms.merge import Difference
from activities.models import KeyIndustry, Lead
from activities.models.lead import LeadState
from chambers.models import Chamber, User
from redleader.forms import Form, ModelForm
from redleader.history import columns, text_of


class LeadForm(ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Lead
        fields = [
            "chamber",
            "kind",
            "title",
            "content",
            "submitted_on",
            "industry",
            "contact",
        ]
        widgets = {
            "content": forms.Textarea(attrs={"rows": 6}),
            "submitted_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.initial["form_key"] = self.instance.form_key
        chambers = Chamber.objects.visible_to(user).active()
        if self.instance.pk:
            kept = Chamber.objects.filter(pk=self.instance.chamber_id)
            chambers = chambers.distinct() | kept.distinct()
        else:
            mine = list(chambers[:2])
            if len(mine) == 1:
                self.initial["chamber"] = mine[0]
        self.fields["chamber"].queryset = chambers  # type: ignore[attr-defined]
        offered = Q(is_active=True) | Q(pk=self.instance.industry_id)
        self.fields["industry"].queryset = (  # type: ignore[attr-defined]
            KeyIndustry.objects.filter(offered)
        )

    def clean_submitted_on(self):
        day = self.cleaned_data["submitted_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("提供日期不能晚于今天。", code="late")
        return day

    def differences(self, stored: Lead) -> list[Difference]:
        """Compare what was typed with the row that stands now."""
        found = []
        fields = columns(Lead)
        for name in self.Meta.fields:
            field = fields[name]
            old = getattr(stored, field.attname)
            new = getattr(self.instance, field.attname)
            if old != new:
                found.append(
                    Difference(
                        name=name,
                        label=str(field.verbose_name),
                        stored=text_of(old, field) or "（空）",
                        typed=text_of(new, field) or "（空）",
                    )
                )
        return found


class LeadStepForm(Form):
    """What a step asks for; ``to`` is the state that it leads to."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    unit = forms.CharField(label="接收单位", max_length=60)
    reason = forms.CharField(
        label="说明", max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    LABELS: ClassVar[dict[str, str]] = {
        LeadState.INVALID: "无效的原因",
        LeadState.FAILED: "未成的原因",
    }
    STATES: ClassVar[list[str]] = [
        state.value for state in LeadState if state != LeadState.WAITING
    ]

    def __init__(self, *args, to: str, **kwargs):
        self.to = LeadState(to)
        kwargs.setdefault("prefix", str(to))
        super().__init__(*args, **kwargs)
        if self.to != LeadState.HANDED:
            del self.fields["unit"]
        reason = self.fields["reason"]
        reason.required = self.is_negative
        reason.label = self.LABELS.get(self.to, "说明（可不填）")
        self.plain_messages(reason)

    @property
    def is_negative(self) -> bool:
        return self.to in self.LABELS
