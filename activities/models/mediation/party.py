"""The people of a case: its parties and its mediators."""

import pghistory
import pgtrigger
from django.db import models

from activities.models.mediation.committee import Mediator
from activities.models.mediation.states import CASE_CLOSED, CLOSED_ERROR
from redleader.records.constraints import DeferredRefusal, Refuse, one_of
from redleader.records.record import Record


@pghistory.track()
class CaseMediator(models.Model):
    """A mediator of a case; the last one of an accepted case stays."""

    case = models.ForeignKey(
        "MediationCase", models.PROTECT, related_name="assignments", verbose_name="案件"
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
class CaseParty(Record):
    """A party of a case; internal, and never with an ID number."""

    case = models.ForeignKey(
        "MediationCase", models.PROTECT, related_name="parties", verbose_name="案件"
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
            DeferredRefusal(
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
