"""What a person agreed to, for which purpose, and until when."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone

from redleader.records.constraints import ends_after_start, one_of


class Purpose(models.TextChoices):
    NAME = "name", "公开姓名和商会职务"
    PHOTO = "photo", "公开本人照片"
    STORY = "story", "公开个人事迹"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def live(self):
        """Consents that hold today; from the day of withdrawal they no longer hold."""
        today = timezone.localdate()
        return self.filter(given_on__lte=today).filter(
            Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=today)
        )


@pghistory.track()
class Consent(models.Model):
    """A consent, without which nothing about a person is public.

    Public pages check it each time, so a withdrawal takes effect at once.
    """

    member = models.ForeignKey(
        "chambers.Member",
        models.PROTECT,
        limit_choices_to={"kind": "person"},
        related_name="consents",
        verbose_name="会员",
    )
    purpose = models.CharField("用途", max_length=10, choices=Purpose)
    given_on = models.DateField("同意日期")
    document = models.CharField(
        "依据", max_length=100, help_text="本人签字的同意书编号或存放处。"
    )
    withdrawn_on = models.DateField(
        "撤回日期", null=True, blank=True, help_text="填写后当天起不再公开。"
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "本人同意"
        ordering = ["-given_on", "pk"]
        constraints = [
            one_of(Purpose, "purpose", "用途"),
            ends_after_start("given_on", "withdrawn_on"),
            models.UniqueConstraint(
                fields=["member", "purpose"],
                condition=Q(withdrawn_on__isnull=True),
                name="%(app_label)s_%(class)s_one_live",
                violation_error_message="这一用途已有未撤回的同意。",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_purpose_display()}"
