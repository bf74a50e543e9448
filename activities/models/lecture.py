"""Lectures: 红土初心讲堂, 党课 and the meetings of 三会一课."""

import uuid

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from chambers.models import Branch, Chamber, Member
from redleader.constraints import Refuse, one_of
from redleader.storage import random_name


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
    EXCHANGE = "exchange", "考察交流"


class LecturerRole(models.TextChoices):
    BRANCH_SECRETARY = "branch_secretary", "商会党支部书记"
    COUNTY_LEADER = "county_leader", "县领导"
    EXPERT = "expert", "专家"
    MODEL = "model", "先进典型"
    OTHER = "other", "其他"


class LectureState(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    ACCEPTED = "accepted", "通过"
    RETURNED = "returned", "退回"
    ARCHIVED = "archived", "已归档"


# The only legal steps; the database refuses every other one.
TRANSITIONS = {
    LectureState.DRAFT: [LectureState.SUBMITTED],
    LectureState.SUBMITTED: [
        LectureState.DRAFT,
        LectureState.ACCEPTED,
        LectureState.RETURNED,
    ],
    LectureState.RETURNED: [LectureState.SUBMITTED],
    LectureState.ACCEPTED: [LectureState.ARCHIVED],
    LectureState.ARCHIVED: [],
}
EDITABLE_STATES = [LectureState.DRAFT, LectureState.RETURNED]
PUBLIC_STATES = [LectureState.ACCEPTED, LectureState.ARCHIVED]
EDITABLE_SQL = ", ".join(f"'{state.value}'" for state in EDITABLE_STATES)
CLOSED_ERROR = "该记录已提交审核，不能修改；如需更正请先“撤回”。"
MAX_PEOPLE = 2000


@pghistory.track()
class Series(models.Model):
    """A row of numbered lectures, such as 红土初心讲堂."""

    name = models.CharField("名称", max_length=40, unique=True)
    introduction = models.TextField("简介", max_length=1000, blank=True)
    is_open = models.BooleanField("可登记新一期", default=True)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

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
        """All for staff; for a secretary those of the chambers they keep."""
        if user.is_staff:
            return self
        return self.filter(chamber__in=Chamber.objects.visible_to(user))

    def counted(self):
        """Accepted records; only these enter a figure."""
        return self.filter(state__in=PUBLIC_STATES)

    def public(self):
        return self.counted().filter(is_public=True)

    def waiting(self):
        return self.filter(state=LectureState.SUBMITTED)

    def newest_first(self):
        return self.order_by("-started_at", "-pk")


CONTENT_COLUMNS = [
    "kind",
    "issue_id",
    "topic",
    "chamber_id",
    "branch_id",
    "started_at",
    "ended_at",
    "venue",
    "lecturer_name",
    "lecturer_role",
    "expected",
    "present",
    "on_leave",
    "absent",
    "guests",
    "content",
    "public_summary",
]


@pghistory.track()
class Lecture(models.Model):
    """One session (场次) of a lecture or meeting, with what came of its review."""

    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
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
    topic = models.CharField("主题", max_length=80)
    chamber = models.ForeignKey(
        Chamber, models.PROTECT, related_name="lectures", verbose_name="主办商会"
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lectures",
        verbose_name="主办党组织",
    )
    started_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    venue = models.CharField("地点", max_length=60)
    lecturer_name = models.CharField(
        "主讲人", max_length=30, help_text="只在内部使用，不公开。"
    )
    lecturer_role = models.CharField("主讲人身份", max_length=20, choices=LecturerRole)
    expected = models.PositiveSmallIntegerField(
        "应到", null=True, blank=True, validators=[MaxValueValidator(MAX_PEOPLE)]
    )
    present = models.PositiveSmallIntegerField(
        "实到", validators=[MaxValueValidator(MAX_PEOPLE)]
    )
    on_leave = models.PositiveSmallIntegerField(
        "请假", default=0, validators=[MaxValueValidator(MAX_PEOPLE)]
    )
    absent = models.PositiveSmallIntegerField(
        "缺席", default=0, validators=[MaxValueValidator(MAX_PEOPLE)]
    )
    guests = models.PositiveSmallIntegerField(
        "列席", default=0, validators=[MaxValueValidator(MAX_PEOPLE)]
    )
    content = models.TextField("内容摘要（内部）", max_length=3000, blank=True)
    public_summary = models.TextField("公开简介", max_length=500, blank=True)
    is_public = models.BooleanField("在网站公开", default=True)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=LectureState,
        default=LectureState.DRAFT,
        editable=False,
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    created_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        related_name="created_lectures",
        editable=False,
        verbose_name="登记人",
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
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = LectureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "讲课记录"
        ordering = ["-started_at", "-pk"]
        constraints = [
            one_of(LectureKind, "kind", "类别"),
            one_of(LecturerRole, "lecturer_role", "主讲人身份"),
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
                | Q(on_leave=0, absent=0)
                | Q(expected=F("present") + F("on_leave") + F("absent")),
                name="%(app_label)s_%(class)s_attendance_adds_up",
                violation_error_message="应到人数应等于实到、请假、缺席之和，请核对。",
            ),
            models.CheckConstraint(
                condition=Q(
                    expected__isnull=True,
                    present__lte=MAX_PEOPLE,
                    guests__lte=MAX_PEOPLE,
                )
                | Q(
                    expected__lte=MAX_PEOPLE,
                    present__lte=MAX_PEOPLE,
                    guests__lte=MAX_PEOPLE,
                ),
                name="%(app_label)s_%(class)s_people_limited",
                violation_error_message=f"人数应为 0–{MAX_PEOPLE} 的整数。",
            ),
            models.CheckConstraint(
                condition=Q(state=LectureState.DRAFT)
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
                test="NEW.state <> 'draft'",
                message="新的讲课记录须从草稿开始。",
            ),
            Refuse(
                name="legal_step",
                operation=pgtrigger.Update,
                test="NEW.state <> OLD.state AND NOT ("
                + " OR ".join(
                    f"(OLD.state = '{old.value}' AND NEW.state = '{new.value}')"
                    for old, news in TRANSITIONS.items()
                    for new in news
                )
                + ")",
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
                test="OLD.state <> 'draft'",
                message="只有草稿可以删除。",
            ),
        ]
        indexes = [
            # public lecture list, newest first
            models.Index(
                fields=["-started_at", "-id"],
                name="activities_lecture_public",
                condition=Q(state__in=PUBLIC_STATES, is_public=True),
            ),
            # workbench list of a chamber, newest first
            models.Index(
                fields=["chamber", "-started_at", "-id"],
                name="activities_lecture_chamber",
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
    def is_editable(self):
        return self.state in EDITABLE_STATES

    @property
    def is_waiting(self):
        return self.state == LectureState.SUBMITTED


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
            Refuse(
                name="roll_is_closed",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test=f"""EXISTS (
                    SELECT 1 FROM activities_lecture
                    WHERE id = NEW.lecture_id AND state NOT IN ({EDITABLE_SQL})
                )""",
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
            models.UniqueConstraint(
                fields=["lecture", "sha256"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这张照片已在本场活动中上传过，未重复保存。",
            )
        ]

    def __str__(self):
        return f"{self.lecture} 照片{self.pk}"
