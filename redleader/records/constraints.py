"""Building blocks of the rules that the database keeps."""

import pgtrigger
from django.contrib.postgres.fields import DateRangeField, RangeBoundary
from django.db import models
from django.db.backends.postgresql import psycopg_any
from django.db.models import F, Func, Q, Value


class DateRange(Func):
    function = "DATERANGE"
    output_field = DateRangeField()

    def get_expression_for_validation(self):
        """Let dates in the wrong order overlap nothing; another check reports them.

        PostgreSQL cannot make a range of them, not even for comparison.
        """
        start, end, _ = (
            getattr(part, "value", None) for part in self.get_source_expressions()
        )
        if start and end and end < start:
            return Value(psycopg_any.DateRange(empty=True), self.output_field)
        return self


def period(start: str = "started_on", end: str = "ended_on") -> DateRange:
    """Return the days of a row, both ends included; without an end it is open."""
    return DateRange(F(start), F(end), RangeBoundary(inclusive_upper=True))


def ends_after_start(start: str = "started_on", end: str = "ended_on"):
    """Return the constraint that a period does not end before it begins."""
    return models.CheckConstraint(
        condition=Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": F(start)}),
        name=f"%(app_label)s_%(class)s_{end}_after_start",
        violation_error_message="结束日期不能早于开始日期。",
    )


def one_of(choices, field: str, label: str):
    """Return the constraint that a column holds one of the choices."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": choices.values}),
        name=f"%(app_label)s_%(class)s_{field}_valid",
        violation_error_message=f"所选{label}无效，请重新选择。",
    )


def one_of_or_blank(choices, field: str, label: str):
    """Return the constraint that a column is empty or holds one of the choices."""
    constraint = one_of(choices, field, label)
    constraint.condition |= Q(**{field: ""})
    return constraint


def exactly_one(*fields: str, name: str, message: str):
    """Return the constraint that one of several foreign keys is set."""
    condition = Q()
    for chosen in fields:
        condition |= Q(**{f"{field}__isnull": field != chosen for field in fields})
    return models.CheckConstraint(
        condition=condition,
        name=f"%(app_label)s_%(class)s_{name}",
        violation_error_message=message,
    )


def sql_list(states) -> str:
    """Return the values of some choices as SQL, for ``IN (…)``."""
    return ", ".join(f"'{state.value}'" for state in states)


def legal_steps(transitions, condition=lambda old, new: "") -> str:
    """Return SQL over OLD and NEW: the change of ``state`` is a legal step.

    ``transitions`` maps each state to the states that may follow it; ``condition``
    returns what else a step asks for, as `` AND …``, or nothing.
    """
    return " OR ".join(
        f"(OLD.state = '{old.value}' AND NEW.state = '{new.value}'"
        f"{condition(old, new)})"
        for old, news in transitions.items()
        for new in news
    )


class Refuse(pgtrigger.Trigger):
    """A trigger that refuses a row, with a Chinese message, when SQL holds.

    It raises ``check_violation``, which Django reports as IntegrityError.
    ``name``, ``operation``, ``test`` (SQL over NEW and OLD) and ``message``.
    """

    when = pgtrigger.Before

    def __init__(self, *, test: str, message: str, before: str = "", **kwargs):
        self.test, self.message, self.before = test, message, before
        super().__init__(**kwargs)

    def get_func(self, model):
        result = "OLD" if self.operation == pgtrigger.Delete else "NEW"
        return f"""
            {self.before}
            IF {self.test} THEN
                RAISE EXCEPTION '{self.message}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN {result};
        """


class DeferredRefusal(Refuse):
    """A rule over several rows, applied when the transaction ends."""

    when = pgtrigger.After
    timing = pgtrigger.Deferred

    def get_func(self, model):
        return super().get_func(model).replace("RETURN NEW;", "RETURN NULL;")
