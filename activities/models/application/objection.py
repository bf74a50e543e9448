"""What the public says against a title under 公示."""

import secrets

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from activities.models.application.application import Application
from activities.models.certificate import ALPHABET
from redleader.records.constraints import Refuse
from redleader.records.record import DemoMark, Sent


def new_receipt() -> str:
    return "YY" + "".join(secrets.choice(ALPHABET) for _ in range(10))


class Outcome(models.TextChoices):
    UPHELD = "upheld", "异议成立"
    REJECTED = "rejected", "异议不成立"


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def open(self):
        return self.filter(answered_at__isnull=True)


@pghistory.track()
class Objection(Sent, DemoMark):
    """What somebody of the public says against a title under 公示; internal.

    The receipt lets the writer read the answer; name and contact are never shown.
    """

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="objections", verbose_name="申报"
    )
    receipt = models.CharField(
        "回执编号", max_length=12, unique=True, default=new_receipt, editable=False
    )
    content = models.TextField("异议内容", max_length=1000)
    name = models.CharField("姓名或单位", max_length=40, blank=True)
    contact = models.CharField("联系方式", max_length=60, blank=True)
    submitted_at = models.DateTimeField("提出时间", auto_now_add=True)
    outcome = models.CharField(
        "处理结果", max_length=10, choices=Outcome, blank=True, editable=False
    )
    answer = models.TextField("答复", max_length=500, blank=True, editable=False)
    answered_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        null=True,
        related_name="answered_objections",
        editable=False,
        verbose_name="答复人",
    )
    answered_at = models.DateTimeField("答复时间", null=True, editable=False)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示异议"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(content=""),
                name="%(app_label)s_%(class)s_content_given",
                violation_error_message="请填写异议内容。",
            ),
            models.CheckConstraint(
                condition=Q(
                    answered_at__isnull=True,
                    answered_by__isnull=True,
                    outcome="",
                    answer="",
                )
                | Q(
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    outcome__in=Outcome.values,
                )
                & ~Q(answer=""),
                name="%(app_label)s_%(class)s_answer_complete",
                violation_error_message="答复须填写处理结果和答复内容。",
            ),
        ]
        triggers = [
            Refuse(
                name="only_in_publicity",
                operation=pgtrigger.Insert,
                test="""NOT EXISTS (
                    SELECT 1 FROM activities_application a
                    WHERE a.id = NEW.application_id AND a.state = 'publicity'
                )""",
                message="公示期以外不能提出异议。",
            ),
            Refuse(
                name="answer_stays",
                operation=pgtrigger.Update,
                test="""OLD.answered_at IS NOT NULL AND (
                    NEW.answer <> OLD.answer OR NEW.outcome <> OLD.outcome
                    OR NEW.answered_at IS DISTINCT FROM OLD.answered_at
                )""",
                message="该异议已经答复，不能再改。",
            ),
            Refuse(
                name="content_stays",
                operation=pgtrigger.Update,
                test="NEW.content <> OLD.content"
                " OR NEW.application_id <> OLD.application_id",
                message="异议的内容不能改动。",
            ),
        ]

    def __str__(self):
        return self.receipt
