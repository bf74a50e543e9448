"""Rows that were the same person, and persons whose data were erased."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from chambers.models.member import Member
from redleader.records.constraints import Refuse


@pghistory.track(exclude=["changes"])
class MemberMerge(models.Model):
    """The merge of a member into another, with each change it made.

    ``changes`` lists them in order: rows that were moved, changed or deleted.
    """

    kept = models.ForeignKey(
        Member, models.PROTECT, related_name="merges", verbose_name="保留的会员"
    )
    merged = models.ForeignKey(
        Member, models.PROTECT, related_name="merges_away", verbose_name="并入的会员"
    )
    changes = models.JSONField("改动", default=list, editable=False)
    by = models.ForeignKey(
        "chambers.User", models.PROTECT, related_name="+", verbose_name="操作人"
    )
    at = models.DateTimeField("时间", auto_now_add=True)
    undone_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="撤销人",
    )
    undone_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "会员合并"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kept=F("merged")),
                name="%(app_label)s_%(class)s_two_members",
                violation_error_message="不能把会员合并到自己。",
            ),
            models.UniqueConstraint(
                fields=["merged"],
                condition=Q(undone_at__isnull=True),
                name="%(app_label)s_%(class)s_once",
                violation_error_message="该会员已经合并到另一会员。",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="%(app_label)s_%(class)s_undo_is_signed",
                violation_error_message="撤销须有操作人和时间。",
            ),
        ]

    def __str__(self):
        return f"{self.merged} → {self.kept}"


class Erasure(models.Model):
    """That a person's data were erased: when, by whom, why, from how many events.

    It is written by a function of the database and never changes, so it needs no
    history.
    """

    member = models.OneToOneField(
        Member, models.PROTECT, related_name="erasure", verbose_name="会员"
    )
    by = models.CharField("操作人", max_length=100)
    reason = models.CharField("依据", max_length=200)
    at = models.DateTimeField("时间", auto_now_add=True)
    cleared = models.PositiveIntegerField("清除的历史条数")

    class Meta:
        verbose_name = verbose_name_plural = "个人信息清除"
        ordering = ["-at"]
        triggers = [
            Refuse(
                name="erasure_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                test="TRUE",
                message="清除记录不能更改。",
            )
        ]

    def __str__(self):
        return f"{self.member} {self.at:%Y-%m-%d}"
