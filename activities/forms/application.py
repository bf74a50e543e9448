"""What a person may type about an application, and about what becomes of it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from activities.models import Application, Criterion, Evidence, SchemeLevel, Site
from activities.models.application import (
    DOCUMENTED,
    REVIEW_STATES,
    ApplicationState,
    Outcome,
)
from activities.models.scheme import Proof, RecipientKind
from activities.services.assessment import Good, Standing
from activities.services.evidence import Typed
from chambers.models import Branch, Chamber, User
from redleader.people.public_forms import StrangerFormMixin
from redleader.records.editing import RecordForm
from redleader.records.fields import MultipleFileField
from redleader.records.forms import Form
from redleader.records.history import rows_then
from redleader.records.steps import StepForm

PAPERS = "application/pdf,image/jpeg,image/png,image/webp"
FILES_HELP = "PDF 或照片，每份不超过 10 MB；只供审核，不公开。"
NOTES = {
    Proof.COUNT: "补充说明（可不填）",
    Proof.TEXT: "说明",
    Proof.FILE: "材料说明（可不填）",
}

POINT_ERRORS = [
    "invalid",
    "min_value",
    "max_value",
    "max_digits",
    "max_decimal_places",
    "max_whole_digits",
]


class StartForm(Form):
    """For whom an application begins: a chamber, its Party organisation, its site."""

    button = "开始申报"
    css_class = "start"

    chamber = forms.ModelChoiceField(Chamber.objects.none(), label="申报商会")
    recipient = forms.ChoiceField(label="申报对象")

    def __init__(self, *args, user: User, level: SchemeLevel, **kwargs):
        super().__init__(*args, **kwargs)
        self.level = level
        chambers = Chamber.objects.visible_to(user).active()
        self.chambers = chambers
        self.fields["chamber"].queryset = chambers  # type: ignore[attr-defined]
        self.fields["chamber"].widget = forms.HiddenInput()
        self.action = reverse("workbench:application-start", args=[level.pk])
        offered = recipients(level, chambers)
        self.fields["recipient"].choices = offered  # type: ignore[attr-defined]
        self.fields["recipient"].required = self.is_for_others
        if not self.is_for_others:
            self.fields["recipient"].widget = forms.HiddenInput()

    @property
    def is_for_others(self) -> bool:
        """Whether the title goes to anything but the chamber itself."""
        return self.level.version.recipient_kinds != [RecipientKind.CHAMBER]

    def clean(self):
        data = super().clean()
        chamber, chosen = data.get("chamber"), data.get("recipient") or "chamber"
        kind, _, key = chosen.partition("-")
        row: Branch | Site | None = None
        if kind == "branch":
            row = Branch.objects.filter(pk=key, chambers=chamber).first()
        elif kind == "site":
            row = Site.objects.filter(pk=key, chamber=chamber).first()
        if chamber and kind != "chamber" and not row:
            error = ValidationError(
                "所选对象不属于该商会，请重新选择。", code="foreign"
            )
            self.add_error("recipient", error)
        self.chosen = {kind: row} if row else {}
        return data


def recipients(level: SchemeLevel, chambers) -> list[tuple[str, str]]:
    """Return whom a title can go to, of these chambers."""
    kinds, found = level.version.recipient_kinds, []
    if RecipientKind.CHAMBER in kinds:
        found.append(("chamber", "商会"))
    if RecipientKind.BRANCH in kinds:
        branches = Branch.objects.filter(
            chambers__in=chambers, dissolved_on__isnull=True
        ).distinct()
        found += [(f"branch-{row.pk}", f"党组织：{row}") for row in branches]
    if RecipientKind.SITE in kinds:
        sites = Site.objects.filter(chamber__in=chambers)
        found += [(f"site-{row.pk}", f"基地：{row}") for row in sites]
    return found


class ApplicationForm(RecordForm):
    """The statement, and for each indicator a text, points if any, and papers."""

    sections = (("自评总结", "statement"),)
    head = "workbench/application/_head.html"
    bar = "components/draft_bar.html"
    button = "申报"
    attributes: ClassVar = {"data-draft": True}

    class Meta:
        model = Application
        fields = ["statement"]
        widgets = {"statement": forms.Textarea(attrs={"rows": 8})}
        help_texts = {"statement": "申报时必填，2000 字以内，可先存草稿。"}

    def __init__(self, *args, goods: list[Good], **kwargs):
        super().__init__(*args, **kwargs)
        self.goods = goods
        for standing in self.standings:
            self.add_fields(standing)

    @property
    def standings(self) -> list[Standing]:
        return [row for good in self.goods for row in good.standings]

    def add_fields(self, standing: Standing) -> None:
        criterion, evidence = standing.criterion, standing.evidence
        text = forms.CharField(
            label=f"{criterion.name}：{NOTES[Proof(criterion.proof)]}",
            max_length=1000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            initial=evidence.text if evidence else "",
        )
        self.fields[f"text_{criterion.pk}"] = text
        self.plain_messages(text)
        if criterion.points is not None:
            points = forms.DecimalField(
                label=f"{criterion.name}：自评分",
                required=False,
                min_value=Decimal(0),
                max_value=criterion.points,
                decimal_places=1,
                initial=evidence.points if evidence else None,
            )
            message = f"自评分应为 0–{criterion.points.normalize():f}，最多一位小数。"
            points.error_messages |= dict.fromkeys(POINT_ERRORS, message)
            points.widget.attrs["inputmode"] = "decimal"
            self.fields[f"points_{criterion.pk}"] = points
        if criterion.proof == Proof.FILE:
            files = MultipleFileField(
                label=f"{criterion.name}：上传材料",
                required=False,
                help_text=FILES_HELP,
            )
            files.widget.attrs["accept"] = PAPERS
            self.fields[f"files_{criterion.pk}"] = files

    def groups(self):
        """Return (good, [(standing, text, points, files)]) for the page."""
        return [
            (good, [(row, *self.bound(row.criterion)) for row in good.standings])
            for good in self.goods
        ]

    def bound(self, criterion: Criterion):
        names = [f"{kind}_{criterion.pk}" for kind in ("text", "points", "files")]
        return [self[name] if name in self.fields else None for name in names]

    def typed(self) -> dict[int, Typed]:
        """Return what was typed, by the key of the indicator."""
        return {
            row.criterion.pk: Typed(
                self.cleaned_data[f"text_{row.criterion.pk}"],
                self.cleaned_data.get(f"points_{row.criterion.pk}"),
            )
            for row in self.standings
        }

    def papers(self) -> list[tuple[Criterion, list]]:
        """Return the uploads of each indicator that has some."""
        return [
            (row.criterion, self.cleaned_data[f"files_{row.criterion.pk}"])
            for row in self.standings
            if self.cleaned_data.get(f"files_{row.criterion.pk}")
        ]

    @property
    def compared(self):
        apart = ("version", "form_key")
        names = [name for name in self.fields if not name.startswith("files_")]
        return [name for name in names if name not in apart]

    def beside_then(self, event):
        rows = rows_then(event, Evidence, application_id=event.pgh_obj_id)
        values: dict[str, object] = dict.fromkeys(self.compared[1:])
        for row in rows:
            values[f"text_{row.criterion_id}"] = row.text
            values[f"points_{row.criterion_id}"] = row.points
        return values


def typed_initial(data: QueryDict) -> dict[str, str]:
    """Return a kept text as initial values of the form."""
    return {
        name: str(data[name])
        for name in data
        if name == "statement" or name.startswith(("text_", "points_"))
    }


class ApplicationStepForm(StepForm):
    """What a review asks for; the steps above the county rest on a paper."""

    bar = "workbench/application/_step_bar.html"

    first = forms.DateField(
        label="公示起",
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    document_number = forms.CharField(label="文件（文号）", max_length=80)
    document_on = forms.DateField(
        label="文件日期", widget=forms.DateInput(attrs={"type": "date"})
    )
    criteria = forms.MultipleChoiceField(
        label="需要补正的指标", required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = (
        "version",
        "first",
        "document_number",
        "document_on",
        "criteria",
        "reason",
    )
    PAPER = ("document_number", "document_on")
    OPTIONAL = "意见（可不填）"
    SHOWN: ClassVar[dict[str, Sequence[str]]] = {
        **dict.fromkeys(REVIEW_STATES, PAPER),
        ApplicationState.RETURNED: ["criteria"],
        ApplicationState.PUBLICITY: ["first", *PAPER],
    }
    REASONED: ClassVar[dict[str, str]] = {
        ApplicationState.RETURNED: "退回原因",
        ApplicationState.FAILED: "未通过的原因",
    }

    def __init__(self, *args, criteria: Sequence[Criterion] = (), **kwargs):
        super().__init__(*args, **kwargs)
        for name in set(self.PAPER) & set(self.fields):
            self.fields[name].required = self.to in DOCUMENTED
        if self.to == ApplicationState.RECOGNISED:
            self.fields["document_on"].label = "认定日期"
            self.plain_messages(self.fields["document_on"])
        if "criteria" in self.fields:
            choices = [(str(row.pk), row.name) for row in criteria]
            self.fields["criteria"].choices = choices  # type: ignore[attr-defined]

    def clean_criteria(self):
        return [int(key) for key in self.cleaned_data["criteria"]]

    @property
    def button(self) -> str:  # type: ignore[override]
        words = {
            ApplicationState.RETURNED: "退回",
            ApplicationState.FAILED: "登记未通过",
        }
        return words.get(self.to, "确认")


class AnswerForm(Form):
    button = "答复"

    outcome = forms.ChoiceField(
        label="处理结果", choices=Outcome.choices, widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label="答复",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="提出人凭回执编号可以看到答复；请不要写个人信息。",
    )


class ObjectionForm(StrangerFormMixin, Form):
    """An objection of the public; who writes it is asked for, not required."""

    content = forms.CharField(
        label="异议内容",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="请写明事实和依据，1000 字以内；请勿填写身份证号码。",
    )
    name = forms.CharField(
        label="姓名或单位",
        max_length=40,
        required=False,
        help_text="可不填；填写便于核实，只供办理人员使用，不公开。",
    )
    contact = forms.CharField(
        label="联系方式", max_length=60, required=False, help_text="可不填；不公开。"
    )


class ReceiptForm(Form):
    receipt = forms.CharField(label="回执编号", max_length=20)

    def clean_receipt(self):
        return self.cleaned_data["receipt"].strip().upper().replace(" ", "")
