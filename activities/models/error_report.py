"""找错: what somebody of the public found wrong on a page, and what became of it."""

import secrets

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from activities.models.certificate import ALPHABET
from redleader.records.constraints import Refuse
from redleader.records.record import DemoMark, Sent


def new_error_receipt() -> str:
    return "ZC" + "".join(secrets.choice(ALPHABET) for _ in range(10))


class ErrorKind(models.TextChoices):
    WRONG = "wrong", "内容不对"
    OUTDATED = "outdated", "内容过时"
    MISPRINT = "misprint", "错别字"
    BROKEN = "broken", "打不开或不能用"
    PRIVACY = "privacy", "泄露个人信息"
    OTHER = "other", "其他"


class ErrorReportQuerySet(models.QuerySet["ErrorReport"]):
    def open(self):
        return self.filter(answered_at__isnull=True)


@pghistory.track()
class ErrorReport(Sent, DemoMark):
    """An error on a page as reported by a reader, who stays anonymous.

    The holder of the receipt can read the answer.
    """

    receipt = models.CharField(
        "回执编号",
        max_length=12,
        unique=True,
        default=new_error_receipt,
        editable=False,
    )
    page = models.CharField("哪个页面", max_length=200)
    kind = models.CharField("错误类别", max_length=10, choices=ErrorKind)
    content = models.TextField("哪里有错", max_length=500)
    submitted_at = models.DateTimeField("提交时间", auto_now_add=True)
    answer = models.TextField("答复", max_length=500, blank=True)
    answered_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name="答复人",
    )
    answered_at = models.DateTimeField("答复时间", null=True, editable=False)

    objects = ErrorReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "网站找错"
        ordering = ["-pk"]
        indexes = [
            models.Index(  # what waits, on the desks
                fields=["submitted_at"],
                condition=Q(answered_at__isnull=True),
                name="%(app_label)s_%(class)s_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(page="") & ~Q(content=""),
                name="%(app_label)s_%(class)s_content_given",
                violation_error_message="请填写哪个页面、哪里有错。",
            ),
            models.CheckConstraint(
                condition=Q(
                    answered_at__isnull=True, answered_by__isnull=True, answer=""
                )
                | Q(answered_at__isnull=False, answered_by__isnull=False)
                & ~Q(answer=""),
                name="%(app_label)s_%(class)s_answer_complete",
                violation_error_message="请填写答复。",
            ),
        ]
        triggers = [
            Refuse(
                name="answer_stays",
                operation=pgtrigger.Update,
                test="""OLD.answered_at IS NOT NULL AND (
                    NEW.answer <> OLD.answer
                    OR NEW.answered_at IS DISTINCT FROM OLD.answered_at
                )""",
                message="该找错已经答复，不能再改。",
            ),
            Refuse(
                name="content_stays",
                operation=pgtrigger.Update,
                test="NEW.content <> OLD.content OR NEW.page <> OLD.page"
                " OR NEW.kind <> OLD.kind",
                message="找错的内容不能改动。",
            ),
        ]

    def __str__(self):
        return self.receipt
