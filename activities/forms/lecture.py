"""What a person may type about a lecture."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone

from activities.models import Issue, Lecture, Series
from activities.models.lecture import LectureKind, LecturerRole
from activities.services.lecture import next_number
from chambers.models import Appointment, Branch, Chamber, Member, Post, User
from redleader.fields import MultipleFileField
from redleader.forms import Form, ModelForm

RECENT_ISSUES = 3
# A new record of these kinds is taken for the next issue, until told otherwise.
NUMBERED_KINDS = [LectureKind.PARTY_LECTURE, LectureKind.HALL]
NEW = "new"


class LectureForm(ModelForm):
    """One lecture, in three short sections; eight fields are required."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    issue_choice = forms.ChoiceField(label="期数", required=False)
    photos = MultipleFileField(label="照片（可选）", required=False)
    attendees = forms.ModelMultipleChoiceField(
        label="到会名单（可选）",
        queryset=Member.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Lecture
        fields = [
            "kind",
            "topic",
            "chamber",
            "branch",
            "started_at",
            "ended_at",
            "venue",
            "lecturer_name",
            "lecturer_role",
            "present",
            "expected",
            "on_leave",
            "absent",
            "guests",
            "content",
            "public_summary",
            "is_public",
        ]
        widgets = {
            "started_at": forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            ),
            "ended_at": forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            ),
            "content": forms.Textarea(attrs={"rows": 4}),
            "public_summary": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "present": "只填人数即可；名单、照片都可以不填。",
            "public_summary": "会显示在网站上，请不要写个人姓名。",
            "is_public": "公开主题、时间、地点、主讲人身份和人数，不公开姓名。",
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        chambers = Chamber.objects.visible_to(user).active()
        self.fields["chamber"].queryset = chambers
        self.fields["branch"].queryset = Branch.objects.visible_to(user)
        self.fields["branch"].required = False
        for name in ("on_leave", "absent", "guests"):
            self.fields[name].required = False
        for name in ("present", "expected", "on_leave", "absent", "guests"):
            self.fields[name].widget.attrs |= {"inputmode": "numeric"}
        self.fields["photos"].widget.attrs |= {
            "accept": "image/jpeg,image/png,image/webp"
        }
        self.fields["issue_choice"].choices = self.issue_choices()
        self.initial.setdefault("issue_choice", self.instance.issue_id or "")
        self.initial["version"] = self.instance.version
        self.initial["form_key"] = self.instance.form_key
        self.prepare_roll()
        self.helper = self.build_helper()

    def prepare_roll(self):
        """Offer the present members of the one chamber that this form is about."""
        try:
            chamber = self.fields["chamber"].clean(self["chamber"].value())
        except ValidationError:
            chamber = None
        if chamber:
            self.fields["attendees"].queryset = Member.objects.visible_to(
                self.user
            ).filter(
                kind="person",
                memberships__chamber=chamber,
                memberships__ended_on__isnull=True,
            )
        if self.instance.pk:
            self.initial["attendees"] = list(
                self.instance.attendances.values_list("member", flat=True)
            )

    def issue_choices(self):
        """Return no issue, then for each open series the next and recent ones."""
        choices = [("", "不编期")]
        recent = {}
        issues = Issue.objects.filter(series__is_open=True).select_related("series")
        for issue in issues.order_by("series", "-number"):
            recent.setdefault(issue.series_id, []).append(issue)
        for series in Series.objects.filter(is_open=True).annotate(
            latest=Max("issues__number")
        ):
            number = (series.latest or 0) + 1
            choices.append(
                (f"{NEW}:{series.pk}:{number}", f"{series}第{number}期（新一期）")
            )
            choices += [
                (str(issue.pk), str(issue))
                for issue in recent.get(series.pk, [])[:RECENT_ISSUES]
            ]
        known = {value for value, label in choices}
        own = self.instance.issue
        if own and str(own.pk) not in known:
            choices.append((str(own.pk), str(own)))
        return choices

    def build_helper(self):
        helper = FormHelper()
        helper.form_tag = False
        helper.layout = Layout(
            "version",
            "form_key",
            Fieldset(
                "讲了什么",
                "kind",
                "topic",
                "issue_choice",
                "chamber",
                "branch",
                Div("started_at", "ended_at", css_class="pair"),
                "venue",
                Div("lecturer_name", "lecturer_role", css_class="pair"),
            ),
            Fieldset(
                "来了多少人",
                Div("present", "expected", css_class="pair"),
                Div("on_leave", "absent", "guests", css_class="triple"),
                HTML("{% include 'workbench/lecture/_attendance_check.html' %}"),
                Field("attendees"),
            ),
            Fieldset("照片和说明", "photos", "public_summary", "is_public", "content"),
        )
        return helper

    def clean_issue_choice(self):
        """Return nothing, an issue, or (series, number) of a new one."""
        value = self.cleaned_data["issue_choice"]
        if not value:
            return None
        if value.startswith(NEW):
            _, series, number = value.split(":")
            return Series.objects.get(pk=series), int(number)
        return Issue.objects.get(pk=value)

    def clean_started_at(self):
        started_at = self.cleaned_data["started_at"]
        if started_at.year < 1949:
            raise ValidationError("时间过早，请核对年份。")
        return started_at

    def clean(self):
        data = super().clean()
        for name in ("on_leave", "absent", "guests"):
            if data.get(name) is None and name not in self.errors:
                data[name] = 0
        chamber, started_at = data.get("chamber"), data.get("started_at")
        if chamber and started_at:
            self.check_time(chamber, started_at)
        branch = data.get("branch")
        if chamber and branch and not branch.chambers.filter(pk=chamber.pk).exists():
            self.add_error("branch", "该党组织不覆盖所选商会，请重新选择。")
        return data

    def check_time(self, chamber, started_at):
        founded = chamber.founded_on
        if founded and timezone.localtime(started_at).date() < founded:
            self.add_error(
                "started_at", f"早于商会成立日期（{founded:%Y-%m-%d}），请核对。"
            )
        if started_at > timezone.now():
            self.add_error("started_at", "开讲时间晚于当前时间，不能登记到场人数。")

    def _post_clean(self):
        super()._post_clean()
        choice = self.cleaned_data.get("issue_choice")
        self.new_issue = choice if isinstance(choice, tuple) else None
        self.instance.issue = choice if isinstance(choice, Issue) else None

    def differences(self, current):
        """Return (label, stored, typed) of the fields that differ from a record."""
        rows = []
        for name in self.Meta.fields:
            stored = getattr(current, name)
            typed = self.cleaned_data.get(name)
            if typed != stored:
                field = Lecture._meta.get_field(name)
                rows.append((field.verbose_name, stored, typed))
        return rows

    def service_arguments(self):
        """Return what ``save_lecture`` takes besides the lecture and the user."""
        data = self.cleaned_data
        return {
            "version": data.get("version"),
            "new_issue": self.new_issue,
            "attendees": data["attendees"],
            "photos": data["photos"],
        }


def lecture_defaults(user: User) -> dict[str, object]:
    """Return what a new form already knows from the last record and the posts."""
    defaults: dict[str, object] = {
        "started_at": timezone.localtime().replace(second=0, microsecond=0)
    }
    chambers = list(Chamber.objects.visible_to(user).active()[:2])
    if len(chambers) != 1:
        return defaults
    chamber = chambers[0]
    defaults["chamber"] = chamber.pk
    branch = Branch.objects.filter(chambers=chamber).first()
    if branch:
        defaults["branch"] = branch.pk
        secretary = (
            Appointment.objects.on(timezone.localdate())
            .filter(branch=branch, post=Post.BRANCH_SECRETARY)
            .select_related("member")
            .first()
        )
        if secretary:
            defaults["lecturer_name"] = secretary.member.name
            defaults["lecturer_role"] = LecturerRole.BRANCH_SECRETARY
    last = Lecture.objects.filter(chamber=chamber).newest_first().first()
    if last:
        defaults |= {"venue": last.venue, "kind": last.kind}
        if last.expected:
            defaults["expected"] = last.expected
    series = Series.objects.filter(is_open=True).first()
    if series and (last is None or last.kind in NUMBERED_KINDS):
        defaults["issue_choice"] = f"{NEW}:{series.pk}:{next_number(series)}"
    return defaults


class ReturnForm(Form):
    reason = forms.CharField(
        label="退回原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class AcceptForm(Form):
    publish_photos = forms.BooleanField(label="照片可公开", required=False)


class PhotosForm(Form):
    photos = MultipleFileField(label="照片")
