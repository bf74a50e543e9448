"""What a person may type about a project, its steps and its entries."""

from typing import ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone

from activities.models import KeyIndustry, Project, ProjectEntry, PromotionEvent
from activities.models.project import DATES, EARLY, ProjectState
from chambers.models import Chamber, Enterprise, Region, User
from redleader.records.editing import RecordForm
from redleader.records.forms import (
    NAMED,
    NamesInput,
    is_long,
    type_if_many,
    with_present,
)
from redleader.records.money import MoneyFormField
from redleader.records.steps import StepForm


def not_late(day):
    if day and day > timezone.localdate():
        raise forms.ValidationError("日期不能晚于今天。", code="late")
    return day


class InvestorInput(NamesInput):
    """Any name may be typed; those of the registry are offered."""

    @staticmethod
    def names():
        names = Enterprise.objects.values_list("name", flat=True)
        return [] if is_long(names, NAMED) else names


class ProjectForm(RecordForm):
    class Meta:
        model = Project
        fields = [
            "name",
            "is_return",
            "is_rural",
            "chamber",
            "investor",
            "origin_city",
            "township",
            "industry",
            "promotion",
            "planned",
            "contracted",
            "publish_consent",
        ]
        widgets = {"investor": InvestorInput}
        help_texts = {
            "is_return": "回乡投资和乡村振兴至少选一类，可以都选。",
            "investor": "企业名称，或投资人的称呼。",
            "origin_city": "投资方从哪里回来，例如北京。",
            "planned": "全部建成计划投入多少；还不知道可不填。",
            "contracted": "签约的金额，与计划总投资、到位资金分开统计。",
            "publish_consent": "不勾选时，网站只计数，不显示项目名称。",
        }

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        row = self.instance
        chambers = Chamber.objects.visible_to(user).active()
        if not row.pk:
            mine = list(chambers[:2])
            if len(mine) == 1:
                self.initial["chamber"] = mine[0]
        offered = {
            "chamber": with_present(chambers, row.chamber_id),
            "township": Region.objects.townships(),
            "industry": KeyIndustry.objects.filter(
                Q(is_active=True) | Q(pk=row.industry_id)
            ),
            "promotion": with_present(
                PromotionEvent.objects.visible_to(user), row.promotion_id
            ),
        }
        for name, rows in offered.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        type_if_many(self, "chamber", "township")
        if row.state in EARLY:
            del self.fields["contracted"]  # asked for by the step
        else:
            self.fields["contracted"].required = True


class ProjectStepForm(StepForm):
    happened_on = forms.DateField(
        label="日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    contracted = MoneyFormField(label="签约金额（万元）")
    SHOWN: ClassVar[dict[str, list[str]]] = {
        **{state: ["happened_on"] for state in DATES},
        ProjectState.SIGNED: ["happened_on", "contracted"],
    }
    REASONED: ClassVar[dict[str, str]] = {ProjectState.TERMINATED: "终止的原因"}
    field_order = ["happened_on", "contracted", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "happened_on" in self.fields:
            self.fields["happened_on"].label = DATES[self.to]
            self.plain_messages(self.fields["happened_on"])

    def clean_happened_on(self):
        return not_late(self.cleaned_data["happened_on"])


class ProjectEntryForm(RecordForm):
    class Meta:
        model = ProjectEntry
        fields = ["day", "paid_in", "jobs", "note"]
        help_texts = {
            "paid_in": "只填这一笔，不是累计数；没有可不填。",
            "jobs": "只填新增的人数，不是累计数；没有可不填。",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("paid_in", "jobs"):
            self.fields[name].required = False
            if self.instance._state.adding:
                self.initial[name] = None

    def clean_day(self):
        return not_late(self.cleaned_data["day"])

    def clean(self):
        """What is left empty is nothing."""
        data = super().clean()
        for name in ("paid_in", "jobs"):
            if name not in self.errors and data.get(name) is None:
                data[name] = 0
        return data
