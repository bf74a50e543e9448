"""Committees of 商会枫桥调解, their mediators, and who may see the cases (系统 14).

The law is the 人民调解法; domain.md 4.5. Single cases are internal for good."""

import pghistory
import pgtrigger
from dateutil.relativedelta import relativedelta
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from chambers.models import Chamber, Role
from chambers.models.user import STAFF_ROLES
from redleader.records.constraints import (
    DeferredRefusal,
    Refuse,
    ends_after_start,
    one_of,
    period,
)
from redleader.records.record import DemoMark

TERM_YEARS = 3  # 人民调解法 Art. 9
SEATS = (3, 9)  # Art. 8
SIZE_ERROR = (
    "已成立的调解委员会应有 3 至 9 名在任委员，其中恰有 1 名主任（人民调解法第八条）。"
)


class MediatorKind(models.TextChoices):
    FULL_TIME = "full_time", "专职"
    PART_TIME = "part_time", "兼职"


class MediatorSource(models.TextChoices):
    ENTREPRENEUR = "entrepreneur", "企业家"
    CHAMBER = "chamber", "商会负责人"
    LAWYER = "lawyer", "律师"
    OTHER = "other", "其他"


class CommitteeQuerySet(models.QuerySet["MediationCommittee"]):
    def working(self, day):
        """Committees that are established and have not ended."""
        return self.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gte=day),
            is_active=True,
            started_on__lte=day,
        )


def committee_size(committee: str, **kwargs) -> DeferredRefusal:
    low, high = SEATS
    return DeferredRefusal(
        before=f"""
            SELECT count(*), count(*) FILTER (WHERE is_head) INTO seats, heads
            FROM activities_committeeseat
            WHERE committee_id = {committee} AND ended_on IS NULL;
        """,
        declare=[("seats", "integer"), ("heads", "integer")],
        test=f"""(seats NOT BETWEEN {low} AND {high} OR heads <> 1) AND EXISTS (
            SELECT 1 FROM activities_mediationcommittee c
            WHERE c.id = {committee} AND c.is_active AND c.ended_on IS NULL
        )""",
        message=SIZE_ERROR,
        **kwargs,
    )


@pghistory.track()
class MediationCommittee(DemoMark):
    """A committee of a chamber, or of the county when it has no chamber.

    ``is_active``: established; the database then keeps its size and its head.
    """

    name = models.CharField("调解委员会名称", max_length=60, unique=True)
    chamber = models.ForeignKey(
        Chamber,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="mediation_committees",
        verbose_name="所在商会",
        help_text="县级调解委员会不选。",
    )
    started_on = models.DateField("本届开始", default=timezone.localdate)
    due_on = models.DateField(
        "本届届满", blank=True, help_text="不填则按每届三年（人民调解法第九条）。"
    )
    ended_on = models.DateField("撤销日期", null=True, blank=True)
    is_active = models.BooleanField(
        "已成立",
        default=False,
        help_text="先登记调解员和委员；有 3 至 9 名委员和 1 名主任时勾选。",
    )

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调解委员会"
        ordering = ["name", "pk"]
        indexes = [
            # list of the admin
            models.Index(fields=["name", "id"], name="activities_committee_by_name"),
        ]
        constraints = [
            ends_after_start(),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("started_on")),
                name="%(app_label)s_%(class)s_due_later",
                violation_error_message="届满日期应晚于本届开始。",
            ),
        ]
        triggers = [
            committee_size(
                "NEW.id",
                name="size_is_kept",
                operation=pgtrigger.Insert | pgtrigger.Update,
            )
        ]

    def __str__(self):
        return self.name

    def clean(self):
        if self.started_on and not self.due_on:
            self.due_on = self.started_on + relativedelta(years=TERM_YEARS)


class MediatorQuerySet(models.QuerySet["Mediator"]):
    def visible_to(self, user):
        """All for staff; everybody else sees their own row."""
        if user.is_staff:
            return self
        return self.filter(user=user) if user.is_active else self.none()

    def active(self, day):
        return self.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gte=day), engaged_on__lte=day
        )


@pghistory.track()
class Mediator(DemoMark):
    """A person whom a committee has engaged, its own members included.

    ``user`` sees the cases that the mediator is assigned to, while engaged.
    """

    name = models.CharField("姓名", max_length=30)
    kind = models.CharField("专兼职", max_length=10, choices=MediatorKind)
    source = models.CharField("来源", max_length=12, choices=MediatorSource)
    committee = models.ForeignKey(
        MediationCommittee,
        models.PROTECT,
        related_name="mediators",
        verbose_name="调解委员会",
    )
    engaged_on = models.DateField("聘任日期", default=timezone.localdate)
    ended_on = models.DateField("解聘日期", null=True, blank=True)
    member = models.ForeignKey(
        "chambers.Member",
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"kind": "person"},
        related_name="mediators",
        verbose_name="对应的会员",
    )
    user = models.OneToOneField(
        "chambers.User",
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"role__in": [Role.MEDIATOR, Role.SECRETARY]},
        related_name="mediator",
        verbose_name="账号",
        help_text="只能看到指派给本人的案件；由系统管理员填写。",
    )

    objects = MediatorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调解员"
        ordering = ["committee", "name", "pk"]
        constraints = [
            one_of(MediatorKind, "kind", "专兼职"),
            one_of(MediatorSource, "source", "来源"),
            ends_after_start("engaged_on"),
        ]

    def __str__(self):
        return self.name


@pghistory.track()
class CommitteeSeat(models.Model):
    """A mediator as a member of the committee, from and until."""

    committee = models.ForeignKey(
        MediationCommittee,
        models.PROTECT,
        related_name="seats",
        verbose_name="调解委员会",
    )
    mediator = models.ForeignKey(
        Mediator, models.PROTECT, related_name="seats", verbose_name="委员"
    )
    is_head = models.BooleanField("主任", default=False)
    started_on = models.DateField("任职起", default=timezone.localdate)
    ended_on = models.DateField("任职止", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "委员"
        ordering = ["-is_head", "pk"]
        constraints = [
            ends_after_start(),
            ExclusionConstraint(
                expressions=[
                    ("committee", RangeOperators.EQUAL),
                    ("mediator", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                name="%(app_label)s_%(class)s_no_overlap",
                violation_error_message="该调解员在这段时间已是委员。",
            ),
        ]
        triggers = [
            committee_size(
                "COALESCE(NEW.committee_id, OLD.committee_id)",
                name="size_is_kept",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            ),
            Refuse(
                name="seat_stays_there",
                operation=pgtrigger.Update,
                test="NEW.committee_id <> OLD.committee_id",
                message="委员不能改到另一个调解委员会，请在那里另行登记。",
            ),
        ]

    def __str__(self):
        return f"{self.mediator}（主任）" if self.is_head else str(self.mediator)


class AccessQuerySet(models.QuerySet["MediationAccess"]):
    def on(self, day):
        return self.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gte=day), started_on__lte=day
        )


@pghistory.track()
class MediationAccess(models.Model):
    """A member of staff whom the administrator lets see and handle all cases."""

    user = models.OneToOneField(
        "chambers.User",
        models.PROTECT,
        limit_choices_to={"role__in": STAFF_ROLES},
        related_name="mediation_access",
        verbose_name="工作人员",
    )
    started_on = models.DateField("授权起", default=timezone.localdate)
    ended_on = models.DateField("授权止", null=True, blank=True)

    objects = AccessQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调解案件授权"
        ordering = ["user"]
        constraints = [ends_after_start()]

    def __str__(self):
        return str(self.user)


def may_register(user) -> bool:
    """Tell whether the administrator has named this member of staff."""
    named = MediationAccess.objects.on(timezone.localdate())
    return user.is_staff and named.filter(user=user).exists()


def may_mediate(user) -> bool:
    """Tell whether this user handles cases: named staff, or a mediator of today."""
    if user.is_staff or not user.is_active:
        return may_register(user)
    return Mediator.objects.active(timezone.localdate()).filter(user=user).exists()
