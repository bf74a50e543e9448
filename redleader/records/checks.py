"""All check constraints of a row asked in one query, where Django asks one by one."""

from typing import Any

from django.core.exceptions import FieldError
from django.db import DatabaseError, models, router, transaction
from django.db.models import BooleanField, CheckConstraint, ExpressionWrapper, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.sql import Query
from django.db.models.sql.constants import SINGLE


class Checked(models.Model):
    """Asks for all its checks at once; Django's own loop then names what was broken.

    That loop is only spared the checks that the one query has found to hold, so the
    messages, their order and what is left out stay Django's.
    """

    _holding: frozenset[str] = frozenset()

    class Meta:
        abstract = True

    def validate_constraints(self, exclude=None):
        self._holding = holding(self, exclude)
        try:
            super().validate_constraints(exclude=exclude)
        finally:
            del self._holding

    def get_constraints(self) -> Any:
        return [
            (model, [rule for rule in rules if rule.name not in self._holding])
            for model, rules in super().get_constraints()  # type: ignore[misc]
        ]


def holding(row: Any, exclude: Any) -> frozenset[str]:
    """Return the names of the checks that hold; none if the query itself fails."""
    query = Query(None)
    names: list[str] = []
    against = row._get_field_expression_map(meta=row._meta, exclude=exclude)
    for name, value in against.items():
        query.add_annotation(value, name, select=False)
    for rule in row._meta.constraints:
        if isinstance(rule, CheckConstraint):
            holds = ExpressionWrapper(Q(rule.condition), BooleanField())
            try:
                query.add_annotation(
                    Coalesce(holds, Value(True), output_field=BooleanField()),
                    f"_check_{len(names)}",
                )
            except FieldError:  # It names a field that is left out; so does Django.
                continue
            names.append(rule.name)
    if not names:
        return frozenset()
    using = router.db_for_write(type(row), instance=row)
    try:
        with transaction.atomic(using=using):
            found = query.get_compiler(using=using).execute_sql(SINGLE)
    except DatabaseError:
        return frozenset()
    return frozenset(name for name, held in zip(names, found, strict=True) if held)
