"""Pictures of a lecture."""

import pghistory
from django.db import models
from django.db.models import Q

from activities.models.lecture.kinds import PhotoKind
from activities.models.lecture.session import Lecture
from redleader.records.constraints import one_of
from redleader.uploads.storage import random_name


def photo_path(photo, filename):
    return random_name("photos", ".jpg")


def thumbnail_path(photo, filename):
    return random_name("thumbnails", ".jpg")


@pghistory.track()
class Photo(models.Model):
    """A re-encoded picture of a lecture, without position or other traces."""

    lecture = models.ForeignKey(
        Lecture, models.CASCADE, related_name="photos", verbose_name="讲课"
    )
    kind = models.CharField(
        "类型", max_length=10, choices=PhotoKind, default=PhotoKind.SCENE
    )
    image = models.FileField("照片", upload_to=photo_path, editable=False)
    thumbnail = models.FileField("缩略图", upload_to=thumbnail_path, editable=False)
    width = models.PositiveIntegerField("宽", editable=False)
    height = models.PositiveIntegerField("高", editable=False)
    sha256 = models.CharField("原件摘要", max_length=64, editable=False)
    name = models.CharField("原文件名", max_length=100, editable=False)
    is_public = models.BooleanField("可公开", default=False)
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "照片"
        ordering = ["pk"]
        constraints = [
            one_of(PhotoKind, "kind", "类型"),
            models.CheckConstraint(
                condition=Q(kind=PhotoKind.SCENE) | Q(is_public=False),
                name="%(app_label)s_%(class)s_scan_is_internal",
                violation_error_message="签到表扫描件含姓名，不能公开。",
            ),
            models.UniqueConstraint(
                fields=["lecture", "sha256"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这张照片已在本场活动中上传过，未重复保存。",
            ),
        ]
        indexes = [
            # the reviewer's hint that a picture was used elsewhere
            models.Index(fields=["sha256"], name="activities_photo_sha256")
        ]

    def __str__(self):
        return f"{self.lecture} 照片{self.pk}"
