"""One session of a lecture or meeting: 讲堂, 党课 and the meetings of 三会一课."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from activities.models.course import Course, Site
from activities.models.lecture.kinds import (
    CLOSED_ERROR,
    CONTENT_COLUMNS,
    EDITABLE_SQL,
    EDITABLE_STATES,
    FIRST_STATES,
    MAX_PEOPLE,
    PUBLIC_STATES,
    TRANSITIONS,
    AttendanceBasis,
    LectureKind,
    LecturerRole,
    LectureState,
    Organiser,
    Theme,
)
from activities.models.lecture.rules import LECTURE_CONSTRAINTS
from activities.models.lecture.series import Issue
from chambers.models import Branch, Chamber, Role
from redleader.records.constraints import Refuse, sql_list
from redleader.records.record import DemoMark, Record, Written
from redleader.records.search import SearchGramsField, SearchTextField, search_index
from redleader.records.steps import state_triggers


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
    STATES = LectureState
    search_text = SearchTextField("topic")
    search_grams = SearchGramsField()

    objects = LectureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "讲课记录"
        ordering = ["-started_at", "-pk"]
        constraints = LECTURE_CONSTRAINTS
        triggers = [
            *state_triggers(
                TRANSITIONS,
                begins=FIRST_STATES,
                steps="activities_lecturestep",
                owner="lecture_id",
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
    def next_states(self):
        return TRANSITIONS[LectureState(self.state)]

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
