"""The life of an organisation, its terms (届), and the dated rows inside it."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.utils import timezone

from redleader.records.constraints import Refuse, ends_after_start, period


def inside_life(model: str, table: str, column: str, end: str) -> list[Refuse]:
    """Return triggers that keep dated rows inside the life of an organisation.

    ``table`` holds the organisation, ``column`` refers to it, ``end`` is the
    column of the organisation's last day.
    """
    return [
        Refuse(
            name=f"{model}_inside_life",
            operation=pgtrigger.Insert | pgtrigger.Update,
            test=f"""EXISTS (
                SELECT 1 FROM {table} o WHERE o.id = NEW.{column} AND (
                    NEW.started_on < o.founded_on
                    OR COALESCE(NEW.ended_on, 'infinity') > o.{end}
                )
            )""",
            message="起止日期超出了该组织存续的时间，请核对成立日期和停用（撤销）日期。",
        )
    ]


def life_holds(*tables: str, column: str, end: str) -> list[Refuse]:
    """Return the trigger for the other side: the life may not shrink below them."""
    rows = " UNION ALL ".join(
        f"SELECT started_on, ended_on FROM {table} WHERE {column} = NEW.id"
        for table in tables
    )
    return [
        Refuse(
            name="life_holds_rows",
            operation=pgtrigger.Update,
            test=f"""EXISTS (
                SELECT 1 FROM ({rows}) r WHERE r.started_on < NEW.founded_on
                    OR COALESCE(r.ended_on, 'infinity') > NEW.{end}
            )""",
            message="成立或停用（撤销）日期与已登记的任职、届次不符，"
            "请先填写任职止和换届日期。",
        )
    ]


class TermQuerySet(models.QuerySet):
    def current(self):
        return self.filter(ended_on__isnull=True)

    def overdue(self):
        return self.current().filter(due_on__lt=timezone.localdate())


class AbstractTerm(models.Model):
    """One term (届) of an organisation: when it began, is due, and ended."""

    number = models.PositiveSmallIntegerField("届次")
    started_on = models.DateField("起始日期")
    due_on = models.DateField("应换届日期")
    ended_on = models.DateField("实际换届日期", null=True, blank=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self):
        return f"第{self.number}届"

    @property
    def is_overdue(self):
        return self.ended_on is None and self.due_on < timezone.localdate()


def term_constraints(organisation: str) -> list[models.BaseConstraint]:
    """Return the constraints of an organisation's terms."""
    return [
        ends_after_start(),
        ends_after_start(end="due_on"),
        models.UniqueConstraint(
            fields=[organisation, "number"],
            name="%(app_label)s_%(class)s_number_unique",
            violation_error_message="这一届已经登记。",
        ),
        ExclusionConstraint(
            expressions=[
                (organisation, RangeOperators.EQUAL),
                (period(), RangeOperators.OVERLAPS),
            ],
            name="%(app_label)s_%(class)s_no_overlap",
            violation_error_message="与已登记的另一届任期重叠，请先填写上一届的换届日期。",
        ),
    ]
