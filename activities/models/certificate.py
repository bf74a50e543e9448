"""Certificates of titles: how they look, and the code that proves one."""

import secrets

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from activities.models.honour import Award
from redleader.constraints import Refuse, one_of

# Without letters and digits that look alike; 20 of them are 98 bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 20


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


class Orientation(models.TextChoices):
    LANDSCAPE = "landscape", "横向"
    PORTRAIT = "portrait", "竖向"


@pghistory.track()
class CertificateTemplate(models.Model):
    """What a certificate says; {recipient} and its like are filled in.

    The county grants its own titles (证书); of those from above it only states
    that they are on its roll (登记证明).
    """

    name = models.CharField("模板名称", max_length=40, unique=True)
    heading = models.CharField("标题", max_length=20, default="荣誉证书")
    body = models.TextField("正文", max_length=500)
    signature = models.CharField("落款单位", max_length=60, blank=True)
    footnote = models.CharField("脚注", max_length=120, blank=True)
    orientation = models.CharField(
        "纸张方向", max_length=10, choices=Orientation, default=Orientation.LANDSCAPE
    )
    title_size = models.PositiveSmallIntegerField("标题字号（磅）", default=46)
    body_size = models.PositiveSmallIntegerField("正文字号（磅）", default=20)
    for_own_titles = models.BooleanField(
        "用于县级称号",
        default=False,
        help_text="勾选的用于县级颁发的称号，不勾选的用于上级称号的登记证明。",
    )
    is_default = models.BooleanField("默认模板", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "证书模板"
        ordering = ["name"]
        constraints = [
            one_of(Orientation, "orientation", "纸张方向"),
            models.UniqueConstraint(
                fields=["for_own_titles"],
                condition=Q(is_default=True),
                name="%(app_label)s_%(class)s_one_default",
                violation_error_message="这一类称号已有默认模板，请先取消原来的默认。",
            ),
            models.CheckConstraint(
                condition=Q(title_size__range=(20, 80)),
                name="%(app_label)s_%(class)s_title_size_limited",
                violation_error_message="标题字号应为 20–80 的整数。",
            ),
            models.CheckConstraint(
                condition=Q(body_size__range=(10, 40)),
                name="%(app_label)s_%(class)s_body_size_limited",
                violation_error_message="正文字号应为 10–40 的整数。",
            ),
        ]

    def __str__(self):
        return self.name


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, user):
        return self.filter(award__in=Award.objects.visible_to(user))


@pghistory.track()
class Certificate(models.Model):
    """A certificate that was issued for a title; its code cannot be guessed."""

    award = models.OneToOneField(
        Award, models.PROTECT, related_name="certificate", verbose_name="荣誉"
    )
    code = models.CharField(
        "验证编号", max_length=20, unique=True, default=new_code, editable=False
    )
    issued_on = models.DateField("颁发日期", default=timezone.localdate)
    issued_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        related_name="issued_certificates",
        verbose_name="颁发人",
    )
    is_demo = models.BooleanField("演示数据", default=False, editable=False)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "证书"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=rf"^[{ALPHABET}]{{{CODE_LENGTH}}}$"),
                name="%(app_label)s_%(class)s_code_valid",
                violation_error_message="验证编号格式不正确。",
            )
        ]
        triggers = [
            Refuse(
                name="code_stays",
                operation=pgtrigger.Update,
                test="NEW.code <> OLD.code OR NEW.award_id <> OLD.award_id",
                message="证书颁发后，编号和对应的荣誉不能改动。",
            ),
        ]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return reverse("public:verify", args=[self.code])

    @property
    def printed_code(self):
        """The code in groups of four, as it stands on paper."""
        return "-".join(self.code[n : n + 4] for n in range(0, CODE_LENGTH, 4))
