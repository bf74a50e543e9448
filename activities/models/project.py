"""乡贤回归 and 乡村振兴项目: the investor, the progress, the results."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from activities.models.lead import FIRST_DAY, KeyIndustry
from activities.models.promotion import PromotionEvent
from chambers.models import Chamber, Enterprise, Region
from redleader.records.constraints import Refuse, one_of
from redleader.records.money import MoneyField
from redleader.records.record import DemoMark, Record, Written
from redleader.records.steps import (
    Step,
    state_field,
    state_triggers,
    step_constraints,
    steps_stay,
)

PEOPLE = 100_000  # of one entry; more is a slip of the keyboard


PEOPLE_ERROR = f"新增就业应为 0–{PEOPLE} 的整数。"


TOO_EARLY = "日期不能早于 2000 年 1 月 1 日。"


TODAY = "(NEW.at AT TIME ZONE 'Asia/Shanghai')::date"


class ProjectKind(models.TextChoices):
    """What a list is narrowed by; a project may be both."""

    RETURN = "return", "回乡投资"
    RURAL = "rural", "乡村振兴"
    BOTH = "both", "两者"


class ProjectState(models.TextChoices):
    LEAD = "lead", "线索"
    TALKS = "talks", "在谈"
    SIGNED = "signed", "签约"
    STARTED = "started", "开工"
    OPERATING = "operating", "投产"
    TERMINATED = "terminated", "终止"


# The only legal steps; the database refuses every other one.
TRANSITIONS = {
    ProjectState.LEAD: [ProjectState.TALKS, ProjectState.TERMINATED],
    ProjectState.TALKS: [ProjectState.SIGNED, ProjectState.TERMINATED],
    ProjectState.SIGNED: [ProjectState.STARTED, ProjectState.TERMINATED],
    ProjectState.STARTED: [ProjectState.OPERATING, ProjectState.TERMINATED],
    ProjectState.OPERATING: [],
    ProjectState.TERMINATED: [],
}


EARLY = [ProjectState.LEAD, ProjectState.TALKS]


# Signed and not given up since; only these count.
COUNTED = [ProjectState.SIGNED, ProjectState.STARTED, ProjectState.OPERATING]


DATES = {
    ProjectState.SIGNED: "签约日期",
    ProjectState.STARTED: "开工日期",
    ProjectState.OPERATING: "投产日期",
    ProjectState.TERMINATED: "终止日期",
}


CLOSED_ERROR = "该项目已终止，不能修改。"


# Columns that a trigger keeps from the entries; the history is that of the entries.
KEPT = ["paid_in", "jobs", "has_entry"]


UNSIGNED_ERROR = "到位资金和就业从签约以后登记，日期不能早于签约日期。"


ORDER_ERROR = "日期不能早于前一步的日期。"


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user):
        """All for staff; for a secretary those that their chambers brought."""
        if user.is_staff:
            return self
        return self.filter(chamber__in=Chamber.objects.visible_to(user))

    def of_kind(self, kind: str):
        if kind in (ProjectKind.RETURN, ProjectKind.BOTH):
            self = self.filter(is_return=True)
        if kind in (ProjectKind.RURAL, ProjectKind.BOTH):
            self = self.filter(is_rural=True)
        return self

    def counted(self):
        return self.filter(state__in=COUNTED)

    def with_names(self):
        """With what every row of a list names."""
        return self.select_related("chamber", "township", "industry", "promotion")

    def without_entry(self):
        return self.counted().filter(has_entry=False)

    def overpaid(self):
        """Projects with more money paid in than contracted: to be looked at."""
        return self.counted().filter(paid_in__gt=F("contracted"))


@pghistory.track(exclude=KEPT)
class Project(Record, Written, DemoMark):
    """An investment that a chamber brought home, a project for a village, or both.

    Planned and contracted money are kept apart; what was paid in comes from the
    entries only. The names are internal unless the firm agreed. ``state`` changes
    only together with a row of ``ProjectStep``, ``signed_on`` is the day of it.
    """

    name = models.CharField("项目名称", max_length=80)
    is_return = models.BooleanField("回乡投资项目", default=False)
    is_rural = models.BooleanField("乡村振兴项目", default=False)
    investor = models.CharField("投资方", max_length=100)
    enterprise = models.ForeignKey(
        Enterprise,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="projects",
        verbose_name="企业",
    )
    origin_city = models.CharField("来源地", max_length=40, blank=True)
    chamber = models.ForeignKey(
        Chamber, models.PROTECT, related_name="projects", verbose_name="引进商会"
    )
    township = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"level": "township"},
        related_name="projects",
        verbose_name="落地乡镇",
    )
    industry = models.ForeignKey(
        KeyIndustry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name="重点产业",
    )
    promotion = models.ForeignKey(
        PromotionEvent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name="来自推介会",
    )
    planned = MoneyField("计划总投资", null=True, blank=True)
    contracted = MoneyField("签约金额", null=True, blank=True)
    signed_on = models.DateField("签约日期", null=True, blank=True, editable=False)
    publish_consent = models.BooleanField("企业同意公开名称", default=False)
    state = models.CharField(
        "状态",
        max_length=12,
        choices=ProjectState,
        default=ProjectState.LEAD,
        editable=False,
    )

    # What came in so far, kept by a trigger.
    paid_in = MoneyField("到位资金", default=0, editable=False)
    jobs = models.PositiveBigIntegerField("新增就业", default=0, editable=False)
    has_entry = models.BooleanField("有登记", default=False, editable=False)

    STATES = ProjectState
    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "项目"
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of(ProjectState, "state", "状态"),
            models.CheckConstraint(
                condition=Q(is_return=True) | Q(is_rural=True),
                name="%(app_label)s_%(class)s_of_a_kind",
                violation_error_message="请至少选一类：回乡投资项目、乡村振兴项目。",
            ),
            models.UniqueConstraint(
                fields=["chamber", "name"],
                condition=~Q(state=ProjectState.TERMINATED),
                name="%(app_label)s_%(class)s_once",
                violation_error_message="该商会已有同名的项目。",
            ),
            models.CheckConstraint(
                condition=(Q(planned__isnull=True) | Q(planned__gte=0))
                & (Q(contracted__isnull=True) | Q(contracted__gte=0)),
                name="%(app_label)s_%(class)s_not_negative",
                violation_error_message="金额不能为负数，请改正。",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[*EARLY, ProjectState.TERMINATED],
                    signed_on__isnull=True,
                    contracted__isnull=True,
                )
                | Q(
                    state__in=[*COUNTED, ProjectState.TERMINATED],
                    signed_on__isnull=False,
                    contracted__isnull=False,
                ),
                name="%(app_label)s_%(class)s_contract_known",
                violation_error_message="签约以后须有签约金额和签约日期，签约以前没有。",
            ),
        ]
        triggers = [
            *state_triggers(
                TRANSITIONS,
                begins=[ProjectState.LEAD],
                steps="activities_projectstep",
                owner="project_id",
            ),
            Refuse(
                name="signing_day_is_that_of_the_step",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""NEW.signed_on IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM activities_projectstep s
                    WHERE s.project_id = NEW.id AND s.state = 'signed'
                        AND s.happened_on = NEW.signed_on
                )""",
                message="签约日期须与签约的办理记录一致。",
            ),
            Refuse(
                name="terminated_is_closed",
                operation=pgtrigger.Update,
                test=f"""OLD.state = 'terminated' AND
                    to_jsonb(NEW) - ARRAY{KEPT} IS DISTINCT FROM
                    to_jsonb(OLD) - ARRAY{KEPT}""",
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="signed_ones_stay",
                operation=pgtrigger.Delete,
                test="OLD.state <> 'lead'",
                message="办理过的项目不能删除，可登记终止。",
            ),
            Refuse(
                name="township_is_one",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""NEW.township_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM chambers_region r
                    WHERE r.code = NEW.township_id AND r.level = 'township'
                )""",
                message="落地乡镇应为乡镇，请重新选择。",
            ),
            pgtrigger.Trigger(
                name="keep_sums",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    SELECT coalesce(sum(e.paid_in), 0), coalesce(sum(e.jobs), 0),
                        count(*) > 0
                    INTO NEW.paid_in, NEW.jobs, NEW.has_entry
                    FROM activities_projectentry e WHERE e.project_id = NEW.id;
                    RETURN NEW;""",
            ),
        ]
        indexes = [
            # what staff have to look at
            models.Index(
                fields=["id"],
                name="activities_project_empty",
                condition=Q(has_entry=False, state__in=COUNTED),
            ),
            models.Index(
                fields=["id"],
                name="activities_project_over",
                condition=Q(paid_in__gt=F("contracted"), state__in=COUNTED),
            ),
            # lists of staff, newest first
            models.Index(
                fields=["-created_at", "-id"], name="activities_project_newest"
            ),
            # public list of those that agreed
            models.Index(
                fields=["township", "name", "id"],
                name="activities_project_named",
                condition=Q(publish_consent=True),
            ),
            # years of signing, and what a year brought
            models.Index(fields=["signed_on"], name="activities_project_signed"),
            # list of a chamber in the workbench
            models.Index(
                fields=["chamber", "-created_at", "-id"],
                name="activities_project_chamber",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("workbench:project-detail", args=[self.pk])

    @property
    def kind(self):
        """The kinds in words."""
        kinds = [(self.is_return, "回乡投资"), (self.is_rural, "乡村振兴")]
        return "、".join(word for holds, word in kinds if holds)

    @property
    def is_closed(self):
        return self.state == ProjectState.TERMINATED

    @property
    def takes_entries(self):
        return self.state in COUNTED

    @property
    def next_states(self):
        return TRANSITIONS[ProjectState(self.state)]


@pghistory.track()
class ProjectStep(Step):
    """Who took a project from one state to the next, and when it happened."""

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="steps", verbose_name="项目"
    )
    before = state_field(ProjectState, "原状态")
    state = state_field(ProjectState)
    happened_on = models.DateField("日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "项目办理记录"
        ordering = ["project", "number"]
        constraints = [
            *step_constraints(ProjectState, "project"),
            models.CheckConstraint(
                condition=~Q(state=ProjectState.TERMINATED) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_reason_given",
                violation_error_message="终止须写明原因。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=list(DATES))
                | Q(happened_on__isnull=False, happened_on__gte=FIRST_DAY),
                name="%(app_label)s_%(class)s_day_given",
                violation_error_message="须填写签约、开工、投产或终止的日期，"
                "不能早于 2000 年 1 月 1 日。",
            ),
        ]
        triggers = [
            Refuse(
                name="days_in_order",
                operation=pgtrigger.Insert,
                test="""EXISTS (
                    SELECT 1 FROM activities_projectstep s
                    WHERE s.project_id = NEW.project_id
                        AND s.happened_on > NEW.happened_on
                )""",
                message=ORDER_ERROR,
            ),
            Refuse(
                name="not_in_future",
                operation=pgtrigger.Insert,
                test=f"NEW.happened_on > {TODAY}",
                message="日期不能晚于登记的当天。",
            ),
            *steps_stay(),
        ]

    @property
    def detail(self):
        return f"{self.happened_on:%Y-%m-%d}" if self.happened_on else ""
