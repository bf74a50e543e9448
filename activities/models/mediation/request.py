"""Requests of enterprises for mediation."""

import secrets

import pghistory
import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, Q
from django.urls import reverse
from django.utils import timezone

from activities.models.certificate import ALPHABET
from activities.models.mediation.case import DisputeKind, MediationCase
from activities.models.mediation.committee import MediationAccess
from activities.models.mediation.states import CaseState
from redleader.records.constraints import Refuse
from redleader.records.record import DemoMark, Sent

PHONE_ERROR = "手机号应为 11 位数字，例如 138xxxx1234。"


def new_request_receipt() -> str:
    return "TJ" + "".join(secrets.choice(ALPHABET) for _ in range(10))


class RequestState(models.TextChoices):
    RECEIVED = "received", "已收到"
    REGISTERED = "registered", "已登记"
    DECLINED = "declined", "不予受理"


# All that the receipt reveals about a case.
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
class MediationRequest(Sent, DemoMark):
    """An enterprise's request for mediation; internal.

    The receipt shows its writer the state and nothing else.
    """

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
        """What the receipt shows; of a case, only whether it was accepted or closed."""
        if self.case is None:
            return self.get_state_display()
        return PUBLIC_WORDS.get(CaseState(self.case.state), "已办结")
