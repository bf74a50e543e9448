"""A chamber's application for one title."""

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from activities.models.application.states import (
    CLOSED_ERROR,
    EDITABLE_STATES,
    LADDER,
    PASSED,
    TRANSITIONS,
    ApplicationState,
    fits_the_level,
)
from activities.models.course import Site
from activities.models.honour import Award
from activities.models.scheme import HonourLevel, RecipientKind, SchemeLevel
from chambers.models import Branch, Chamber
from redleader.records.constraints import Refuse, one_of, sql_list
from redleader.records.record import DemoMark, Record, Written
from redleader.records.steps import state_triggers


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user):
        """All for staff; for a secretary those of the chambers they keep."""
        if user.is_staff:
            return self
        return self.filter(chamber__in=Chamber.objects.visible_to(user))

    def waiting(self):
        return self.filter(state=ApplicationState.SUBMITTED)

    def in_publicity(self, day):
        """Applications that are under 公示 on a day."""
        return self.filter(
            state=ApplicationState.PUBLICITY,
            publicity_from__lte=day,
            publicity_until__gte=day,
        )

    def with_names(self):
        """With what every row of a list names."""
        return self.select_related(
            "level__version__scheme", "chamber__township", "branch", "site"
        )


@pghistory.track()
class Application(Record, Written, DemoMark):
    """A chamber's application for one title, for itself, its branch or its site.

    ``state`` changes only together with a row of ``ApplicationStep``.
    """

    level = models.ForeignKey(
        SchemeLevel, models.PROTECT, related_name="applications", verbose_name="称号"
    )
    chamber = models.ForeignKey(
        Chamber, models.PROTECT, related_name="applications", verbose_name="申报商会"
    )
    branch = models.ForeignKey(
        Branch,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name="党组织",
    )
    site = models.ForeignKey(
        Site,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name="基地",
    )
    statement = models.TextField("自评总结", max_length=2000, blank=True)
    state = models.CharField(
        "状态",
        max_length=12,
        choices=ApplicationState,
        default=ApplicationState.DRAFT,
        editable=False,
    )
    publicity_from = models.DateField("公示起", null=True, editable=False)
    publicity_until = models.DateField("公示止", null=True, editable=False)
    decided_on = models.DateField("认定日期", null=True, editable=False)
    award = models.OneToOneField(
        Award,
        models.PROTECT,
        null=True,
        related_name="application",
        editable=False,
        verbose_name="荣誉",
    )
    submitted_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        null=True,
        related_name="submitted_applications",
        editable=False,
        verbose_name="申报人",
    )
    submitted_at = models.DateTimeField("申报时间", null=True, editable=False)
    return_reason = models.CharField(
        "退回原因", max_length=300, blank=True, editable=False
    )
    return_criteria = ArrayField(
        models.BigIntegerField(),
        verbose_name="需要补正的指标",
        default=list,
        blank=True,
        editable=False,
    )
    STATES = ApplicationState

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "荣誉申报"
        ordering = ["-pk"]
        constraints = [
            one_of(ApplicationState, "state", "状态"),
            models.CheckConstraint(
                condition=Q(branch__isnull=True) | Q(site__isnull=True),
                name="%(app_label)s_%(class)s_one_recipient",
                violation_error_message="申报对象只能是党组织或基地中的一个。",
            ),
            models.UniqueConstraint(
                fields=["level", "chamber"],
                condition=Q(branch__isnull=True, site__isnull=True),
                name="%(app_label)s_%(class)s_one_of_chamber",
                violation_error_message="该商会已有这一称号的申报，请在原申报上继续。",
            ),
            models.UniqueConstraint(
                fields=["level", "branch"],
                condition=Q(branch__isnull=False),
                name="%(app_label)s_%(class)s_one_of_branch",
                violation_error_message="该党组织已有这一称号的申报，请在原申报上继续。",
            ),
            models.UniqueConstraint(
                fields=["level", "site"],
                condition=Q(site__isnull=False),
                name="%(app_label)s_%(class)s_one_of_site",
                violation_error_message="该基地已有这一称号的申报，请在原申报上继续。",
            ),
            models.CheckConstraint(
                condition=Q(state=ApplicationState.DRAFT)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False)
                & ~Q(statement=""),
                name="%(app_label)s_%(class)s_submission_signed",
                violation_error_message="请填写自评总结后再申报。",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.RETURNED) | ~Q(return_reason=""),
                name="%(app_label)s_%(class)s_return_has_reason",
                violation_error_message="退回须写明原因。",
            ),
            models.CheckConstraint(
                condition=Q(publicity_from__isnull=True, publicity_until__isnull=True)
                | Q(publicity_until__gte=F("publicity_from")),
                name="%(app_label)s_%(class)s_publicity_in_order",
                violation_error_message="公示止不能早于公示起。",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[ApplicationState.PUBLICITY, ApplicationState.RECOGNISED]
                )
                | Q(publicity_from__isnull=False, publicity_until__isnull=False),
                name="%(app_label)s_%(class)s_publicity_dated",
                violation_error_message="公示须有起止日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.RECOGNISED)
                | Q(award__isnull=False, decided_on__gt=F("publicity_until")),
                name="%(app_label)s_%(class)s_decided_after_publicity",
                violation_error_message="公示期满后才能认定，认定日期须晚于公示止。",
            ),
        ]
        triggers = [
            *state_triggers(
                TRANSITIONS,
                begins=[ApplicationState.DRAFT],
                steps="activities_applicationstep",
                owner="application_id",
                condition=fits_the_level,
            ),
            Refuse(
                name="objections_are_answered",
                operation=pgtrigger.Update,
                test="""NEW.state = 'recognised' AND OLD.state <> 'recognised'
                    AND EXISTS (
                        SELECT 1 FROM activities_objection o
                        WHERE o.application_id = NEW.id AND o.answered_at IS NULL
                    )""",
                message="还有异议没有答复，不能认定。",
            ),
            Refuse(
                name="content_is_closed",
                operation=pgtrigger.Update,
                test=f"""OLD.state NOT IN ({sql_list(EDITABLE_STATES)}) AND (
                    NEW.statement <> OLD.statement
                    OR NEW.level_id <> OLD.level_id
                    OR NEW.chamber_id <> OLD.chamber_id
                    OR NEW.branch_id IS DISTINCT FROM OLD.branch_id
                    OR NEW.site_id IS DISTINCT FROM OLD.site_id
                )""",
                message=CLOSED_ERROR,
            ),
            Refuse(
                name="recipient_fits",
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("kinds", "text[]")],
                before="""SELECT v.recipient_kinds INTO kinds
                    FROM activities_schemelevel l
                    JOIN activities_schemeversion v ON v.id = l.version_id
                    WHERE l.id = NEW.level_id;""",
                test="""NOT (CASE WHEN NEW.branch_id IS NOT NULL THEN 'branch'
                    WHEN NEW.site_id IS NOT NULL THEN 'site'
                    ELSE 'chamber' END = ANY(kinds))""",
                message="该称号不授予这一类对象，请重新选择。",
            ),
            Refuse(
                name="only_drafts_go",
                operation=pgtrigger.Delete,
                test="OLD.state <> 'draft'",
                message="只有草稿可以删除。",
            ),
        ]
        indexes = [
            # list of staff, newest first
            models.Index(
                fields=["-created_at", "-id"], name="activities_application_newest"
            ),
            # list of a chamber in the workbench
            models.Index(
                fields=["chamber", "-id"], name="activities_application_chamber"
            ),
            # public lists of 公示, newest first
            models.Index(
                fields=["-publicity_until", "-id"],
                name="activities_application_past",
                condition=Q(publicity_until__isnull=False),
            ),
            # 公示 that goes on
            models.Index(
                fields=["publicity_until"],
                name="activities_application_public",
                condition=Q(state=ApplicationState.PUBLICITY),
            ),
        ]

    def __str__(self):
        return f"{self.recipient} {self.level.title}"

    def get_absolute_url(self):
        return reverse("workbench:application-detail", args=[self.pk])

    @property
    def recipient(self):
        """Who would hold the title."""
        return self.branch or self.site or self.chamber

    @property
    def recipient_kind(self):
        if self.branch_id:
            return RecipientKind.BRANCH
        return RecipientKind.SITE if self.site_id else RecipientKind.CHAMBER

    @property
    def is_editable(self):
        return self.state in EDITABLE_STATES

    @property
    def is_waiting(self):
        return self.state == ApplicationState.SUBMITTED

    @property
    def is_closed(self):
        return not TRANSITIONS[ApplicationState(self.state)]

    @property
    def next_states(self):
        """The steps that the state and the level of the title allow."""
        passed = PASSED[HonourLevel(self.level.level)]
        state = ApplicationState(self.state)
        steps = []
        for step in TRANSITIONS[state]:
            above = step in LADDER and LADDER.index(step) > LADDER.index(passed)
            early = step == ApplicationState.PUBLICITY and state != passed
            if not above and not early:
                steps.append(step)
        return steps
