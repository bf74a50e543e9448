"""Who holds which post, where, from when to when."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils import timezone

from chambers.models.lifetime import inside_life
from redleader.records.constraints import ends_after_start, exactly_one, one_of, period


class Post(models.TextChoices):
    PRESIDENT = "president", "会长"
    EXECUTIVE_VICE = "executive_vice", "常务副会长"
    VICE_PRESIDENT = "vice_president", "副会长"
    SUPERVISOR = "supervisor", "监事长"
    SECRETARY_GENERAL = "secretary_general", "秘书长"
    SECRETARY = "secretary", "商会秘书"
    LEGAL = "legal", "法定代表人"
    BRANCH_SECRETARY = "branch_secretary", "党组织书记"
    DEPUTY_SECRETARY = "deputy_secretary", "党组织副书记"
    ORGANISATION = "organisation", "组织委员"
    PUBLICITY = "publicity", "宣传委员"
    DISCIPLINE = "discipline", "纪检委员"
    INSTRUCTOR = "instructor", "党建指导员"


BRANCH_POSTS = [
    Post.BRANCH_SECRETARY,
    Post.DEPUTY_SECRETARY,
    Post.ORGANISATION,
    Post.PUBLICITY,
    Post.DISCIPLINE,
    Post.INSTRUCTOR,
]
SINGLE_POSTS = [Post.PRESIDENT, Post.SECRETARY_GENERAL, Post.LEGAL]
ACCESS_POSTS = [Post.SECRETARY_GENERAL, Post.SECRETARY, Post.BRANCH_SECRETARY]


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def on(self, day):
        return self.filter(started_on__lte=day).filter(
            Q(ended_on__isnull=True) | Q(ended_on__gte=day)
        )

    def of_user(self, user):
        """Posts that the holder of an account holds today."""
        return self.on(timezone.localdate()).filter(member__user=user.pk)

    def heading(self, user):
        """Posts that make a user the secretary of a branch today."""
        return self.of_user(user).filter(post=Post.BRANCH_SECRETARY)

    def giving_access(self):
        """Posts whose holder keeps the organisation's records."""
        return self.filter(post__in=ACCESS_POSTS)


@pghistory.track()
class Appointment(models.Model):
    """A person in a post of one chamber or one Party organisation.

    双向进入、交叉任职 is counted from overlapping rows, never stored.
    """

    member = models.ForeignKey(
        "chambers.Member",
        models.PROTECT,
        limit_choices_to={"kind": "person"},
        related_name="appointments",
        verbose_name="任职人",
    )
    post = models.CharField("职务", max_length=20, choices=Post)
    chamber = models.ForeignKey(
        "chambers.Chamber",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name="商会",
    )
    branch = models.ForeignKey(
        "chambers.Branch",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="appointments",
        verbose_name="党组织",
    )
    started_on = models.DateField("任职起")
    ended_on = models.DateField("任职止", null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["-started_on", "pk"]
        indexes = [
            # list of the admin
            models.Index(
                fields=["-started_on", "id"], name="chambers_appointment_newest"
            ),
        ]
        constraints = [
            one_of(Post, "post", "职务"),
            ends_after_start(),
            exactly_one(
                "chamber",
                "branch",
                name="one_organisation",
                message="商会和党组织须填写一个，且只能填写一个。",
            ),
            models.CheckConstraint(
                condition=Q(branch__isnull=False, post__in=BRANCH_POSTS)
                | Q(branch__isnull=True) & ~Q(post__in=BRANCH_POSTS),
                name="%(app_label)s_%(class)s_post_fits",
                violation_error_message="党组织职务须对应党组织，商会职务须对应商会。",
            ),
            ExclusionConstraint(
                expressions=[
                    ("branch", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(post=Post.BRANCH_SECRETARY),
                name="%(app_label)s_%(class)s_one_branch_secretary",
                violation_error_message="该党组织在这段时间已有书记，请先填写前任的任职止。",
            ),
            ExclusionConstraint(
                expressions=[
                    ("chamber", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(post__in=SINGLE_POSTS),
                name="%(app_label)s_%(class)s_one_holder",
                violation_error_message="该商会在这段时间已有人担任此职务，"
                "请先填写前任的任职止。",
            ),
            ExclusionConstraint(
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(post=Post.LEGAL),
                name="%(app_label)s_%(class)s_one_legal",
                violation_error_message="同一人只能担任一个社会团体的法定代表人"
                "（《社会团体登记管理条例》第十二条）。",
            ),
            ExclusionConstraint(
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    ("chamber", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(chamber__isnull=False),
                name="%(app_label)s_%(class)s_chamber_no_overlap",
                violation_error_message="该人在这段时间已担任此职务。",
            ),
            ExclusionConstraint(
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    ("branch", RangeOperators.EQUAL),
                    (period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(branch__isnull=False),
                name="%(app_label)s_%(class)s_branch_no_overlap",
                violation_error_message="该人在这段时间已担任此职务。",
            ),
        ]
        triggers = [
            *inside_life("chamber", "chambers_chamber", "chamber_id", "closed_on"),
            *inside_life("branch", "chambers_branch", "branch_id", "dissolved_on"),
        ]

    def __str__(self):
        return f"{self.organisation}{self.get_post_display()} {self.member}"

    @property
    def organisation(self):
        return self.chamber or self.branch

    @property
    def is_current(self):
        today = timezone.localdate()
        return self.started_on <= today and (
            self.ended_on is None or self.ended_on >= today
        )
