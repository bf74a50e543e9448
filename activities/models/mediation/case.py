"""A dispute from its registration to the archive."""

import re
from datetime import timedelta

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from activities.models.mediation.committee import (
    MediationAccess,
    MediationCommittee,
    Mediator,
)
from activities.models.mediation.party import CaseMediator, CaseParty
from activities.models.mediation.states import (
    ARCHIVED_ERROR,
    CLOSED_ERROR,
    EDITABLE,
    OPEN,
    SUCCESS,
    TRANSITIONS,
    AgreementKind,
    CaseSource,
    CaseState,
    Confirmation,
)
from redleader.records.constraints import DeferredRefusal, Refuse, one_of, sql_list
from redleader.records.money import MoneyField
from redleader.records.record import DemoMark, Record, Written
from redleader.records.steps import state_triggers

USUAL_DAYS = 30  # of a mediation; longer when both parties agree
CONFIRMATION_DAYS = 30  # Art. 33
CONFIRMATION_ERROR = (
    "司法确认应在调解协议生效之日起三十日内共同申请（人民调解法第三十三条）。"
)
# 调字〔2026〕3号, 2026-3 or 3.
DOCKET = re.compile("(?:调字)?〔?(?:([0-9]{4})[^0-9]+)?([0-9]{1,9})号?")


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


@pghistory.track()
class MediationCase(Record, Written, DemoMark):
    """A dispute from its registration to the archive; seen by few.

    ``state`` changes only together with a row of ``CaseStep``. The database gives
    each committee gap-free numbers in each year.
    """

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
            DeferredRefusal(
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
