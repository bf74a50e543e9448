"""What a person may type about a dispute, its sides, its sittings and its end."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone

from activities.models import (
    CaseParty,
    CaseSession,
    CaseVisit,
    DisputeKind,
    MediationCase,
    MediationCommittee,
    MediationRequest,
    Mediator,
)
from activities.models.mediation.casefile import PaperKind
from activities.models.mediation.party import PartyKind, Side
from activities.models.mediation.states import AgreementKind, CaseState
from chambers.forms.member import PhoneField
from redleader.people.public_forms import StrangerFormMixin
from redleader.records.editing import RecordForm
from redleader.records.forms import Form, ModelForm
from redleader.records.steps import StepForm

DAY = {"type": "date"}


def day_field(label: str, **kwargs) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"), **kwargs
    )


class CaseForm(RecordForm):
    """The content of a case that has its number."""

    class Meta:
        model = MediationCase
        fields = ["source", "kind", "registered_on", "amount", "summary"]
        widgets = {"summary": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = DisputeKind.objects.filter(  # type: ignore[attr-defined]
            Q(is_active=True) | Q(pk=self.instance.kind_id)
        )


class RegisterForm(CaseForm):
    """A new case with one party on each side; more are added on its page."""

    class Meta(CaseForm.Meta):
        fields = ["committee", *CaseForm.Meta.fields]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        working = MediationCommittee.objects.working(timezone.localdate())
        committee = self.fields["committee"]
        committee.queryset = working  # type: ignore[attr-defined]
        first = list(working[:2])
        if len(first) == 1:
            self.initial["committee"] = first[0]
        for side in Side:
            for name in ("name", "kind", "contact"):
                field: Any = CaseParty._meta.get_field(name).formfield()
                field.label = f"{side.label}{field.label}"
                if side == Side.RESPONDENT:
                    field.help_text = ""
                self.fields[f"{side.value}_{name}"] = field
                self.plain_messages(field)

    def parties(self) -> list[CaseParty]:
        data = self.cleaned_data
        return [
            CaseParty(
                side=side,
                **{n: data[f"{side.value}_{n}"] for n in ("name", "kind", "contact")},
            )
            for side in Side
        ]

    def _post_clean(self):
        """The number is given when the case is saved; until then none is missing."""
        row = self.instance
        day = self.cleaned_data.get("registered_on") or timezone.localdate()
        row.year, row.number = day.year, 0
        super()._post_clean()


def from_request(request: MediationRequest) -> dict[str, object]:
    """Return the initial values of a case form from a request."""
    return {
        "kind": request.kind_id,
        "summary": request.content,
        "applicant_name": request.enterprise,
        "applicant_kind": PartyKind.LEGAL,
        "applicant_contact": f"{request.contact_name} {request.phone}",
        "respondent_name": request.other_party,
    }


class PartyForm(RecordForm):
    class Meta:
        model = CaseParty
        fields = ["side", "kind", "name", "contact"]


class SessionForm(RecordForm):
    class Meta:
        model = CaseSession
        fields = ["held_on", "place", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 12})}


class VisitForm(RecordForm):
    class Meta:
        model = CaseVisit
        fields = ["visited_on", "result"]
        widgets = {"result": forms.Textarea(attrs={"rows": 5})}


class ConfirmationForm(RecordForm):
    class Meta:
        model = MediationCase
        fields = ["confirmation", "confirmation_applied_on"]
        help_texts = {
            "confirmation_applied_on": "双方共同向人民法院申请的日期，"
            "在协议生效之日起三十日内。"
        }


def mediators_field(case: MediationCase) -> forms.ModelMultipleChoiceField:
    """Offer the mediators of the case's committee, and those already assigned."""
    today = timezone.localdate()
    offered = Q(pk__in=Mediator.objects.active(today).filter(committee=case.committee))
    offered |= Q(pk__in=case.assignments.values("mediator"))
    return forms.ModelMultipleChoiceField(
        Mediator.objects.filter(offered).order_by("name", "pk"),
        label="调解员",
        initial=[row.mediator_id for row in case.assignments.all()],
        help_text="可选多名；电脑上按住 Ctrl 点选。",
    )


class AssignForm(Form):
    bar = "components/form_bar.html"

    def __init__(self, *args, case: MediationCase, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mediators"] = field = mediators_field(case)
        self.plain_messages(field)


class CaseStepForm(StepForm):
    accepted_on = day_field("受理日期", initial=timezone.localdate)
    agreement_kind = forms.ChoiceField(
        label="协议形式", choices=[("", "请选择"), *AgreementKind.choices]
    )
    agreement_text = forms.CharField(
        label="协议内容或口头协议记录",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="已在“案卷材料”上传书面协议的可不填。",
    )
    effective_on = day_field("协议生效日期", initial=timezone.localdate)
    due_on = day_field("约定履行期限", required=False)
    informed = forms.BooleanField(
        label="已告知当事人可以通过仲裁、行政、司法等途径维护权利"
    )
    SHOWN: ClassVar[dict[str, list[str]]] = {
        CaseState.ACCEPTED: ["accepted_on"],
        CaseState.AGREED: [
            "agreement_kind",
            "agreement_text",
            "effective_on",
            "due_on",
        ],
        CaseState.FAILED: ["informed"],
        CaseState.UNFULFILLED: ["informed"],
    }
    REASONED: ClassVar[dict[str, str]] = {
        CaseState.REFUSED: "不予受理的原因",
        CaseState.FAILED: "调解不成的原因",
        CaseState.WITHDRAWN: "撤回的原因",
        CaseState.UNFULFILLED: "未履行的情况",
    }

    def __init__(self, *args, case: MediationCase, **kwargs):
        super().__init__(*args, **kwargs)
        if self.to == CaseState.ACCEPTED:
            self.fields["mediators"] = field = mediators_field(case)
            self.plain_messages(field)
        if "informed" in self.fields:
            self.fields["informed"].error_messages["required"] = (
                "请先告知当事人其他救济途径，再勾选。"
            )
        self.order_fields(["mediators", *self.fields])


class PaperForm(Form):
    button, look = "上传", ""

    kind = forms.ChoiceField(label="材料", choices=PaperKind.choices)
    upload = forms.FileField(
        label="文件",
        help_text="PDF 或照片，10 MB 以内。请不要上传身份证件。",
    )


class DeclineForm(Form):
    button, look = "登记不予受理", "danger"

    reason = forms.CharField(
        label="不予受理的原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="只供内部使用；申请人凭回执只能看到“不予受理”。",
    )


class MediationRequestForm(StrangerFormMixin, ModelForm):
    """An enterprise's request; the page says who will read it."""

    class Meta:
        model = MediationRequest
        fields = [
            "enterprise",
            "contact_name",
            "phone",
            "other_party",
            "kind",
            "content",
        ]
        field_classes = {"phone": PhoneField}
        widgets = {"content": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "phone": "11 位手机号，只供工作人员联系您。",
            "other_party": "与您发生纠纷的企业或个人的名称。",
            "content": "简要写明纠纷的起因和诉求，500 字以内；请勿填写身份证号码。",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].queryset = DisputeKind.objects.filter(is_active=True)  # type: ignore[attr-defined]
