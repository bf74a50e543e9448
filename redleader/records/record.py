"""What records have in common, besides what their nouns say."""

import uuid

from django.conf import settings
from django.db import models

from redleader.records.checks import Checked


class Sent(Checked):
    """Made by a form that was sent once, however often it arrives."""

    form_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class Record(Sent):
    """Changed by people who may have opened the same version."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class Written(Checked):
    """Keeps who wrote it first, and when."""

    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name="登记人",
    )

    class Meta:
        abstract = True


class DemoMark(Checked):
    """May be a row of the demo, which is never counted as a real one."""

    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        abstract = True
