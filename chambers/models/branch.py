"""Party organisations of the chambers and their terms."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from chambers.models.appointment import Appointment
from chambers.models.chamber import Chamber
from chambers.models.lifetime import (
    AbstractTerm,
    inside_life,
    life_holds,
    term_constraints,
)
from redleader.records.constraints import Refuse, ends_after_start, one_of
from redleader.records.record import DemoMark
from redleader.records.search import (
    SEARCH_COLUMNS,
    SearchGramsField,
    SearchTextField,
    SortKeyField,
    search_index,
)


class BranchKind(models.TextChoices):
    """Forms of Party organisation; domain.md 2.1."""

    SINGLE = "single", "党支部"
    JOINT = "joint", "联合党支部"
    GENERAL = "general", "党总支"
    COMMITTEE = "committee", "党委"
    FUNCTIONAL = "functional", "功能型党组织"
    INSTRUCTOR = "instructor", "党建指导员"


# How many chambers each form covers: at least, at most; domain.md 2.1.
COVERAGE_LIMITS = {BranchKind.SINGLE: (1, 1), BranchKind.JOINT: (2, 5)}
COVERAGE_ERROR = "党支部覆盖 1 个商会，联合党支部覆盖 2 至 5 个商会，请核对覆盖商会。"


class CoverageConstraint(Refuse):
    """How many chambers a branch covers, checked when the transaction ends."""

    when = pgtrigger.After
    timing = pgtrigger.Deferred

    def __init__(self, *, branch: str, **kwargs):
        super().__init__(
            test=" OR ".join(
                f"(branch_kind = '{kind.value}'"
                f" AND covered NOT BETWEEN {low} AND {high})"
                for kind, (low, high) in COVERAGE_LIMITS.items()
            ),
            message=COVERAGE_ERROR,
            before=f"""
                SELECT kind INTO branch_kind FROM chambers_branch
                WHERE id = {branch};
                SELECT count(*) INTO covered FROM chambers_branchcoverage
                WHERE branch_id = {branch};
            """,
            declare=[("branch_kind", "text"), ("covered", "integer")],
            **kwargs,
        )

    def get_func(self, model):
        return super().get_func(model).replace("RETURN NEW;", "RETURN NULL;")


class BranchQuerySet(models.QuerySet["Branch"]):
    def visible_to(self, user):
        """Party organisations of the chambers that this user may see.

        A branch secretary sees those they head, and no others of these chambers.
        """
        if user.is_staff:
            return self
        if user.role == "branch_secretary":
            return self.headed_by(user)
        covered = BranchCoverage.objects.filter(
            chamber__in=Chamber.objects.visible_to(user)
        )
        return self.filter(pk__in=covered.values("branch"))

    def headed_by(self, user):
        if not user.is_active:
            return self.none()
        return self.filter(pk__in=Appointment.objects.heading(user).values("branch"))


@pghistory.track(exclude=SEARCH_COLUMNS)
class Branch(DemoMark):
    """A Party organisation that covers one chamber or several."""

    name = models.CharField("党组织名称", max_length=80, unique=True)
    kind = models.CharField("形式", max_length=10, choices=BranchKind)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级党组织",
    )
    chambers = models.ManyToManyField(
        Chamber,
        through="BranchCoverage",
        related_name="branches",
        verbose_name="覆盖商会",
    )
    founded_on = models.DateField("成立日期", null=True, blank=True)
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    search_text = SearchTextField("name")
    search_grams = SearchGramsField()
    sort_key = SortKeyField("name")

    objects = BranchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党组织"
        ordering = ["sort_key", "pk"]
        constraints = [
            one_of(BranchKind, "kind", "形式"),
            ends_after_start("founded_on", "dissolved_on"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="%(app_label)s_%(class)s_not_own_parent",
                violation_error_message="党组织不能是自己的上级。",
            ),
        ]
        indexes = [
            search_index(),  # admin and the honour roll
            # lists and choices by name
            models.Index(fields=["sort_key", "id"], name="chambers_branch_by_name"),
        ]
        triggers = [
            CoverageConstraint(
                name="coverage_count",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("kind"),
                branch="NEW.id",
            ),
            *life_holds(
                "chambers_appointment",
                "chambers_branchterm",
                column="branch_id",
                end="dissolved_on",
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("admin:chambers_branch_change", args=[self.pk])


@pghistory.track()
class BranchCoverage(models.Model):
    """A chamber in which a Party organisation works."""

    branch = models.ForeignKey(
        Branch, models.CASCADE, related_name="coverages", verbose_name="党组织"
    )
    chamber = models.ForeignKey(
        Chamber, models.PROTECT, related_name="coverages", verbose_name="商会"
    )

    class Meta:
        verbose_name = verbose_name_plural = "覆盖商会"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "chamber"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message="该商会已在覆盖范围内。",
            )
        ]
        triggers = [
            CoverageConstraint(
                name="coverage_count",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                branch="COALESCE(NEW.branch_id, OLD.branch_id)",
            )
        ]

    def __str__(self):
        return f"{self.branch} – {self.chamber}"


@pghistory.track()
class BranchTerm(AbstractTerm):
    branch = models.ForeignKey(
        Branch, models.PROTECT, related_name="terms", verbose_name="党组织"
    )

    class Meta:
        verbose_name = verbose_name_plural = "党组织届次"
        ordering = ["-started_on", "pk"]
        constraints = term_constraints("branch")
        triggers = inside_life("term", "chambers_branch", "branch_id", "dissolved_on")
