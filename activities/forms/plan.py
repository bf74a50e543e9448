"""What a person may type about a lecture that is still to come."""

from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from activities.forms.lecture import LectureForm
from activities.models import Course, Lecture
from activities.models.lecture import MEMBER_KINDS, LectureKind, Organiser
from chambers.models import Branch, Chamber, Role, User
from redleader.records.editing import RecordForm
from redleader.records.forms import Form, type_if_many
from redleader.records.quarters import Quarter

DAYS_AHEAD = 400


class PlanForm(RecordForm):
    """A lecture to come; at most five fields are required."""

    sections = (
        (
            "计划开什么",
            ("kind", "theme"),
            "topic",
            "course",
            ("started_at", "venue"),
        ),
        ("谁来开", "organiser", "chamber", "branch"),
    )
    bar = "workbench/plan/_bar.html"

    class Meta:
        model = Lecture
        fields = [
            "kind",
            "topic",
            "started_at",
            "venue",
            "course",
            "theme",
            "organiser",
            "chamber",
            "branch",
        ]
        widgets = {
            "started_at": forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            )
        }
        help_texts = {
            "topic": "选了课程可以不填，用课程的名称。",
            "venue": "未定可以不填。",
            "course": "教学点随课程填入。",
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        own = self.instance
        self.fields["chamber"].queryset = Chamber.objects.visible_to(user).active()
        self.fields["branch"].queryset = Branch.objects.visible_to(user)
        if user.role == Role.BRANCH_SECRETARY:
            self.fields["branch"].required = True  # or they would not see it again
        self.fields["course"].queryset = Course.objects.filter(
            Q(is_open=True) | Q(pk=own.course_id)
        )
        self.fields["topic"].required = False
        type_if_many(self, "chamber", "branch")
        if not user.is_staff:
            self.fields["chamber"].required = True
            choices = [c for c in Organiser.choices if c[0] != Organiser.FEDERATION]
            self.fields["organiser"].choices = choices

    check_organiser = LectureForm.check_organiser
    double = LectureForm.double

    def clean_started_at(self):
        started_at = self.cleaned_data["started_at"]
        if self.instance.pk and "started_at" not in self.changed_data:
            return started_at
        day = timezone.localtime(started_at).date()
        first = Quarter.present().first
        last = timezone.localdate() + timedelta(days=DAYS_AHEAD)
        if day < first:
            raise ValidationError(
                f"计划的时间不能早于本季度（{first:%Y-%m-%d}）；"
                "已经举行的请直接登记讲课。",
                code="past",
            )
        if day > last:
            raise ValidationError(
                f"计划的时间最晚为 {last:%Y-%m-%d}（{DAYS_AHEAD} 天内），请核对年份。",
                code="far",
            )
        return started_at

    def clean(self):
        data = super().clean()
        course = data.get("course")
        if course and course.site:
            self.instance.site = course.site
        if not data.get("topic") and "topic" not in self.errors:
            if course:
                data["topic"] = course.name
            elif "course" not in self.errors:
                self.add_error("topic", "请填写主题，或选择课程。")
        self.check_organiser(data)
        return data


class CancelForm(Form):
    button, look = "取消计划", "danger"
    css_class = ""

    reason = forms.CharField(
        label="取消原因", max_length=100, widget=forms.Textarea(attrs={"rows": 2})
    )


def whole(text: str | None) -> int | None:
    """Return the key in an address, or nothing."""
    return int(text) if text and text.isascii() and text.isdigit() else None


def plan_defaults(user: User, asked) -> dict[str, object]:
    """Return what a new plan knows: what the address asks for, and the one chamber."""
    defaults: dict[str, object] = {}
    branches = Branch.objects.visible_to(user).filter(dissolved_on__isnull=True)
    chambers = Chamber.objects.visible_to(user).active()
    wanted = whole(asked.get("branch"))
    branch = branches.filter(pk=wanted).first() if wanted else None
    if branch:
        chambers = chambers.filter(branches=branch)
    found = list(chambers[:2])
    if len(found) == 1:
        chamber = found[0]
        defaults["chamber"] = chamber.pk
        branch = branch or branches.filter(chambers=chamber).first()
    if branch:
        defaults |= {"branch": branch.pk, "organiser": Organiser.BRANCH}
    if asked.get("kind") in LectureKind.values:
        defaults["kind"] = asked["kind"]
        if asked["kind"] in MEMBER_KINDS:
            defaults["topic"] = LectureKind(asked["kind"]).label
    wanted = whole(asked.get("course"))
    course = Course.objects.filter(is_open=True, pk=wanted).first() if wanted else None
    if course:
        defaults |= {"course": course.pk, "topic": course.name}
        if course.site:
            defaults["venue"] = course.site.name
    return defaults
