"""Who took which list out as a file, when and from where."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from redleader.records.constraints import Refuse


class ExportLog(models.Model):
    """One export by somebody signed in: what and how many rows, never their content."""

    at = models.DateTimeField("时间", db_default=Now(), editable=False)
    by = models.ForeignKey(
        "chambers.User", models.PROTECT, related_name="+", verbose_name="导出人"
    )
    address = models.CharField("来自", max_length=45, blank=True)  # of the network
    path = models.CharField("网址", max_length=200)
    what = models.CharField("内容", max_length=100)
    narrowed = models.CharField("筛选", max_length=300, blank=True)
    rows = models.PositiveIntegerField("行数")

    class Meta:
        verbose_name = verbose_name_plural = "导出记录"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="activities_exportlog_at"),  # list
        ]
        triggers = [
            Refuse(
                name="stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                test="TRUE",
                message="导出记录不能改动或删除。",
            )
        ]

    def __str__(self):
        return f"{self.what}（{self.rows} 行）"
