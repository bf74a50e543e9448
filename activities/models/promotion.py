"""招商推介会: events at which chambers present the county."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from activities.models.lead import FIRST_DAY
from chambers.models import Chamber
from redleader.records.record import DemoMark, Record, Written

TOO_EARLY = "举办日期不能早于 2000 年 1 月 1 日。"
GUESTS = 10_000
GUESTS_ERROR = f"来宾人数应为 0–{GUESTS} 的整数。"


class PromotionQuerySet(models.QuerySet["PromotionEvent"]):
    def visible_to(self, user):
        """All for staff; for a secretary the county's and those of their chambers."""
        if user.is_staff:
            return self
        mine = Q(organiser__in=Chamber.objects.visible_to(user))
        return self.filter(mine | Q(organiser__isnull=True))

    def editable_by(self, user):
        """All for staff; for a secretary those that their chambers organise."""
        if user.is_staff:
            return self
        return self.filter(organiser__in=Chamber.objects.visible_to(user))

    def with_names(self):
        """With what every row of a list names."""
        return self.select_related("organiser")


@pghistory.track()
class PromotionEvent(Record, Written, DemoMark):
    """A meeting with possible investors; the county is organiser if no chamber is."""

    name = models.CharField("名称", max_length=80)
    held_on = models.DateField(
        "举办日期",
        default=timezone.localdate,
        validators=[MinValueValidator(FIRST_DAY, TOO_EARLY)],
    )
    place = models.CharField("举办城市", max_length=40)
    organiser = models.ForeignKey(
        Chamber,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promotions",
        verbose_name="主办商会",
    )
    guests = models.PositiveIntegerField(
        "来宾人数",
        null=True,
        blank=True,
        validators=[MaxValueValidator(GUESTS, GUESTS_ERROR)],
    )
    summary = models.TextField("情况", max_length=1000, blank=True)

    objects = PromotionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "招商推介会"
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "held_on"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="这一天已有同名的推介会。",
            ),
            models.CheckConstraint(
                condition=Q(held_on__gte=FIRST_DAY),
                name="%(app_label)s_%(class)s_not_too_early",
                violation_error_message=TOO_EARLY,
            ),
            models.CheckConstraint(
                condition=Q(guests__isnull=True) | Q(guests__lte=GUESTS),
                name="%(app_label)s_%(class)s_guests_limited",
                violation_error_message=GUESTS_ERROR,
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("workbench:promotion-detail", args=[self.pk])

    @property
    def host(self):
        return str(self.organiser) if self.organiser else "县"
