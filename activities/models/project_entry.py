"""Money that was paid in for a project and jobs that came with it, day by day."""

import pghistory
import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from activities.models.lead import FIRST_DAY
from activities.models.project import (
    CLOSED_ERROR,
    COUNTED,
    PEOPLE,
    PEOPLE_ERROR,
    TOO_EARLY,
    UNSIGNED_ERROR,
    Project,
)
from redleader.records.constraints import Refuse, sql_list
from redleader.records.money import MoneyField
from redleader.records.record import Record


class ProjectEntryQuerySet(models.QuerySet["ProjectEntry"]):
    def visible_to(self, user):
        return self.filter(project__in=Project.objects.visible_to(user))


@pghistory.track()
class ProjectEntry(Record):
    """Money that was paid in and jobs that came, each on a day: not totals."""

    project = models.ForeignKey(
        Project, models.PROTECT, related_name="entries", verbose_name="项目"
    )
    day = models.DateField(
        "日期",
        default=timezone.localdate,
        validators=[MinValueValidator(FIRST_DAY, TOO_EARLY)],
    )
    paid_in = MoneyField("到位资金", default=0)
    jobs = models.PositiveIntegerField(
        "新增就业", default=0, validators=[MaxValueValidator(PEOPLE, PEOPLE_ERROR)]
    )
    note = models.CharField("说明", max_length=200, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    created_by = models.ForeignKey(
        "chambers.User",
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name="登记人",
    )

    objects = ProjectEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "到位资金和就业"
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(paid_in__gte=0),
                name="%(app_label)s_%(class)s_not_negative",
                violation_error_message="金额不能为负数，请改正。",
            ),
            models.CheckConstraint(
                condition=Q(jobs__lte=PEOPLE),
                name="%(app_label)s_%(class)s_jobs_limited",
                violation_error_message=PEOPLE_ERROR,
            ),
            models.CheckConstraint(
                condition=Q(paid_in__gt=0) | Q(jobs__gt=0),
                name="%(app_label)s_%(class)s_not_empty",
                violation_error_message="请填写到位资金或新增就业。",
            ),
        ]
        triggers = [
            Refuse(
                name="after_signing",
                operation=pgtrigger.Insert | pgtrigger.Update,
                test=f"""NOT EXISTS (
                    SELECT 1 FROM activities_project p
                    WHERE p.id = NEW.project_id AND p.signed_on <= NEW.day
                        AND p.state IN ({sql_list(COUNTED)})
                )""",
                message=UNSIGNED_ERROR,
            ),
            Refuse(
                name="stays_with_a_terminated_project",
                operation=pgtrigger.Delete,
                test="""EXISTS (
                    SELECT 1 FROM activities_project p
                    WHERE p.id = OLD.project_id AND p.state = 'terminated'
                )""",
                message=CLOSED_ERROR,
            ),
            pgtrigger.Trigger(
                name="sums_follow",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP <> 'INSERT' THEN
                        UPDATE activities_project SET has_entry = false
                            WHERE id = OLD.project_id;
                    END IF;
                    IF TG_OP <> 'DELETE' AND NOT (
                        TG_OP = 'UPDATE' AND NEW.project_id = OLD.project_id
                    ) THEN
                        UPDATE activities_project SET has_entry = true
                            WHERE id = NEW.project_id;
                    END IF;
                    RETURN NULL;""",
            ),
        ]

    def __str__(self):
        return f"{self.project} {self.day}"

    def get_absolute_url(self):
        return f"{self.project.get_absolute_url()}#entries"
