"""What a person may type about a pairing and its projects."""

from typing import ClassVar

from django import forms
from django.db.models import Q

from activities.models import Pairing, PairingProgramme, PairingProject
from activities.models.pairing import AMOUNTS, PairingState
from activities.services.pairing import village_label
from chambers.models import Chamber, Enterprise, Region, User
from chambers.models.region import Level
from redleader.records.editing import RecordForm
from redleader.records.forms import NamedChoiceField, type_if_many
from redleader.records.steps import StepForm


class PairingForm(RecordForm):
    village = NamedChoiceField(
        Region.objects.filter(level=Level.VILLAGE).select_related("parent"),
        label="村",
        name=village_label,
        help_text="输入乡镇或村名的一部分，从提示中选择，例如“稔田镇 某某村”。",
    )
    enterprise = NamedChoiceField(
        Enterprise.objects.all(),
        label="企业",
        help_text="输入名称的一部分，从提示中选择。",
    )

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
        chambers = Chamber.objects.visible_to(user)
        self.fields["chamber"].queryset = chambers  # type: ignore[attr-defined]
        programmes = PairingProgramme.objects.filter(
            Q(is_open=True) | Q(pk=row.programme_id)
        )
        self.fields["programme"].queryset = programmes  # type: ignore[attr-defined]
        if not row.pk and not user.is_staff:
            self.initial.setdefault("chamber", chambers.first())
        type_if_many(self, "chamber")


class PairingProjectForm(RecordForm):
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


class PairingStepForm(StepForm):
    REASONED: ClassVar[dict[str, str]] = {PairingState.TERMINATED: "终止原因"}
