"""What a person may type about assignments, contacts and demands."""

from typing import ClassVar

from django import forms
from django.utils import timezone

from activities.models import ContactActivity, ContactAssignment, Demand
from activities.models.liaison.demand import DemandState, Satisfaction
from chambers.models import Branch, Chamber, User
from redleader.records.editing import RecordForm
from redleader.records.forms import type_if_many, with_present
from redleader.records.steps import StepForm


class AssignmentForm(RecordForm):
    class Meta:
        model = ContactAssignment
        fields = ["post", "name", "branch", "started_on", "ended_on"]

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        living = Branch.objects.visible_to(user).filter(dissolved_on__isnull=True)
        self.fields["branch"].queryset = with_present(  # type: ignore[attr-defined]
            living, self.instance.branch_id
        )
        type_if_many(self, "branch")


class AssignmentChoiceMixin:
    """Offers the assignments that a user may see, in order of post."""

    fields: dict[str, forms.Field]

    def offer_assignments(self, user: User) -> None:
        offered = ContactAssignment.objects.visible_to(user).by_post()
        self.fields["assignment"].queryset = offered  # type: ignore[attr-defined]
        type_if_many(self, "assignment", prefix="branch__")  # type: ignore[arg-type]


class ActivityForm(AssignmentChoiceMixin, RecordForm):
    class Meta:
        model = ContactActivity
        fields = ["assignment", "kind", "held_on", "summary"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_assignments(user)

    def clean_held_on(self):
        return not_late(self.cleaned_data["held_on"], "日期")


class DemandForm(AssignmentChoiceMixin, RecordForm):
    class Meta:
        model = Demand
        fields = ["chamber", "title", "content", "collected_on", "assignment"]
        widgets = {"content": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.offer_assignments(user)
        chambers = Chamber.objects.visible_to(user).active()
        if self.instance.pk:
            chambers = with_present(chambers, self.instance.chamber_id)
        elif not user.is_staff:
            mine = list(chambers[:2])
            if len(mine) == 1:
                self.initial["chamber"] = mine[0]
        self.fields["chamber"].queryset = chambers  # type: ignore[attr-defined]
        type_if_many(self, "chamber")

    def clean_collected_on(self):
        return not_late(self.cleaned_data["collected_on"], "收集日期")


def not_late(day, label: str):
    if day and day > timezone.localdate():
        raise forms.ValidationError(f"{label}不能晚于今天。", code="late")
    return day


class DemandStepForm(StepForm):
    unit = forms.CharField(label="承办单位", max_length=60)
    due_on = forms.DateField(
        label="办理期限",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    satisfaction = forms.ChoiceField(
        label="满意度（可不选）",
        choices=[("", "不评价"), *Satisfaction.choices],
        required=False,
    )
    SHOWN: ClassVar[dict[str, list[str]]] = {
        DemandState.ASSIGNED: ["unit", "due_on"],
        DemandState.CLOSED: ["satisfaction"],
    }
    REASONED: ClassVar[dict[str, str]] = {
        DemandState.ANSWERED: "承办单位的答复",
        DemandState.RETURNED: "退回的原因",
    }
    field_order = ["unit", "due_on", "satisfaction", "reason"]

    @property
    def is_negative(self) -> bool:
        return super().is_negative and self.to != DemandState.ANSWERED

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day and day < timezone.localdate():
            raise forms.ValidationError("办理期限不能早于今天。", code="early")
        return day


class AnsweredForm(DemandStepForm):
    """Of a demand that was answered: 办理 means to begin again, with a reason."""

    REASONED: ClassVar[dict[str, str]] = {DemandState.HANDLING: "重新办理的原因"}

    @property
    def label(self) -> str:
        again = self.to == DemandState.HANDLING
        return "重新办理" if again else super().label
