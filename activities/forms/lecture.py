"""What a person may type about a lecture."""

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max, Q
from django.http import QueryDict
from django.utils import timezone

from activities.forms.roll import RollField, count, roll_text
from activities.models import Attendance, Course, Issue, Lecture, Series, Site
from activities.models.course import SiteKind
from activities.models.lecture import (
    MEMBER_KINDS,
    AttendanceBasis,
    AttendanceStatus,
    LectureKind,
    LecturerRole,
    LectureState,
    Organiser,
    PhotoKind,
)
from activities.services.lecture import next_number
from activities.services.roster import roster
from chambers.models import Appointment, Branch, Chamber, Member, Post, Role, User
from redleader.records.editing import RecordForm
from redleader.records.fields import MultipleFileField
from redleader.records.forms import Form, type_if_many
from redleader.records.history import rows_then
from redleader.records.layout import Fold

RECENT_ISSUES = 3
# A new record of these kinds is taken for the next issue, until told otherwise.
NUMBERED_KINDS = [LectureKind.PARTY_LECTURE, LectureKind.HALL]
NEW = "new"
NUMBERS = ["present", "expected", "on_leave", "absent", "guests"]
PARTS = ["on_leave", "absent", "guests"]


class LectureForm(RecordForm):
    """One lecture, in three steps; eight fields are required, most are known."""

    sections = (
        (
            "讲了什么",
            "topic",
            ("kind", "theme"),
            ("started_at", "ended_at"),
            "venue",
            ("lecturer_name", "lecturer_role"),
            "issue_choice",
            Fold(
                "主办单位、课程等（一般不用改）",
                "organiser",
                ("chamber", "branch"),
                ("course", "site"),
                ("host_name", "recorder_name"),
            ),
        ),
        (
            "来了多少人",
            "workbench/lecture/_roll.html",
            Fold(
                "不点名，只填人数",
                ("present", "expected"),
                ("on_leave", "absent"),
                "workbench/lecture/_numbers.html",
            ),
            ("guests",),
        ),
        (
            "照片和说明",
            "photos",
            "public_summary",
            "is_public",
            "content",
            "decision",
        ),
    )
    section_class = "step"
    head = "workbench/lecture/_head.html"
    bar = "workbench/lecture/_bar.html"
    attributes: ClassVar = {"data-lecture": True, "data-draft": True}

    issue_choice = forms.ChoiceField(label="期数", required=False)
    photos = MultipleFileField(
        label="照片（可选）",
        required=False,
        help_text="最多 9 张，每张不超过 10 MB；位置等附加信息会自动去除。",
    )
    roll = RollField()

    class Meta:
        model = Lecture
        fields = [
            "topic",
            "kind",
            "theme",
            "started_at",
            "ended_at",
            "venue",
            "lecturer_name",
            "lecturer_role",
            "organiser",
            "chamber",
            "branch",
            "course",
            "site",
            "host_name",
            "recorder_name",
            "present",
            "expected",
            "on_leave",
            "absent",
            "guests",
            "content",
            "decision",
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
            "decision": forms.Textarea(attrs={"rows": 2}),
            "public_summary": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "public_summary": "会显示在网站上，请不要写个人姓名。",
            "is_public": "公开主题、时间、地点、主讲人身份和人数，不公开姓名。",
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.filled = None  # a roll that a button has filled in, and nobody saved
        self.narrow_choices()
        for name in ("venue", "lecturer_name", "lecturer_role"):
            self.fields[name].required = True
        for name in NUMBERS:
            self.fields[name].required = False
            self.fields[name].widget.attrs |= {"inputmode": "numeric"}
        basis, given = self.instance.attendance_basis, kwargs.get("initial") or {}
        if self.instance.present is None:  # Nobody is counted yet.
            self.initial |= {name: given.get(name) for name in PARTS}
        elif basis == AttendanceBasis.NAMES:  # The numbers follow from the names.
            self.initial |= {name: given.get(name) for name in NUMBERS[:-1]}
        self.fields["photos"].widget.attrs |= {
            "accept": "image/jpeg,image/png,image/webp"
        }
        self.fields["issue_choice"].choices = self.issue_choices()
        self.initial.setdefault("issue_choice", self.instance.issue_id or "")
        self.prepare_roll()

    def narrow_choices(self):
        """Offer what is in the user's scope, and what the record already has."""
        own = self.instance
        chambers = Chamber.objects.visible_to(self.user).active()
        self.fields["chamber"].queryset = chambers
        self.fields["branch"].queryset = Branch.objects.visible_to(self.user)
        if self.user.role == Role.BRANCH_SECRETARY:
            self.fields["branch"].required = True  # or they would not see it again
        self.fields["course"].queryset = Course.objects.filter(
            Q(is_open=True) | Q(pk=own.course_id)
        )
        self.fields["site"].queryset = Site.objects.filter(
            Q(kind=SiteKind.RED) | Q(pk=own.site_id)
        )
        type_if_many(self, "chamber", "branch", "site")
        if not self.user.is_staff:
            choices = [c for c in Organiser.choices if c[0] != Organiser.FEDERATION]
            self.fields["organiser"].choices = choices

    @property
    def members(self) -> list[Member]:
        """The persons whom the roll may name."""
        return self.fields["roll"].members  # type: ignore[attr-defined]

    def prepare_roll(self):
        """Offer the roster of the organisation and kind that this form is about."""
        field = self.fields["roll"]
        members = roster(self.chosen("chamber"), self.chosen("branch"), self.kind)
        field.members = list(members)
        if self.instance.pk:
            rows = self.instance.attendances.select_related("member")
            stored = {row.member_id: row.status for row in rows}
            self.initial.setdefault("roll", stored)
            listed = {member.pk for member in field.members}
            # Who has left since then stays on the roll of that day.
            field.members += [row.member for row in rows if row.member_id not in listed]

    @property
    def kind(self):
        return self["kind"].value()

    def chosen(self, name):
        """Return the object that a field names, sent or initial, if it is allowed."""
        try:
            return self.fields[name].clean(self[name].value())
        except ValidationError:
            return None

    def roll_rows(self):
        statuses = self["roll"].value() if self.filled is None else self.filled
        return self.fields["roll"].rows(statuses)

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

    @property
    def compared(self):
        return ["issue_choice", *super().compared, "roll"]

    def beside(self):
        issue, roll = self["issue_choice"].value(), super().beside()["roll"]
        return {"issue_choice": str(issue or ""), "roll": dict(roll or {})}

    def beside_then(self, event):
        rows = rows_then(event, Attendance, lecture_id=event.pgh_obj_id)
        roll = {row.member_id: row.status for row in rows}
        return {"issue_choice": str(event.issue_id or ""), "roll": roll}

    def word(self, name, value):
        return roll_text(value) if name == "roll" else super().word(name, value)

    @property
    def double(self):
        """The key of the record that this one was refused for repeating."""
        errors = self.errors.as_data().get("topic", [])
        return next((e.params["pk"] for e in errors if e.code == "double"), None)

    @property
    def statuses(self):
        return AttendanceStatus.choices

    def unfolds(self, names):
        """Open also what is needed: the chamber, numbers where nobody is named."""
        if "chamber" in names:
            needed = not self.chosen("chamber")
        else:
            needed = not self.roll_rows or self["present"].value() is not None
        return needed or super().unfolds(names)

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
        self.clean_numbers(data)
        started_at = data.get("started_at")
        if started_at:
            self.check_time(data.get("chamber"), started_at)
        self.check_organiser(data)
        return data

    def clean_numbers(self, data):
        """Fill in what follows: names give all numbers, 应到 gives the absent."""
        typed = {name for name in NUMBERS if data.get(name) is not None}
        for name in PARTS:
            if name not in typed and name not in self.errors:
                data[name] = 0
        if "present" in self.errors:
            return
        roll = data.get("roll")
        if "present" not in typed:
            if roll:
                self.instance.attendance_basis = AttendanceBasis.NAMES
                data |= {"expected": len(roll)} | count(roll.values())
            else:
                self.add_error("present", "请点名，或填写实到人数。")
            return
        self.instance.attendance_basis = AttendanceBasis.NUMBERS
        present, expected = data["present"], data.get("expected")
        if expected is None:
            return
        if present > expected:
            self.add_error(
                "present", f"到场 {present} 人多于应到 {expected} 人，请核对。"
            )
        elif not {"absent", "on_leave"} & set(self.errors) and "absent" not in typed:
            data["absent"] = max(0, expected - present - data["on_leave"])

    def check_organiser(self, data):
        organiser, chamber = data.get("organiser"), data.get("chamber")
        branch = data.get("branch")
        if organiser == Organiser.FEDERATION:
            data["chamber"] = data["branch"] = None
            return
        if not chamber and "chamber" not in self.errors:
            self.add_error("chamber", "请选择所属商会。")
        if organiser == Organiser.BRANCH and not branch and "branch" not in self.errors:
            self.add_error("branch", "请选择主办的党组织。")
        if chamber and branch and not branch.chambers.filter(pk=chamber.pk).exists():
            self.add_error("branch", "该党组织不覆盖所选商会，请重新选择。")

    def check_time(self, chamber, started_at):
        founded = chamber.founded_on if chamber else None
        if founded and timezone.localtime(started_at).date() < founded:
            self.add_error(
                "started_at", f"早于商会成立日期（{founded:%Y-%m-%d}），请核对。"
            )
        if started_at > timezone.now():
            self.add_error("started_at", "开讲时间晚于当前时间，不能登记到场人数。")

    def _post_clean(self):
        choice = self.cleaned_data.get("issue_choice")
        self.new_issue = choice if isinstance(choice, tuple) else None
        self.instance.issue = choice if isinstance(choice, Issue) else None
        # What is written here is a record, whatever it was before.
        if self.instance.state == LectureState.PLANNED:
            self.instance.state = LectureState.DRAFT
        super()._post_clean()

    def service_arguments(self):
        """Return what ``save_lecture`` takes besides the lecture and the user."""
        data = self.cleaned_data
        return {
            "version": data.get("version"),
            "new_issue": self.new_issue,
            "roll": data["roll"],
            "photos": data["photos"],
        }


def typed_before(data: QueryDict) -> dict[str, object]:
    """Return what a form was sent with, as the initial values of a new one."""
    return {
        name: field.widget.value_from_datadict(data, {}, name)
        for name, field in LectureForm.base_fields.items()
        if name not in ("photos", "version")
    }


def lecture_defaults(user: User, *, copied: Lecture | None = None) -> dict[str, object]:
    """Return what a new form already knows from the last record and the posts.

    A ``copied`` record gives its kind, place, lecturer and organiser too.
    """
    defaults: dict[str, object] = {
        "started_at": timezone.localtime().replace(second=0, microsecond=0)
    }
    if copied:
        names = ["kind", "theme", "topic", "venue", "lecturer_name", "lecturer_role"]
        names += ["organiser", "chamber_id", "branch_id", "course_id", "site_id"]
        names += ["host_name", "recorder_name"]
        return defaults | {
            name.removesuffix("_id"): getattr(copied, name) for name in names
        }
    chambers = list(Chamber.objects.visible_to(user).active()[:2])
    if len(chambers) != 1:
        return defaults
    chamber = chambers[0]
    defaults["chamber"] = chamber.pk
    branches = Branch.objects.visible_to(user).filter(dissolved_on__isnull=True)
    branch = branches.filter(chambers=chamber).first()
    if branch:
        defaults |= {"branch": branch.pk, "organiser": Organiser.BRANCH}
        defaults |= secretary_defaults(branch)
    last = last_record(chamber)
    if last:
        defaults |= {"venue": last.venue, "kind": last.kind}
        defaults["recorder_name"] = last.recorder_name
    series = Series.objects.filter(is_open=True).first()
    if series and (last is None or last.kind in NUMBERED_KINDS):
        defaults["issue_choice"] = f"{NEW}:{series.pk}:{next_number(series)}"
    return defaults


def plan_defaults(lecture: Lecture) -> dict[str, object]:
    """Return what a plan leaves open and is known when its record is made."""
    if not lecture.is_plan:
        return {}
    last = last_record(lecture.chamber)
    known: dict[str, object] = {}
    if not lecture.venue and last:
        known["venue"] = last.venue
    if not lecture.lecturer_name and lecture.branch:
        known |= secretary_defaults(lecture.branch)
    return known


def secretary_defaults(branch: Branch) -> dict[str, object]:
    """Return the lecturer that a branch most often has: its secretary."""
    posts = Appointment.objects.on(timezone.localdate()).filter(
        branch=branch, post=Post.BRANCH_SECRETARY
    )
    secretary = posts.select_related("member").first()
    if not secretary:
        return {}
    return {
        "lecturer_name": secretary.member.name,
        "lecturer_role": LecturerRole.BRANCH_SECRETARY,
    }


def last_record(chamber: Chamber | None) -> Lecture | None:
    """Return the newest record of a chamber, plans aside."""
    records = Lecture.objects.filter(chamber=chamber, present__isnull=False)
    return records.newest_first().first() if chamber else None


def last_roll(chamber: Chamber | None, kind: str) -> Mapping[int, str]:
    """Return who was there last time among the same people."""
    if not chamber:
        return {}
    records = Lecture.objects.filter(chamber=chamber, attendances__isnull=False)
    of_members = kind in MEMBER_KINDS
    same = (
        records.filter(kind__in=MEMBER_KINDS)
        if of_members
        else records.exclude(kind__in=MEMBER_KINDS)
    )
    last = same.newest_first().first()
    return dict(last.attendances.values_list("member", "status")) if last else {}


class ReasonForm(Form):
    button = "开始更正"

    reason = forms.CharField(
        label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class PhotosForm(Form):
    button, look = "上传", ""

    photos = MultipleFileField(label="照片")
    kind = forms.ChoiceField(
        label="类型", choices=PhotoKind, required=False, initial=PhotoKind.SCENE
    )

    def clean_kind(self):
        return self.cleaned_data["kind"] or PhotoKind.SCENE
