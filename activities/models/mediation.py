"""商会枫桥调解: committees, mediators, cases by the legal steps, requests (系统 14).

The law is the 人民调解法; domain.md 4.5. Single cases are internal for good.
"""

import re
import secrets
import uuid
from datetime import date, timedelta

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from activities.models.certificate import ALPHABET
from chambers.models import Chamber, Role
from chambers.models.user import STAFF_ROLES
from redleader.constraints import (
    Refuse,
    ends_after_start,
    one_of,
    period,
    sql_list,
)
from redleader.money import MoneyField
from redleader.steps import Step, state_field, state_triggers, step_rules, steps_stay
from redleader.storage import random_name

TERM_YEARS = 3  # 人民调解法 Art. 9
SEATS = (3, 9)  # Art. 8
USUAL_DAYS = 30  # of a mediation; longer when both parties agree
CONFIRMATION_DAYS = 30  # Art. 33
SIZE_ERROR = (
    "已成立的调解委员会应有 3 至 9 名在任委员，其中恰有 1 名主任（人民调解法第八条）。"
)
CONFIRMATION_ERROR = (
    "司法确认应在调解协议生效之日起三十日内共同申请（人民调解法第三十三条）。"
)
CLOSED_ERROR = "该案件已有结果，内容不能修改。"
# 调字〔2026〕3号, 2026-3 or 3.
DOCKET = re.compile("(?:调字)?〔?(?:([0-9]{4})[^0-9]+)?([0-9]{1,9})号?")
ARCHIVED_ERROR = "案件已归档，不能再改动。"
PHONE_ERROR = "手机号应为 11 位数字，例如 138xxxx1234。"


class DeferredRule(Refuse):
    """A rule over several rows, applied when the transaction ends."""

    when = pgtrigger.After
    timing = pgtrigger.Deferred

    def get_func(self, model):
        return super().get_func(model).replace("RETURN NEW;", "RETURN NULL;")


# --- Committees and mediators


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


def committee_size(committee: str, **kwargs) -> DeferredRule:
    low, high = SEATS
    return DeferredRule(
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
class MediationCommittee(models.Model):
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
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

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
            self.due_on = years_after(self.started_on, TERM_YEARS)


def years_after(day: date, years: int) -> date:
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + years, day=last)


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
class Mediator(models.Model):
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
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

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


# --- Cases


@pghistory.track()
class DisputeKind(models.Model):
    """A kind of dispute; staff keep the list."""

    name = models.CharField("纠纷类别", max_length=20, unique=True)
    is_active = models.BooleanField(
        "可选", default=True, help_text="不再使用时取消勾选，已有案件不受影响。"
    )

    class Meta:
        verbose_name = verbose_name_plural = "纠纷类别"
        ordering = ["pk"]

    def __str__(self):
        return self.name


class CaseSource(models.TextChoices):
    PARTY = "party", "当事人申请"
    COMMITTEE = "committee", "调委会主动"
    COURT = "court", "法院委派"
    POLICE = "police", "公安移送"
    DEPARTMENT = "department", "部门指定"
    CHAMBER = "chamber", "商会转来"


class CaseState(models.TextChoices):
    REGISTERED = "registered", "登记"
    ACCEPTED = "accepted", "受理"
    REFUSED = "refused", "不予受理"
    MEDIATING = "mediating", "调解中"
    AGREED = "agreed", "达成协议"
    FAILED = "failed", "调解不成"
    WITHDRAWN = "withdrawn", "当事人撤回"
    FULFILLED = "fulfilled", "已履行"
    UNFULFILLED = "unfulfilled", "未履行"
    ARCHIVED = "archived", "归档"


# The only legal steps; the database refuses every other one.
TRANSITIONS = {
    CaseState.REGISTERED: [CaseState.ACCEPTED, CaseState.REFUSED],
    CaseState.ACCEPTED: [CaseState.MEDIATING, CaseState.WITHDRAWN],
    CaseState.REFUSED: [CaseState.ARCHIVED],
    CaseState.MEDIATING: [CaseState.AGREED, CaseState.FAILED, CaseState.WITHDRAWN],
    CaseState.AGREED: [CaseState.FULFILLED, CaseState.UNFULFILLED],
    CaseState.FAILED: [CaseState.ARCHIVED],
    CaseState.WITHDRAWN: [CaseState.ARCHIVED],
    CaseState.FULFILLED: [CaseState.ARCHIVED],
    CaseState.UNFULFILLED: [CaseState.ARCHIVED],
    CaseState.ARCHIVED: [],
}
EDITABLE = [CaseState.REGISTERED, CaseState.ACCEPTED, CaseState.MEDIATING]
OPEN = [CaseState.ACCEPTED, CaseState.MEDIATING]
SUCCESS = [CaseState.AGREED, CaseState.FULFILLED, CaseState.UNFULFILLED]
# Only named staff take these; the others also the mediators of the case.
REGISTRAR_STEPS = [CaseState.ACCEPTED, CaseState.REFUSED]
REASONED = [
    CaseState.REFUSED,
    CaseState.FAILED,
    CaseState.WITHDRAWN,
    CaseState.UNFULFILLED,
]
INFORMED = [CaseState.FAILED, CaseState.UNFULFILLED]  # Art. 26 and 31


class AgreementKind(models.TextChoices):
    WRITTEN = "written", "书面协议"
    ORAL = "oral", "口头协议"


class Confirmation(models.TextChoices):
    """司法确认 by the court, Art. 33."""

    NONE = "none", "未申请"
    APPLIED = "applied", "已申请"
    CONFIRMED = "confirmed", "已确认"
    REJECTED = "rejected", "不予确认"


class CaseQuerySet(models.QuerySet["MediationCase"]):
    def visible_to(self, user):
        """All for named staff; for others those they mediate; nothing else."""
        today = timezone.localdate()
        if not user.is_active:
            return self.none()
        if user.is_staff:
            named = MediationAccess.objects.on(today).filter(user=user)
            return self.filter(Exists(named))
        mine = CaseMediator.objects.filter(
            case=OuterRef("pk"),
            mediator__in=Mediator.objects.active(today).filter(user=user),
        )
        return self.filter(Exists(mine))

    def accepted(self):
        """Cases that were accepted, whatever became of them since."""
        return self.filter(accepted_on__isnull=False)

    def succeeded(self):
        """Cases in which an agreement was reached, also archived ones."""
        return self.filter(effective_on__isnull=False)

    def open(self):
        return self.filter(state__in=OPEN)

    def slow(self, day):
        """Open cases that have taken longer than is usual."""
        return self.open().filter(accepted_on__lt=day - timedelta(days=USUAL_DAYS))

    def to_confirm(self, day, *, within: int):
        """Agreements whose time for 司法确认 ends within some days."""
        first = day - timedelta(days=CONFIRMATION_DAYS)
        return self.filter(
            state=CaseState.AGREED,
            confirmation=Confirmation.NONE,
            effective_on__range=(first, first + timedelta(days=within)),
        )

    def late(self, day):
        """Agreements not yet performed after their deadline."""
        return self.filter(state=CaseState.AGREED, due_on__lt=day)

    def matching(self, text):
        """Cases of a 卷号, written out or just its number, or of a party's name."""
        named = CaseParty.objects.filter(case=OuterRef("pk"), name__icontains=text)
        found = Q(Exists(named))
        written = DOCKET.fullmatch(text)
        if written:
            year, number = written.groups()
            found |= Q(number=number, **({"year": year} if year else {}))
        return self.filter(found)

    def with_names(self):
        """With what every row of a list names."""
        return self.select_related("committee", "kind")


CONTENT = ["kind_id", "source", "amount", "summary", "registered_on"]
CASE_CLOSED = f"""EXISTS (
    SELECT 1 FROM activities_mediationcase c
    WHERE c.id = {{row}}.case_id AND c.state NOT IN ({sql_list(EDITABLE)})
)"""


@pghistory.track()
class MediationCase(models.Model):
    """A dispute from its registration to the archive; seen by few.

    ``state`` changes only together with a row of ``CaseStep``. The database gives
    each committee gap-free numbers in each year.
    """

    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    committee = models.ForeignKey(
        MediationCommittee,
        models.PROTECT,
        related_name="cases",
        verbose_name="调解委员会",
    )
    year = models.PositiveSmallIntegerField("年度", editable=False)
    number = models.PositiveIntegerField("序号", editable=False)
    source = models.CharField("案件来源", max_length=12, choices=CaseSource)
    kind = models.ForeignKey(
        DisputeKind, models.PROTECT, related_name="cases", verbose_name="纠纷类别"
    )
    amount = MoneyField("涉及金额", null=True, blank=True)
    summary = models.TextField(
        "纠纷简要情况",
        max_length=2000,
        help_text="只供办理人员使用，不公开，2000 字以内；请勿填写身份证号码。",
    )
    registered_on = models.DateField("登记日期", default=timezone.localdate)
    accepted_on = models.DateField("受理日期", null=True, editable=False)
    state = models.CharField(
        "状态",
        max_length=12,
        choices=CaseState,
        default=CaseState.REGISTERED,
        editable=False,
    )
    mediators = models.ManyToManyField(
        Mediator,
        through="CaseMediator",
        related_name="cases",
        verbose_name="调解员",
    )
    agreement_kind = models.CharField(
        "协议形式", max_length=10, choices=AgreementKind, blank=True, editable=False
    )
    agreement_text = models.TextField(
        "协议内容或口头协议记录", max_length=4000, blank=True, editable=False
    )
    effective_on = models.DateField("协议生效日期", null=True, editable=False)
    due_on = models.DateField("约定履行期限", null=True, editable=False)
    confirmation = models.CharField(
        "司法确认", max_length=10, choices=Confirmation, default=Confirmation.NONE
    )
    confirmation_applied_on = models.DateField(
        "申请司法确认日期", null=True, blank=True
    )
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    created_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        related_name="created_cases",
        editable=False,
        verbose_name="登记人",
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    STATES = CaseState
    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调解案件"
        ordering = ["-registered_on", "-pk"]
        constraints = [
            one_of(CaseState, "state", "状态"),
            one_of(CaseSource, "source", "案件来源"),
            one_of(Confirmation, "confirmation", "司法确认"),
            models.UniqueConstraint(
                fields=["committee", "year", "number"],
                name="%(app_label)s_%(class)s_number_unique",
                violation_error_message="这个卷号已经使用，请重新登记。",
            ),
            models.CheckConstraint(
                condition=Q(year=F("registered_on__year")),
                name="%(app_label)s_%(class)s_year_fits",
                violation_error_message="卷号的年度应与登记日期的年度一致。",
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0),
                name="%(app_label)s_%(class)s_amount_not_negative",
                violation_error_message="金额不能为负数，请改正。",
            ),
            models.CheckConstraint(
                condition=Q(accepted_on__isnull=True)
                | Q(accepted_on__gte=F("registered_on")),
                name="%(app_label)s_%(class)s_accepted_later",
                violation_error_message="受理日期不能早于登记日期。",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[CaseState.REGISTERED, CaseState.REFUSED],
                    accepted_on__isnull=True,
                )
                | Q(
                    state__in=[
                        *OPEN,
                        *SUCCESS,
                        CaseState.FAILED,
                        CaseState.WITHDRAWN,
                    ],
                    accepted_on__isnull=False,
                )
                | Q(state=CaseState.ARCHIVED),
                name="%(app_label)s_%(class)s_acceptance_fits",
                violation_error_message="受理的案件须有受理日期，未受理的不能有。",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[*SUCCESS, CaseState.ARCHIVED],
                    accepted_on__isnull=False,
                    effective_on__isnull=False,
                    effective_on__gte=F("accepted_on"),
                    agreement_kind__in=AgreementKind.values,
                )
                | Q(
                    effective_on__isnull=True,
                    agreement_kind="",
                    agreement_text="",
                    due_on__isnull=True,
                )
                & ~Q(state__in=SUCCESS),
                name="%(app_label)s_%(class)s_agreement_fits",
                violation_error_message="达成协议须填写协议形式和生效日期，"
                "生效日期不能早于受理日期；没有达成协议的不能填写。",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("effective_on")),
                name="%(app_label)s_%(class)s_due_later",
                violation_error_message="履行期限不能早于协议生效日期。",
            ),
            models.CheckConstraint(
                condition=Q(
                    confirmation=Confirmation.NONE,
                    confirmation_applied_on__isnull=True,
                )
                | ~Q(confirmation=Confirmation.NONE)
                & Q(
                    confirmation_applied_on__isnull=False,
                    effective_on__isnull=False,
                ),
                name="%(app_label)s_%(class)s_confirmation_fits",
                violation_error_message="申请司法确认须有调解协议，并填写申请日期。",
            ),
            models.CheckConstraint(
                condition=Q(confirmation_applied_on__isnull=True)
                | Q(
                    confirmation_applied_on__gte=F("effective_on"),
                    confirmation_applied_on__lte=F("effective_on")
                    + timedelta(days=CONFIRMATION_DAYS),
                ),
                name="%(app_label)s_%(class)s_confirmation_in_time",
                violation_error_message=CONFIRMATION_ERROR,
            ),
        ]
        triggers = [
            *state_triggers(
                TRANSITIONS,
                begins=[CaseState.REGISTERED],
                steps="activities_casestep",
                owner="case_id",
            ),
            # The lock on the committee makes two writers take turns.
            Refuse(
                name="number_follows",
                operation=pgtrigger.Insert,
                before="""
                    PERFORM 1 FROM activities_mediationcommittee
                    WHERE id = NEW.committee_id FOR UPDATE;
                    SELECT COALESCE(MAX(number), 0) INTO latest
                    FROM activities_mediationcase
                    WHERE committee_id = NEW.committee_id AND year = NEW.year;
                """,
                declare=[("latest", "integer")],
                test="NEW.number <> latest + 1",
                message="卷号必须连续，不能跳号。",
            ),
            Refuse(
                name="number_stays",
                operation=pgtrigger.Update,
                test="""NEW.committee_id <> OLD.committee_id
                    OR NEW.year <> OLD.year OR NEW.number <> OLD.number""",
                message="卷号编定后不能改动。",
            ),
            Refuse(
                name="numbered_ones_stay",
                operation=pgtrigger.Delete,
                test="""OLD.state <> 'registered' OR EXISTS (
                    SELECT 1 FROM activities_mediationcase
                    WHERE committee_id = OLD.committee_id AND year = OLD.year
                        AND number > OLD.number
                )""",
                message="已经编号的案件不能删除。",
            ),
            DeferredRule(
                name="has_two_parties",
                operation=pgtrigger.Insert,
                test="""EXISTS (
                    SELECT 1 FROM activities_mediationcase WHERE id = NEW.id
                ) AND (
                    SELECT count(DISTINCT side) FROM activities_caseparty
                    WHERE case_id = NEW.id
                ) < 2""",
                message="一件纠纷至少要有申请方和被申请方各一个当事人。",
            ),
            Refuse(
                name="needs_mediator",
                operation=pgtrigger.Update,
                test="""NEW.state = 'accepted' AND NOT EXISTS (
                    SELECT 1 FROM activities_casemediator WHERE case_id = NEW.id
                )""",
                message="受理须先确定调解员。",
            ),
            Refuse(
                name="content_is_closed",
                operation=pgtrigger.Update,
                test=f"OLD.state NOT IN ({sql_list(EDITABLE)}) AND ("
                + " OR ".join(
                    f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in CONTENT
                )
                + ")",
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="stays_archived",
                operation=pgtrigger.Update,
                test="OLD.state = 'archived'",
                message=ARCHIVED_ERROR,
            ),
            Refuse(
                name="needs_agreement",
                operation=pgtrigger.Update,
                test=f"""NEW.state IN ({sql_list(SUCCESS)})
                    AND NEW.agreement_text = '' AND (
                        NEW.agreement_kind = 'oral' OR NOT EXISTS (
                            SELECT 1 FROM activities_casepaper p
                            WHERE p.case_id = NEW.id AND p.kind = 'agreement'
                        )
                    )""",
                message="达成协议须有书面协议或口头协议记录。",
            ),
        ]
        indexes = [
            # list in the workbench
            models.Index(
                fields=["-registered_on", "-id"], name="activities_case_registered"
            ),
        ]

    def __str__(self):
        return self.docket

    def get_absolute_url(self):
        return reverse("workbench:mediation-detail", args=[self.pk])

    @property
    def docket(self):
        """卷号."""
        return f"调字〔{self.year}〕{self.number}号"

    @property
    def next_states(self):
        return TRANSITIONS[CaseState(self.state)]

    @property
    def is_editable(self):
        return self.state in EDITABLE

    @property
    def is_open(self):
        return self.state in OPEN

    @property
    def has_agreement(self):
        return self.effective_on is not None

    @property
    def is_archived(self):
        return self.state == CaseState.ARCHIVED

    @property
    def may_be_confirmed(self):
        return self.state in (CaseState.AGREED, CaseState.UNFULFILLED)

    @property
    def confirm_by(self):
        """The last day on which the parties may apply for 司法确认."""
        if self.effective_on is None:
            return None
        return self.effective_on + timedelta(days=CONFIRMATION_DAYS)

    @property
    def days_to_confirm(self):
        """Days left to apply for 司法确认, or nothing when it is not open."""
        if self.confirmation != Confirmation.NONE or not self.may_be_confirmed:
            return None
        left = (self.confirm_by - timezone.localdate()).days
        return left if left >= 0 else None

    @property
    def is_slow(self):
        usual = timedelta(days=USUAL_DAYS)
        return self.is_open and self.accepted_on + usual < timezone.localdate()

    @property
    def is_late(self):
        return (
            self.state == CaseState.AGREED
            and self.due_on is not None
            and self.due_on < timezone.localdate()
        )


@pghistory.track()
class CaseStep(Step):
    """Who took a case from one state to the next, when and why."""

    case = models.ForeignKey(
        MediationCase, models.PROTECT, related_name="steps", verbose_name="案件"
    )
    before = state_field(CaseState, "原状态")
    state = state_field(CaseState)
    informed = models.BooleanField("已告知当事人其他救济途径", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "调解办理记录"
        ordering = ["case", "number"]
        constraints = [
            *step_rules(CaseState, "case"),
            models.CheckConstraint(
                condition=~Q(state__in=REASONED) | ~Q(reason=""),
                name="%(app_label)s_%(class)s_reason_given",
                violation_error_message="不予受理、调解不成、撤回和未履行须写明原因。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=INFORMED) | Q(informed=True),
                name="%(app_label)s_%(class)s_parties_informed",
                violation_error_message="调解不成或协议未履行，须告知当事人可以通过"
                "仲裁、行政、司法等途径维护权利（人民调解法第二十六条、第三十一条）。",
            ),
        ]
        triggers = steps_stay()


@pghistory.track()
class CaseMediator(models.Model):
    """A mediator of a case; the last one of an accepted case stays."""

    case = models.ForeignKey(
        MediationCase, models.PROTECT, related_name="assignments", verbose_name="案件"
    )
    mediator = models.ForeignKey(
        Mediator, models.PROTECT, related_name="assignments", verbose_name="调解员"
    )

    class Meta:
        verbose_name = verbose_name_plural = "案件调解员"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "mediator"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="该调解员已指派到这个案件。",
            )
        ]
        triggers = [
            Refuse(
                name="last_one_stays",
                operation=pgtrigger.Delete,
                test="""EXISTS (
                    SELECT 1 FROM activities_mediationcase c
                    WHERE c.id = OLD.case_id AND c.accepted_on IS NOT NULL
                ) AND NOT EXISTS (
                    SELECT 1 FROM activities_casemediator m
                    WHERE m.case_id = OLD.case_id AND m.id <> OLD.id
                )""",
                message="受理的案件至少要有一名调解员。",
            )
        ]

    def __str__(self):
        return str(self.mediator)


class PartyKind(models.TextChoices):
    NATURAL = "natural", "自然人"
    LEGAL = "legal", "法人"
    OTHER = "other", "其他组织"


class Side(models.TextChoices):
    APPLICANT = "applicant", "申请方"
    RESPONDENT = "respondent", "被申请方"


@pghistory.track()
class CaseParty(models.Model):
    """A party of a case; internal, and never with an ID number."""

    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    case = models.ForeignKey(
        MediationCase, models.PROTECT, related_name="parties", verbose_name="案件"
    )
    side = models.CharField("一方", max_length=12, choices=Side)
    kind = models.CharField("类型", max_length=10, choices=PartyKind)
    name = models.CharField("姓名或名称", max_length=60)
    contact = models.CharField(
        "联系方式",
        max_length=60,
        blank=True,
        help_text="可不填；只供办理人员使用，不导出。请勿填写身份证号码。",
    )

    class Meta:
        verbose_name = verbose_name_plural = "当事人"
        ordering = ["side", "pk"]
        constraints = [
            one_of(Side, "side", "一方"),
            one_of(PartyKind, "kind", "类型"),
            models.UniqueConstraint(
                fields=["case", "side", "name"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这一方已有同名的当事人。",
            ),
        ]
        triggers = [
            DeferredRule(
                name="two_sides_stay",
                operation=pgtrigger.Update | pgtrigger.Delete,
                test="""EXISTS (
                    SELECT 1 FROM activities_mediationcase WHERE id = OLD.case_id
                ) AND (
                    SELECT count(DISTINCT side) FROM activities_caseparty
                    WHERE case_id = OLD.case_id
                ) < 2""",
                message="一件纠纷至少要有申请方和被申请方各一个当事人。",
            ),
            Refuse(
                name="party_is_closed",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test=CASE_CLOSED.format(row="NEW"),
                message=CLOSED_ERROR,
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return f"{self.case.get_absolute_url()}#parties"


@pghistory.track()
class CaseSession(models.Model):
    """调解记录: one sitting of a mediation."""

    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    case = models.ForeignKey(
        MediationCase, models.PROTECT, related_name="sessions", verbose_name="案件"
    )
    held_on = models.DateField("调解日期", default=timezone.localdate)
    place = models.CharField("地点", max_length=60, blank=True)
    text = models.TextField("调解记录", max_length=4000)

    class Meta:
        verbose_name = verbose_name_plural = "调解记录"
        ordering = ["held_on", "pk"]
        triggers = [
            Refuse(
                name="case_is_open",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""EXISTS (
                    SELECT 1 FROM activities_mediationcase c
                    WHERE c.id = NEW.case_id AND (
                        c.accepted_on IS NULL OR c.state = 'archived'
                        OR NEW.held_on < c.accepted_on
                    )
                )""",
                message="调解记录写在受理以后、归档以前，日期不能早于受理日期。",
            )
        ]

    def __str__(self):
        return f"{self.held_on} 调解"

    def get_absolute_url(self):
        return f"{self.case.get_absolute_url()}#sessions"


@pghistory.track()
class CaseVisit(models.Model):
    """回访: how an agreement is performed."""

    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    case = models.ForeignKey(
        MediationCase, models.PROTECT, related_name="visits", verbose_name="案件"
    )
    visited_on = models.DateField("回访日期", default=timezone.localdate)
    result = models.TextField("回访情况", max_length=1000)

    class Meta:
        verbose_name = verbose_name_plural = "回访"
        ordering = ["visited_on", "pk"]
        triggers = [
            Refuse(
                name="case_has_agreement",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""EXISTS (
                    SELECT 1 FROM activities_mediationcase c
                    WHERE c.id = NEW.case_id AND (
                        c.effective_on IS NULL OR c.state = 'archived'
                        OR NEW.visited_on < c.effective_on
                    )
                )""",
                message="回访在达成协议以后、归档以前登记，日期不能早于协议生效日期。",
            )
        ]

    def __str__(self):
        return f"{self.visited_on} 回访"

    def get_absolute_url(self):
        return f"{self.case.get_absolute_url()}#visits"


class PaperKind(models.TextChoices):
    AGREEMENT = "agreement", "调解协议书"
    APPLICATION = "application", "申请书"
    EVIDENCE = "evidence", "证据材料"
    CONFIRMATION = "confirmation", "司法确认材料"
    OTHER = "other", "其他"


def case_paper_path(paper, filename):
    return random_name("mediation", ".pdf" if paper.is_pdf else ".jpg")


@pghistory.track()
class CasePaper(models.Model):
    """A scan or PDF in the file of a case; internal."""

    case = models.ForeignKey(
        MediationCase, models.PROTECT, related_name="papers", verbose_name="案件"
    )
    kind = models.CharField("材料", max_length=12, choices=PaperKind)
    file = models.FileField("文件", upload_to=case_paper_path, editable=False)
    name = models.CharField("文件名", max_length=100)
    is_pdf = models.BooleanField("PDF", default=False)
    size = models.PositiveIntegerField("字节", editable=False)
    sha256 = models.CharField("原件摘要", max_length=64, editable=False)
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "案卷材料"
        ordering = ["pk"]
        constraints = [
            one_of(PaperKind, "kind", "材料"),
            models.UniqueConstraint(
                fields=["case", "sha256"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这份材料已在本案上传过，未重复保存。",
            ),
        ]
        triggers = [
            Refuse(
                name="file_is_archived",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test="""EXISTS (
                    SELECT 1 FROM activities_mediationcase c
                    WHERE c.id = NEW.case_id AND c.state = 'archived'
                )""",
                message="案件已归档，不能再添加或修改材料。",
            ),
            Refuse(
                name="paper_stays",
                operation=pgtrigger.Delete,
                test=CASE_CLOSED.format(row="OLD"),
                message="该案件已有结果，材料不能删除。",
            ),
        ]

    def __str__(self):
        return self.name


# --- Requests of the public


def new_request_receipt() -> str:
    return "TJ" + "".join(secrets.choice(ALPHABET) for _ in range(10))


class RequestState(models.TextChoices):
    RECEIVED = "received", "已收到"
    REGISTERED = "registered", "已登记"
    DECLINED = "declined", "不予受理"


# What the receipt says of a case; never more.
PUBLIC_WORDS = {
    CaseState.REGISTERED: "已登记，等待决定是否受理",
    CaseState.ACCEPTED: "已登记受理",
    CaseState.MEDIATING: "已登记受理",
    CaseState.REFUSED: "不予受理",
}


class RequestQuerySet(models.QuerySet["MediationRequest"]):
    def visible_to(self, user):
        """All for named staff, nothing for anybody else."""
        if not user.is_staff:
            return self.none()
        named = MediationAccess.objects.on(timezone.localdate())
        return self.filter(Exists(named.filter(user=user)))

    def waiting(self):
        return self.filter(state=RequestState.RECEIVED)


@pghistory.track()
class MediationRequest(models.Model):
    """What an enterprise writes when it asks for mediation; internal.

    The receipt tells its writer the state and nothing else.
    """

    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    receipt = models.CharField(
        "回执编号",
        max_length=12,
        unique=True,
        default=new_request_receipt,
        editable=False,
    )
    enterprise = models.CharField("企业名称", max_length=60)
    contact_name = models.CharField("联系人", max_length=30)
    phone = models.CharField(
        "手机号",
        max_length=11,
        validators=[RegexValidator(r"^1\d{10}\Z", PHONE_ERROR)],
    )
    other_party = models.CharField("对方当事人", max_length=60)
    kind = models.ForeignKey(
        DisputeKind, models.PROTECT, related_name="requests", verbose_name="纠纷类别"
    )
    content = models.TextField("简要情况", max_length=500)
    submitted_at = models.DateTimeField("提交时间", auto_now_add=True)
    state = models.CharField(
        "状态",
        max_length=12,
        choices=RequestState,
        default=RequestState.RECEIVED,
        editable=False,
    )
    case = models.OneToOneField(
        MediationCase,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="request",
        verbose_name="案件",
    )
    reason = models.CharField("不予受理的原因", max_length=300, blank=True)
    answered_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="办理人",
    )
    answered_at = models.DateTimeField("办理时间", null=True, editable=False)
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调解申请"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(phone__regex=r"^1\d{10}$"),
                name="%(app_label)s_%(class)s_phone_valid",
                violation_error_message=PHONE_ERROR,
            ),
            models.CheckConstraint(
                condition=Q(
                    state=RequestState.RECEIVED,
                    case__isnull=True,
                    reason="",
                    answered_by__isnull=True,
                    answered_at__isnull=True,
                )
                | Q(
                    state=RequestState.REGISTERED,
                    case__isnull=False,
                    reason="",
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                )
                | Q(
                    state=RequestState.DECLINED,
                    case__isnull=True,
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                )
                & ~Q(reason=""),
                name="%(app_label)s_%(class)s_answer_complete",
                violation_error_message="登记须有案件，不予受理须写明原因。",
            ),
        ]
        triggers = [
            Refuse(
                name="answer_stays",
                operation=pgtrigger.Update,
                test="OLD.state <> 'received'",
                message="该申请已经办理，不能再改。",
            )
        ]

    def __str__(self):
        return f"{self.enterprise}的调解申请"

    def get_absolute_url(self):
        return reverse("workbench:mediation-request-list")

    @property
    def public_state(self):
        """What the receipt says; of a case only whether it was accepted or ended."""
        if self.case is None:
            return self.get_state_display()
        return PUBLIC_WORDS.get(CaseState(self.case.state), "已办结")
