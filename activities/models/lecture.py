"""Lectures: 红土初心讲堂, 党课 and the meetings of 三会一课."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from activities.models.course import Course, Site
from chambers.models import Branch, Chamber, Member, Role
from redleader.records.constraints import (
    Refuse,
    legal_steps,
    one_of,
    one_of_or_blank,
    sql_list,
)
from redleader.records.record import DemoMark, Record, Written
from redleader.records.search import SearchGramsField, SearchTextField, search_index
from redleader.uploads.storage import random_name


class LectureKind(models.TextChoices):
    """domain.md 2.4 and 3."""

    PARTY_LECTURE = "party_lecture", "党课"
    HALL = "hall", "讲堂"
    ASSEMBLY = "assembly", "支部党员大会"
    COMMITTEE = "committee", "支部委员会会议"
    GROUP = "group", "党小组会"
    PARTY_DAY = "party_day", "主题党日"
    ORGANISATION_LIFE = "organisation_life", "组织生活会"
    APPRAISAL = "appraisal", "民主评议党员"
    CONVICTION = "conviction", "理想信念教育"
    EXCHANGE = "exchange", "考察交流、调研"


# Meetings of Party members alone: their roster is the branch, not the chamber.
MEMBER_KINDS = [
    LectureKind.ASSEMBLY,
    LectureKind.COMMITTEE,
    LectureKind.GROUP,
    LectureKind.ORGANISATION_LIFE,
    LectureKind.APPRAISAL,
]


class Theme(models.TextChoices):
    """The three activities of the county's brand; public report, line 11."""

    RECITE = "recite", "党章传诵我来讲"
    SHINE = "shine", "党徽闪光我担当"
    LEAD = "lead", "党旗飘扬我先行"


class Organiser(models.TextChoices):
    CHAMBER = "chamber", "商会"
    BRANCH = "branch", "党组织"
    FEDERATION = "federation", "县工商联"


class LecturerRole(models.TextChoices):
    BRANCH_SECRETARY = "branch_secretary", "商会党支部书记"
    COUNTY_LEADER = "county_leader", "县领导"
    EXPERT = "expert", "专家"
    MODEL = "model", "先进典型"
    OTHER = "other", "其他"


class LectureState(models.TextChoices):
    PLANNED = "planned", "计划"
    CANCELLED = "cancelled", "已取消"
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    ACCEPTED = "accepted", "通过"
    RETURNED = "returned", "退回"
    ARCHIVED = "archived", "已归档"
    SUPERSEDED = "superseded", "已更正"


# The only legal steps; the database refuses every other one.
TRANSITIONS = {
    LectureState.PLANNED: [LectureState.DRAFT, LectureState.CANCELLED],
    LectureState.CANCELLED: [LectureState.PLANNED],
    LectureState.DRAFT: [LectureState.SUBMITTED],
    LectureState.SUBMITTED: [
        LectureState.DRAFT,
        LectureState.ACCEPTED,
        LectureState.RETURNED,
    ],
    LectureState.RETURNED: [LectureState.SUBMITTED],
    LectureState.ACCEPTED: [LectureState.ARCHIVED, LectureState.SUPERSEDED],
    LectureState.ARCHIVED: [LectureState.SUPERSEDED],
    LectureState.SUPERSEDED: [],
}
FIRST_STATES = [LectureState.PLANNED, LectureState.DRAFT]
# A plan may lack what only the event itself brings.
PLAN_STATES = [LectureState.PLANNED, LectureState.CANCELLED]
EDITABLE_STATES = [LectureState.PLANNED, LectureState.DRAFT, LectureState.RETURNED]
PUBLIC_STATES = [LectureState.ACCEPTED, LectureState.ARCHIVED]


EDITABLE_SQL = sql_list(EDITABLE_STATES)
CLOSED_ERROR = "该记录已提交审核，不能修改；如需更正请先“撤回”。"
MAX_PEOPLE = 2000


@pghistory.track()
class Series(DemoMark):
    """A series of numbered lectures, such as 红土初心讲堂."""

    name = models.CharField("名称", max_length=40, unique=True)
    introduction = models.TextField("简介", max_length=1000, blank=True)
    is_open = models.BooleanField("可登记新一期", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "讲堂系列"
        ordering = ["pk"]

    def __str__(self):
        return self.name


@pghistory.track()
class Issue(models.Model):
    """第 N 期 of a series. Numbers begin at 1 and leave no gap."""

    series = models.ForeignKey(
        Series, models.PROTECT, related_name="issues", verbose_name="讲堂系列"
    )
    number = models.PositiveSmallIntegerField("期数")

    class Meta:
        verbose_name = verbose_name_plural = "期"
        ordering = ["series", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "number"],
                name="%(app_label)s_%(class)s_number_unique",
                violation_error_message="这一期已经登记。",
            )
        ]
        triggers = [
            # The lock on the series makes two writers take turns.
            Refuse(
                name="number_follows",
                operation=pgtrigger.Insert,
                before="""
                    PERFORM 1 FROM activities_series
                    WHERE id = NEW.series_id FOR UPDATE;
                    SELECT COALESCE(MAX(number), 0) INTO latest
                    FROM activities_issue WHERE series_id = NEW.series_id;
                """,
                declare=[("latest", "integer")],
                test="NEW.number <> latest + 1",
                message="期数必须连续，不能跳号。",
            ),
            Refuse(
                name="number_stays",
                operation=pgtrigger.Update,
                test="NEW.number <> OLD.number OR NEW.series_id <> OLD.series_id",
                message="期数登记后不能改动。",
            ),
            Refuse(
                name="last_goes_first",
                operation=pgtrigger.Delete,
                test="""EXISTS (
                    SELECT 1 FROM activities_issue
                    WHERE series_id = OLD.series_id AND number > OLD.number
                )""",
                message="后面已有新的一期，不能删除这一期。",
            ),
        ]

    def __str__(self):
        return f"{self.series}第{self.number}期"


class LectureQuerySet(models.QuerySet["Lecture"]):
    def visible_to(self, user):
        """All for staff; for a secretary those of the chambers they keep.

        For a branch secretary those of the branches they head.
        """
        if user.is_staff:
            return self
        if user.role == Role.BRANCH_SECRETARY:
            return self.filter(branch__in=Branch.objects.visible_to(user))
        return self.filter(chamber__in=Chamber.objects.visible_to(user))

    def counted(self):
        """Accepted records; only these enter a figure."""
        return self.filter(state__in=PUBLIC_STATES)

    def public(self):
        return self.counted().filter(is_public=True)

    def planned(self):
        return self.filter(state=LectureState.PLANNED)

    def unrecorded(self):
        """Plans whose time has come and whose record is still to be made."""
        return self.planned().filter(started_at__lte=timezone.now())

    def of_organiser(self):
        """With what every row of a list names."""
        return self.select_related("chamber", "branch", "issue__series")

    def waiting(self):
        return self.filter(state=LectureState.SUBMITTED)

    def newest_first(self):
        return self.order_by("-started_at", "-pk")


# What a record says; closed while it is under review and afterwards.
CONTENT_FIELDS = [
    "kind",
    "theme",
    "issue",
    "topic",
    "organiser",
    "chamber",
    "branch",
    "course",
    "site",
    "started_at",
    "ended_at",
    "venue",
    "lecturer_name",
    "lecturer_role",
    "host_name",
    "recorder_name",
    "attendance_basis",
    "expected",
    "present",
    "on_leave",
    "absent",
    "guests",
    "content",
    "decision",
    "public_summary",
]
RELATIONS = {"issue", "chamber", "branch", "course", "site"}
CONTENT_COLUMNS = [
    f"{name}_id" if name in RELATIONS else name for name in CONTENT_FIELDS
]


class AttendanceBasis(models.TextChoices):
    """What an attendance stands on; every report says which."""

    NUMBERS = "numbers", "仅人数"
    NAMES = "names", "按名单"
    BOTH = "both", "人数和名单"


def people(label: str, **kwargs) -> models.PositiveSmallIntegerField:
    """Return a column that counts persons."""
    limit = [MaxValueValidator(MAX_PEOPLE)]
    return models.PositiveSmallIntegerField(label, validators=limit, **kwargs)


@pghistory.track(exclude=["search_text", "search_grams"])
class Lecture(Record, Written, DemoMark):
    """One session (场次) of a lecture or meeting, with what came of its review."""

    kind = models.CharField(
        "类别", max_length=20, choices=LectureKind, default=LectureKind.PARTY_LECTURE
    )
    issue = models.ForeignKey(
        Issue,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lectures",
        verbose_name="期",
    )
    theme = models.CharField("三项活动", max_length=10, choices=Theme, blank=True)
    topic = models.CharField("主题", max_length=80)
    organiser = models.CharField(
        "主办单位类型", max_length=12, choices=Organiser, default=Organiser.CHAMBER
    )
    chamber = models.ForeignKey(
        Chamber,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lectures",
        verbose_name="所属商会",
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lectures",
        verbose_name="党组织",
    )
    course = models.ForeignKey(
        Course,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lectures",
        verbose_name="课程",
    )
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lectures",
        verbose_name="红色资源",
    )
    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    venue = models.CharField("地点", max_length=60, blank=True)
    lecturer_name = models.CharField(
        "主讲人", max_length=30, blank=True, help_text="只在内部使用，不公开。"
    )
    lecturer_role = models.CharField(
        "主讲人身份", max_length=20, choices=LecturerRole, blank=True
    )
    host_name = models.CharField("主持人", max_length=30, blank=True)
    recorder_name = models.CharField("记录人", max_length=30, blank=True)
    attendance_basis = models.CharField(
        "人数依据",
        max_length=10,
        choices=AttendanceBasis,
        default=AttendanceBasis.NUMBERS,
        editable=False,
    )
    expected = people("应到", null=True, blank=True)
    present = people("实到", null=True, blank=True)
    on_leave = people("请假", default=0)
    absent = people("缺席", default=0)
    guests = people("列席", default=0)
    content = models.TextField("内容摘要（内部）", max_length=3000, blank=True)
    decision = models.TextField("决议（内部）", max_length=1000, blank=True)
    public_summary = models.TextField("公开简介", max_length=500, blank=True)
    is_public = models.BooleanField("在网站公开", default=True)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=LectureState,
        default=LectureState.DRAFT,
        editable=False,
    )
    submitted_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        null=True,
        related_name="submitted_lectures",
        editable=False,
        verbose_name="提交人",
    )
    submitted_at = models.DateTimeField("提交时间", null=True, editable=False)
    reviewed_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        null=True,
        related_name="reviewed_lectures",
        editable=False,
        verbose_name="审核人",
    )
    reviewed_at = models.DateTimeField("审核时间", null=True, editable=False)
    return_reason = models.CharField(
        "退回原因", max_length=300, blank=True, editable=False
    )
    return_fields = ArrayField(
        models.CharField(max_length=20),
        verbose_name="需要改正的项目",
        default=list,
        blank=True,
        editable=False,
    )
    cancel_reason = models.CharField(
        "取消原因", max_length=100, blank=True, editable=False
    )
    corrects = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="correction",
        editable=False,
        verbose_name="更正的记录",
    )
    correction_reason = models.CharField(
        "更正原因", max_length=200, blank=True, editable=False
    )
    search_text = SearchTextField("topic")
    search_grams = SearchGramsField()

    objects = LectureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "讲课记录"
        ordering = ["-started_at", "-pk"]
        constraints = [
            one_of(LectureKind, "kind", "类别"),
            one_of_or_blank(LecturerRole, "lecturer_role", "主讲人身份"),
            one_of_or_blank(Theme, "theme", "三项活动"),
            one_of(Organiser, "organiser", "主办单位类型"),
            one_of(AttendanceBasis, "attendance_basis", "人数依据"),
            one_of(LectureState, "state", "状态"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("started_at")),
                name="%(app_label)s_%(class)s_ends_after_start",
                violation_error_message="结束时间应晚于开始时间。",
            ),
            models.CheckConstraint(
                condition=Q(expected__isnull=True) | Q(present__lte=F("expected")),
                name="%(app_label)s_%(class)s_present_within_expected",
                violation_error_message="实到人数多于应到人数，请核对。",
            ),
            models.CheckConstraint(
                condition=Q(expected__isnull=True)
                | Q(present__isnull=True)
                | Q(expected=F("present") + F("on_leave") + F("absent")),
                name="%(app_label)s_%(class)s_attendance_adds_up",
                violation_error_message="应到人数应等于实到、请假、缺席之和，请核对。",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True})
                    | Q(**{f"{name}__lte": MAX_PEOPLE}),
                    name=f"%(app_label)s_%(class)s_{name}_limited",
                    violation_error_message=f"人数应为 0–{MAX_PEOPLE} 的整数。",
                )
                for name in ("expected", "present", "guests")
            ),
            models.CheckConstraint(
                condition=Q(organiser=Organiser.FEDERATION, chamber__isnull=True)
                | Q(organiser=Organiser.CHAMBER, chamber__isnull=False)
                | Q(
                    organiser=Organiser.BRANCH,
                    chamber__isnull=False,
                    branch__isnull=False,
                ),
                name="%(app_label)s_%(class)s_organiser_named",
                violation_error_message="商会主办须选择商会，党组织主办须选择党组织；"
                "县工商联主办的不选商会。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=PLAN_STATES)
                | Q(present__isnull=False)
                & ~Q(venue="")
                & ~Q(lecturer_name="")
                & ~Q(lecturer_role=""),
                name="%(app_label)s_%(class)s_record_complete",
                violation_error_message="请填写地点、主讲人、主讲人身份和实到人数。",
            ),
            models.CheckConstraint(
                condition=~Q(state=LectureState.CANCELLED) | ~Q(cancel_reason=""),
                name="%(app_label)s_%(class)s_cancel_has_reason",
                violation_error_message="取消计划须写明原因。",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(correction_reason=""),
                name="%(app_label)s_%(class)s_correction_has_reason",
                violation_error_message="更正须写明原因。",
            ),
            models.CheckConstraint(
                condition=Q(return_fields__contained_by=CONTENT_FIELDS),
                name="%(app_label)s_%(class)s_return_fields_known",
                violation_error_message="所选需要改正的项目无效，请重新选择。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[*PLAN_STATES, LectureState.DRAFT])
                | Q(
                    submitted_at__isnull=False,
                    submitted_by__isnull=False,
                    started_at__lte=F("submitted_at"),
                ),
                name="%(app_label)s_%(class)s_held_before_submitted",
                violation_error_message="开讲时间晚于当前时间，不能提交。",
            ),
            models.CheckConstraint(
                condition=~Q(state=LectureState.RETURNED) | ~Q(return_reason=""),
                name="%(app_label)s_%(class)s_return_has_reason",
                violation_error_message="退回须写明原因。",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[
                        LectureState.ACCEPTED,
                        LectureState.RETURNED,
                        LectureState.ARCHIVED,
                        LectureState.SUPERSEDED,
                    ]
                )
                | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="%(app_label)s_%(class)s_review_is_signed",
                violation_error_message="审核须有审核人和时间。",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True)
                | ~Q(reviewed_by=F("submitted_by")),
                name="%(app_label)s_%(class)s_not_own_review",
                violation_error_message="不能审核本人提交的记录。",
            ),
        ]
        triggers = [
            Refuse(
                name="begins_as_draft",
                operation=pgtrigger.Insert,
                test=f"NEW.state NOT IN ({sql_list(FIRST_STATES)})",
                message="新的讲课记录须从计划或草稿开始。",
            ),
            Refuse(
                name="legal_step",
                operation=pgtrigger.Update,
                test=f"NEW.state <> OLD.state AND NOT ({legal_steps(TRANSITIONS)})",
                message="记录的状态已经改变，不能这样操作。",
            ),
            Refuse(
                name="content_is_closed",
                operation=pgtrigger.Update,
                test=f"OLD.state NOT IN ({EDITABLE_SQL}) AND ("
                + " OR ".join(
                    f"NEW.{column} IS DISTINCT FROM OLD.{column}"
                    for column in CONTENT_COLUMNS
                )
                + ")",
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="only_drafts_go",
                operation=pgtrigger.Delete,
                test=f"OLD.state NOT IN ({sql_list(FIRST_STATES)})",
                message="只有计划和草稿可以删除。",
            ),
            Refuse(
                name="numbers_are_the_roll",
                operation=pgtrigger.Update,
                before="""
                    SELECT count(*) FILTER (WHERE status = 'present'),
                        count(*) FILTER (WHERE status = 'on_leave'),
                        count(*) FILTER (WHERE status = 'absent')
                    INTO roll_present, roll_on_leave, roll_absent
                    FROM activities_attendance WHERE lecture_id = NEW.id;
                """,
                declare=[
                    ("roll_present", "integer"),
                    ("roll_on_leave", "integer"),
                    ("roll_absent", "integer"),
                ],
                test="""NEW.state = 'submitted' AND OLD.state <> 'submitted' AND (
                    (NEW.attendance_basis = 'names' AND (
                        NEW.present <> roll_present
                        OR NEW.on_leave <> roll_on_leave
                        OR NEW.absent <> roll_absent
                    ))
                    OR (NEW.attendance_basis = 'both' AND NEW.present < roll_present)
                )""",
                message="人数与名单不一致，请核对后再提交。",
            ),
            Refuse(
                name="correction_follows",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test=f"""NEW.corrects_id IS NOT NULL
                    AND NEW.corrects_id IS DISTINCT FROM OLD.corrects_id
                    AND NOT EXISTS (
                    SELECT 1 FROM activities_lecture
                    WHERE id = NEW.corrects_id
                        AND state IN ({sql_list(PUBLIC_STATES)})
                )""",
                message="只有通过或归档的记录可以更正。",
            ),
            Refuse(
                name="superseded_by_correction",
                operation=pgtrigger.Update,
                test="""NEW.state = 'superseded' AND NOT EXISTS (
                    SELECT 1 FROM activities_lecture WHERE corrects_id = NEW.id
                )""",
                message="没有更正记录，不能改为“已更正”。",
            ),
        ]
        indexes = [
            search_index(),  # the one box of the workbench
            # public lecture list, newest first
            models.Index(
                fields=["-started_at", "-id"],
                name="activities_lecture_public",
                condition=Q(state__in=PUBLIC_STATES, is_public=True),
            ),
            # workbench list of all chambers, and of those in one state
            models.Index(
                fields=["-started_at", "-id"], name="activities_lecture_newest"
            ),
            models.Index(
                fields=["state", "-started_at", "-id"], name="activities_lecture_state"
            ),
            # the newest that count, on the desk
            models.Index(
                fields=["-started_at", "-id"],
                name="activities_lecture_counted",
                condition=Q(state__in=PUBLIC_STATES),
            ),
            # workbench list of a chamber, newest first
            models.Index(
                fields=["chamber", "-started_at", "-id"],
                name="activities_lecture_chamber",
            ),
            # requirements of a branch, and its calendar
            models.Index(
                fields=["branch", "kind", "started_at"],
                name="activities_lecture_branch",
            ),
            # what waits for review, oldest first
            models.Index(
                fields=["submitted_at"],
                name="activities_lecture_waiting",
                condition=Q(state=LectureState.SUBMITTED),
            ),
        ]

    def __str__(self):
        return self.topic

    def get_absolute_url(self):
        return reverse("workbench:lecture-detail", args=[self.pk])

    @property
    def organiser_name(self):
        """Who held it: the branch, the chamber, or the federation."""
        if self.organiser == Organiser.FEDERATION:
            return Organiser.FEDERATION.label
        return str(self.branch if self.organiser == Organiser.BRANCH else self.chamber)

    @property
    def is_editable(self):
        return self.state in EDITABLE_STATES

    @property
    def is_plan(self):
        return self.state == LectureState.PLANNED

    @property
    def is_unrecorded(self):
        """A plan whose time has come: held, or to be called off."""
        return self.is_plan and self.started_at <= timezone.now()

    @property
    def is_correctable(self):
        return self.state in PUBLIC_STATES and not hasattr(self, "correction")

    @property
    def return_labels(self):
        """The names of the fields that a reviewer wants corrected."""
        fields = (self._meta.get_field(name) for name in self.return_fields)
        return [str(field.verbose_name) for field in fields]

    @property
    def is_waiting(self):
        return self.state == LectureState.SUBMITTED

    @property
    def attendance_words(self):
        """What is known beside those present, as it follows their number."""
        words = "" if self.expected is None else f"，应到 {self.expected} 人"
        counts = {"请假": self.on_leave, "缺席": self.absent, "列席": self.guests}
        return words + "".join(f"，{of} {n} 人" for of, n in counts.items() if n)


class AttendanceStatus(models.TextChoices):
    PRESENT = "present", "实到"
    ON_LEAVE = "on_leave", "请假"
    ABSENT = "absent", "缺席"


@pghistory.track()
class Attendance(models.Model):
    """A name on the roll of a lecture; optional, internal."""

    lecture = models.ForeignKey(
        Lecture, models.CASCADE, related_name="attendances", verbose_name="讲课"
    )
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="attendances", verbose_name="会员"
    )
    status = models.CharField(
        "到会情况",
        max_length=10,
        choices=AttendanceStatus,
        default=AttendanceStatus.PRESENT,
    )
    reason = models.CharField("原因", max_length=50, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "到会名单"
        ordering = ["member__sort_key", "pk"]
        constraints = [
            one_of(AttendanceStatus, "status", "到会情况"),
            models.UniqueConstraint(
                fields=["lecture", "member"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="该会员已登记到场，无需重复登记。",
            ),
        ]
        triggers = [
            # Two rows of one person may be put together: no number changes.
            Refuse(
                name="roll_is_closed",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test=f"""EXISTS (
                    SELECT 1 FROM activities_lecture
                    WHERE id = NEW.lecture_id AND state NOT IN ({EDITABLE_SQL})
                ) AND NOT COALESCE(
                    (NEW.lecture_id, NEW.status, NEW.reason)
                        = (OLD.lecture_id, OLD.status, OLD.reason)
                    AND EXISTS (
                        SELECT 1 FROM chambers_membermerge m
                        WHERE m.undone_at IS NULL AND (
                            (m.kept_id, m.merged_id) = (NEW.member_id, OLD.member_id)
                            OR
                            (m.kept_id, m.merged_id) = (OLD.member_id, NEW.member_id)
                        )
                    ), FALSE)""",
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="roll_stays",
                operation=pgtrigger.Delete,
                test=f"""EXISTS (
                    SELECT 1 FROM activities_lecture
                    WHERE id = OLD.lecture_id AND state NOT IN ({EDITABLE_SQL})
                )""",
                message=CLOSED_ERROR,
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_status_display()}"


class PhotoKind(models.TextChoices):
    SCENE = "scene", "现场照片"
    SCAN = "scan", "签到表扫描件"


def photo_path(photo, filename):
    return random_name("photos", ".jpg")


def thumbnail_path(photo, filename):
    return random_name("thumbnails", ".jpg")


@pghistory.track()
class Photo(models.Model):
    """A re-encoded picture of a lecture, without position or other traces."""

    lecture = models.ForeignKey(
        Lecture, models.CASCADE, related_name="photos", verbose_name="讲课"
    )
    kind = models.CharField(
        "类型", max_length=10, choices=PhotoKind, default=PhotoKind.SCENE
    )
    image = models.FileField("照片", upload_to=photo_path, editable=False)
    thumbnail = models.FileField("缩略图", upload_to=thumbnail_path, editable=False)
    width = models.PositiveIntegerField("宽", editable=False)
    height = models.PositiveIntegerField("高", editable=False)
    sha256 = models.CharField("原件摘要", max_length=64, editable=False)
    name = models.CharField("原文件名", max_length=100, editable=False)
    is_public = models.BooleanField("可公开", default=False)
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "照片"
        ordering = ["pk"]
        constraints = [
            one_of(PhotoKind, "kind", "类型"),
            models.CheckConstraint(
                condition=Q(kind=PhotoKind.SCENE) | Q(is_public=False),
                name="%(app_label)s_%(class)s_scan_is_internal",
                violation_error_message="签到表扫描件含姓名，不能公开。",
            ),
            models.UniqueConstraint(
                fields=["lecture", "sha256"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这张照片已在本场活动中上传过，未重复保存。",
            ),
        ]
        indexes = [
            # the reviewer's hint that a picture was used elsewhere
            models.Index(fields=["sha256"], name="activities_photo_sha256")
        ]

    def __str__(self):
        return f"{self.lecture} 照片{self.pk}"
