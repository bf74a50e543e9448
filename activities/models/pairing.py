"""村企共建: which enterprise helps which village, and what came of it (系统 5)."""

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from chambers.models import Chamber, Enterprise, Region
from redleader.records.constraints import Refuse, ends_after_start, one_of
from redleader.records.money import MoneyField
from redleader.records.record import DemoMark, Record, Written
from redleader.records.steps import (
    RecoveredStep,
    recovered_triggers,
    state_field,
    state_triggers,
    step_constraints,
)

PEOPLE = 100_000  # of one project; more is a slip of the keyboard


class PairingState(models.TextChoices):
    INTENT = "intent", "意向"
    PAIRED = "paired", "已结对"
    ACTIVE = "active", "实施中"
    DONE = "done", "已完成"
    TERMINATED = "terminated", "终止"


# The only legal steps; the database refuses every other one.
TRANSITIONS = {
    PairingState.INTENT: [PairingState.PAIRED, PairingState.TERMINATED],
    PairingState.PAIRED: [PairingState.ACTIVE, PairingState.TERMINATED],
    PairingState.ACTIVE: [PairingState.DONE, PairingState.TERMINATED],
    PairingState.DONE: [],
    PairingState.TERMINATED: [],
}
LIVE = [PairingState.INTENT, PairingState.PAIRED, PairingState.ACTIVE]
# An intent is not yet a pairing, and a terminated one is none any more.
COUNTED = [PairingState.PAIRED, PairingState.ACTIVE, PairingState.DONE]
CLOSED_ERROR = "该结对已完成或终止，不能修改；确需更正请联系工作人员。"


class PairingProjectKind(models.TextChoices):
    WELFARE = "welfare", "公益"
    BUSINESS = "business", "经营"


@pghistory.track()
class PairingProgramme(models.Model):
    """The campaign that a pairing belongs to."""

    name = models.CharField("行动名称", max_length=60, unique=True)
    is_open = models.BooleanField("可选用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "村企共建行动"
        ordering = ["pk"]

    def __str__(self):
        return self.name


class PairingQuerySet(models.QuerySet["Pairing"]):
    def visible_to(self, user):
        """All for staff; for a secretary those that their chambers facilitate."""
        if user.is_staff:
            return self
        return self.filter(chamber__in=Chamber.objects.visible_to(user))

    def counted(self):
        return self.filter(state__in=COUNTED)

    def during(self, first, last):
        """Pairings in force on any of these days.

        One that is still 实施中 continues after its agreed end.
        """
        return self.counted().filter(
            Q(ended_on__isnull=True)
            | Q(ended_on__gte=first)
            | Q(state=PairingState.ACTIVE),
            started_on__lte=last,
        )

    def overdue(self, day):
        """Pairings whose agreed end has passed and that nobody has closed."""
        return self.filter(state=PairingState.ACTIVE, ended_on__lt=day)

    def with_names(self):
        """With what every row of a list names."""
        return self.select_related(
            "village__parent", "enterprise", "chamber__township", "programme"
        )


@pghistory.track()
class Pairing(Record, Written, DemoMark):
    """An enterprise's promise to help one village.

    Rows are never deleted: a pairing is completed or terminated. The names of both
    are published only if the enterprise agreed.
    """

    village = models.ForeignKey(
        Region,
        models.PROTECT,
        limit_choices_to={"level": "village"},
        related_name="pairings",
        verbose_name="村",
    )
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="pairings", verbose_name="企业"
    )
    chamber = models.ForeignKey(
        Chamber, models.PROTECT, related_name="pairings", verbose_name="牵头商会"
    )
    programme = models.ForeignKey(
        PairingProgramme,
        models.PROTECT,
        related_name="pairings",
        verbose_name="所属行动",
    )
    started_on = models.DateField("开始日期", default=timezone.localdate)
    ended_on = models.DateField("结束日期", null=True, blank=True)
    areas = models.TextField("共建内容", max_length=500, blank=True)
    publish_consent = models.BooleanField("企业同意公开名称", default=False)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=PairingState,
        default=PairingState.INTENT,
        editable=False,
    )
    reason = models.CharField("终止原因", max_length=200, blank=True, editable=False)
    STATES = PairingState

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "村企结对"
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of(PairingState, "state", "状态"),
            models.UniqueConstraint(
                fields=["village", "enterprise", "programme"],
                condition=Q(state__in=LIVE),
                name="%(app_label)s_%(class)s_one_live",
                violation_error_message="这个村和这家企业已经结对。",
            ),
            ends_after_start(),
            models.CheckConstraint(
                condition=~Q(state=PairingState.TERMINATED) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_reason_given",
                violation_error_message="终止须写明原因。",
            ),
        ]
        triggers = [
            *state_triggers(
                TRANSITIONS,
                begins=[PairingState.INTENT],
                steps="activities_pairingstep",
                owner="pairing_id",
            ),
            Refuse(
                name="village_is_one",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""NOT EXISTS (SELECT 1 FROM chambers_region r
                    WHERE r.code = NEW.village_id AND r.level = 'village')""",
                message="结对的应是村（社区），请重新选择。",
            ),
        ]
        indexes = [
            # lists of staff, newest first
            models.Index(
                fields=["-created_at", "-id"], name="activities_pairing_newest"
            ),
            # list of a chamber in the workbench
            models.Index(
                fields=["chamber", "-created_at"], name="activities_pairing_chamber"
            ),
            # those past their end, on the desk
            models.Index(
                fields=["ended_on"],
                name="activities_pairing_active",
                condition=Q(state=PairingState.ACTIVE),
            ),
        ]

    def __str__(self):
        return f"{self.enterprise} – {self.village}"

    def get_absolute_url(self):
        return reverse("workbench:pairing-detail", args=[self.pk])

    @property
    def is_live(self):
        return self.state in LIVE

    @property
    def is_overdue(self):
        return (
            self.state == PairingState.ACTIVE
            and self.ended_on is not None
            and self.ended_on < timezone.localdate()
        )

    @property
    def next_states(self):
        return TRANSITIONS[PairingState(self.state)]


@pghistory.track()
class PairingStep(RecoveredStep):
    """Who took a pairing from one state to the next, when, and why."""

    pairing = models.ForeignKey(
        Pairing, models.PROTECT, related_name="steps", verbose_name="结对"
    )
    before = state_field(PairingState, "原状态")
    state = state_field(PairingState)

    class Meta:
        verbose_name = verbose_name_plural = "结对办理记录"
        ordering = ["pairing", "number"]
        constraints = [
            *step_constraints(PairingState, "pairing"),
            models.CheckConstraint(
                condition=~Q(state=PairingState.TERMINATED) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_reason_given",
                violation_error_message="终止须写明原因。",
            ),
        ]
        triggers = recovered_triggers()


AMOUNTS = {
    "planned": "计划投入",
    "paid_in": "到位资金",
    "donated": "捐资",
    "collective_income": "村集体增收",
}


def people(label: str) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(
        label, default=0, validators=[MaxValueValidator(PEOPLE)]
    )


@pghistory.track()
class PairingProject(Record):
    """What is done in a pairing; its numbers are totals up to ``as_of``, in yuan."""

    pairing = models.ForeignKey(
        Pairing, models.PROTECT, related_name="projects", verbose_name="结对"
    )
    kind = models.CharField("类别", max_length=10, choices=PairingProjectKind)
    name = models.CharField("项目名称", max_length=60)
    planned = MoneyField(AMOUNTS["planned"], default=0)
    paid_in = MoneyField(AMOUNTS["paid_in"], default=0)
    donated = MoneyField(AMOUNTS["donated"], default=0)
    jobs = people("就业岗位")
    trained = people("培训人次")
    collective_income = MoneyField(AMOUNTS["collective_income"], default=0)
    as_of = models.DateField("数据截至", default=timezone.localdate)

    class Meta:
        verbose_name = verbose_name_plural = "共建项目"
        ordering = ["pk"]
        constraints = [
            one_of(PairingProjectKind, "kind", "类别"),
            models.UniqueConstraint(
                fields=["pairing", "name"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这项结对下已有同名的项目。",
            ),
            models.CheckConstraint(
                condition=Q(*((f"{name}__gte", 0) for name in AMOUNTS)),
                name="%(app_label)s_%(class)s_not_negative",
                violation_error_message="金额不能为负数，请改正。",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return f"{self.pairing.get_absolute_url()}#project-{self.pk}"
