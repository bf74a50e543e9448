"""What a person may type about a lead, and about what becomes of it."""

from typing import ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone

from activities.models import KeyIndustry, Lead
from activities.models.lead import LeadState
from chambers.models import Chamber, User
from redleader.records.editing import RecordForm
from redleader.records.forms import type_if_many, with_present
from redleader.records.steps import StepForm


class LeadForm(RecordForm):
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
        widgets = {"content": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        chambers = Chamber.objects.visible_to(user).active()
        if self.instance.pk:
            chambers = with_present(chambers, self.instance.chamber_id)
        else:
            mine = list(chambers[:2])
            if len(mine) == 1:
                self.initial["chamber"] = mine[0]
        self.fields["chamber"].queryset = chambers  # type: ignore[attr-defined]
        type_if_many(self, "chamber")
        offered = Q(is_active=True) | Q(pk=self.instance.industry_id)
        self.fields["industry"].queryset = (  # type: ignore[attr-defined]
            KeyIndustry.objects.filter(offered)
        )

    def clean_submitted_on(self):
        day = self.cleaned_data["submitted_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError("提供日期不能晚于今天。", code="late")
        return day


class LeadStepForm(StepForm):
    unit = forms.CharField(label="接收单位", max_length=60)
    SHOWN: ClassVar[dict[str, list[str]]] = {LeadState.HANDED: ["unit"]}
    REASONED: ClassVar[dict[str, str]] = {
        LeadState.INVALID: "无效的原因",
        LeadState.FAILED: "未成的原因",
    }
