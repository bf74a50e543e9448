"""诉求: what chambers ask for, from its collection to the answer."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from activities.models.liaison.contact import ContactAssignment
from chambers.models import Chamber
from redleader.records.constraints import Refuse, one_of, one_of_or_blank
from redleader.records.record import DemoMark, Record, Written
from redleader.records.steps import (
    Step,
    state_field,
    state_triggers,
    step_constraints,
    steps_stay,
)


class DemandState(models.TextChoices):
    COLLECTED = "collected", "收集"
    ASSIGNED = "assigned", "交办"
    HANDLING = "handling", "办理"
    ANSWERED = "answered", "反馈"
    CLOSED = "closed", "办结"
    RETURNED = "returned", "退回"


class Satisfaction(models.TextChoices):
    GOOD = "good", "满意"
    FAIR = "fair", "基本满意"
    POOR = "poor", "不满意"


# The only legal steps; the database refuses every other one.
TRANSITIONS = {
    DemandState.COLLECTED: [DemandState.ASSIGNED, DemandState.RETURNED],
    DemandState.ASSIGNED: [DemandState.HANDLING],
    DemandState.HANDLING: [DemandState.ANSWERED],
    DemandState.ANSWERED: [DemandState.CLOSED, DemandState.HANDLING],
    DemandState.CLOSED: [],
    DemandState.RETURNED: [],
}
WITHOUT_UNIT = [DemandState.COLLECTED, DemandState.RETURNED]
AT_WORK = [DemandState.ASSIGNED, DemandState.HANDLING]
OPEN = [DemandState.COLLECTED, *AT_WORK, DemandState.ANSWERED]
CLOSED_ERROR = "该诉求已经交办或退回，不能修改；有变化请联系工作人员。"


def late_on(day) -> Q:
    """Return the condition of a demand whose answer is overdue."""
    return Q(state__in=AT_WORK, due_on__lt=day)


class DemandQuerySet(models.QuerySet["Demand"]):
    def visible_to(self, user):
        """All for staff; for a secretary those of the chambers they keep."""
        if user.is_staff:
            return self
        return self.filter(chamber__in=Chamber.objects.visible_to(user))

    def overdue(self, day):
        return self.filter(late_on(day))

    def with_names(self):
        """With what every row of a list names."""
        return self.select_related("chamber", "assignment__branch")


@pghistory.track()
class Demand(Record, Written, DemoMark):
    """What a chamber asks for; collected, assigned to a unit, answered, closed.

    Internal for good; the public sees totals only. ``state`` changes only together
    with a row of ``DemandStep``.
    """

    chamber = models.ForeignKey(
        Chamber, models.PROTECT, related_name="demands", verbose_name="提出商会"
    )
    assignment = models.ForeignKey(
        ContactAssignment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="demands",
        verbose_name="定点联系",
        help_text="联系活动中提出的，选是哪一项；其他可不选。",
    )
    title = models.CharField("诉求", max_length=80)
    content = models.TextField(
        "具体内容", max_length=2000, help_text="只供内部使用，不公开，2000 字以内。"
    )
    collected_on = models.DateField("收集日期", default=timezone.localdate)
    unit = models.CharField("承办单位", max_length=60, blank=True)
    due_on = models.DateField("办理期限", null=True, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True, editable=False)
    satisfaction = models.CharField(
        "满意度", max_length=10, choices=Satisfaction, blank=True, editable=False
    )
    state = models.CharField(
        "状态",
        max_length=10,
        choices=DemandState,
        default=DemandState.COLLECTED,
        editable=False,
    )

    STATES = DemandState
    objects = DemandQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "诉求"
        ordering = ["-collected_on", "-pk"]
        constraints = [
            one_of(DemandState, "state", "状态"),
            one_of_or_blank(Satisfaction, "satisfaction", "满意度"),
            models.CheckConstraint(
                condition=Q(state__in=WITHOUT_UNIT)
                | (~Q(unit="") & Q(due_on__isnull=False)),
                name="%(app_label)s_%(class)s_unit_and_due_given",
                violation_error_message="交办须填写承办单位和办理期限。",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("collected_on")),
                name="%(app_label)s_%(class)s_due_after_collected",
                violation_error_message="办理期限不能早于收集日期。",
            ),
            models.CheckConstraint(
                condition=Q(state=DemandState.CLOSED, closed_on__isnull=False)
                | (~Q(state=DemandState.CLOSED) & Q(closed_on__isnull=True)),
                name="%(app_label)s_%(class)s_closed_has_day",
                violation_error_message="办结的诉求须有办结日期，其他的没有。",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction="") | Q(state=DemandState.CLOSED),
                name="%(app_label)s_%(class)s_satisfaction_when_closed",
                violation_error_message="办结时才登记满意度。",
            ),
        ]
        triggers = [
            *state_triggers(
                TRANSITIONS,
                begins=[DemandState.COLLECTED],
                steps="activities_demandstep",
                owner="demand_id",
            ),
            Refuse(
                name="assignment_is_of_chamber",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""NEW.assignment_id IS NOT NULL
                    AND (TG_OP = 'INSERT'
                        OR NEW.assignment_id IS DISTINCT FROM OLD.assignment_id
                        OR NEW.chamber_id <> OLD.chamber_id)
                    AND NOT EXISTS (
                        SELECT 1 FROM activities_contactassignment a
                        JOIN chambers_branchcoverage b ON b.branch_id = a.branch_id
                        WHERE a.id = NEW.assignment_id
                            AND b.chamber_id = NEW.chamber_id
                    )""",
                message="所选定点联系的党组织不覆盖该商会，请重新选择。",
            ),
            Refuse(
                name="content_is_closed",
                operation=pgtrigger.Update,
                test="""OLD.state <> 'collected' AND (
                    NEW.chamber_id <> OLD.chamber_id
                    OR NEW.assignment_id IS DISTINCT FROM OLD.assignment_id
                    OR NEW.title <> OLD.title
                    OR NEW.content <> OLD.content
                    OR NEW.collected_on <> OLD.collected_on
                )""",
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="handled_ones_stay",
                operation=pgtrigger.Delete,
                test="OLD.state <> 'collected'",
                message="已经交办或退回的诉求不能删除。",
            ),
        ]
        indexes = [
            # lists of staff, newest first
            models.Index(
                fields=["-collected_on", "-id"], name="activities_demand_newest"
            ),
            # list of a chamber in the workbench
            models.Index(
                fields=["chamber", "-collected_on", "-id"],
                name="activities_demand_chamber",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("workbench:demand-detail", args=[self.pk])

    @property
    def is_collected(self):
        return self.state == DemandState.COLLECTED

    @property
    def is_answered(self):
        return self.state == DemandState.ANSWERED

    @property
    def is_overdue(self):
        return (
            self.state in AT_WORK
            and self.due_on is not None
            and self.due_on < timezone.localdate()
        )

    @property
    def next_states(self):
        return TRANSITIONS[DemandState(self.state)]


@pghistory.track()
class DemandStep(Step):
    """Who took a demand from one state to the next, when and why.

    ``reason`` of 反馈 is what the unit answered.
    """

    demand = models.ForeignKey(
        Demand, models.PROTECT, related_name="steps", verbose_name="诉求"
    )
    before = state_field(DemandState, "原状态")
    state = state_field(DemandState)
    LABELS: ClassVar[dict[tuple[str, str], str]] = {
        (DemandState.ANSWERED, DemandState.HANDLING): "重新办理",
    }

    class Meta:
        verbose_name = verbose_name_plural = "诉求办理记录"
        ordering = ["demand", "number"]
        constraints = [
            *step_constraints(DemandState, "demand"),
            models.CheckConstraint(
                condition=~Q(state__in=[DemandState.ANSWERED, DemandState.RETURNED])
                | ~Q(reason=""),
                name="%(app_label)s_%(class)s_reason_given",
                violation_error_message="反馈须写明答复，退回须写明原因。",
            ),
            models.CheckConstraint(
                condition=~Q(before=DemandState.ANSWERED, state=DemandState.HANDLING)
                | ~Q(reason=""),
                name="%(app_label)s_%(class)s_again_has_reason",
                violation_error_message="重新办理须写明原因。",
            ),
        ]
        triggers = steps_stay()

    @property
    def detail(self):
        if self.state != DemandState.ASSIGNED:
            return ""
        return f"{self.demand.unit}，期限 {self.demand.due_on:%Y-%m-%d}"
