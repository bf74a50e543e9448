"""What a rule says, written down so that a change of the rule shows and no other.

The text of a query is the framework's: any release of it may write the same query in
another way. What is written down here is what the rule asks for: which rows of which
model, joined how, narrowed by what, added up by which day. So sums are counted anew
when a rule is another, not when its SQL looks different.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from django.db.models import Lookup, Value
from django.db.models.expressions import BaseExpression, Col
from django.db.models.functions import Cast
from django.db.models.sql import Query
from django.db.models.sql.where import WhereNode

from activities.sums.series import KeptSeries

METHOD = 1  # to be raised when triggers add up in another way
# What an expression says besides what it is made of.
SAID = ("connector", "distinct", "kind", "lookup_name", "tzinfo")


def mark(series: Iterable[KeptSeries]) -> str:
    """Return the mark of a rule: the same as long as it says the same."""
    texts = [text for one in series for text in described(one)]
    return sha256("\n".join([f"method {METHOD}", *texts]).encode()).hexdigest()[:16]


def described(series: KeptSeries) -> list[str]:
    """Return in our own words what is added up, each part on a line."""
    once = "once " if series.kept.once else ""
    return [
        f"{series.facet or 'total'} {once}{sign:+} {told(rows.query)}"
        for sign, rows in series.selects()
    ]


def told(node: Any, query: Query | None = None) -> str:
    """Return in words a part of a query."""
    if isinstance(node, Query):
        return told_query(node)
    if isinstance(node, WhereNode):
        parts = sorted(told(child, query) for child in node.children)
        text = parts[0] if len(parts) == 1 else f"{node.connector}({', '.join(parts)})"
        return f"NOT {text}" if node.negated else text
    if isinstance(node, Lookup):
        return f"{told(node.lhs, query)} {node.lookup_name} {told(node.rhs, query)}"
    if isinstance(node, Col):
        assert query is not None  # noqa: S101
        return f"{path(node.alias, query)}.{node.target.column}"
    if isinstance(node, Value):
        return told(node.value)
    if isinstance(node, BaseExpression):
        said = [str(getattr(node, name)) for name in SAID if getattr(node, name, None)]
        if isinstance(node, Cast):
            said.append(node.output_field.get_internal_type())
        parts = [told(part, query) for part in node.get_source_expressions() if part]
        return f"{type(node).__name__}({', '.join([*said, *parts])})"
    if isinstance(node, list | tuple):
        return f"[{', '.join(told(part, query) for part in node)}]"
    if isinstance(node, set | frozenset):
        return told(sorted(node))
    return repr(getattr(node, "value", node))


def told_query(query: Query) -> str:
    assert query.model is not None  # noqa: S101
    columns = [told(column, query) for column in query.select]
    columns += [
        f"{name} = {told(column, query)}"
        for name, column in sorted(query.annotation_select.items())
    ]
    where = f" where {told(query.where, query)}" if query.where else ""
    return f"{', '.join(columns)} of {query.model._meta.label}{where}"


def path(alias: str, query: Query) -> str:
    """Return how a table is reached: its name, or the fields that lead to it."""
    table: Any = query.alias_map[alias]
    if not table.parent_alias:
        return table.table_name
    return f"{path(table.parent_alias, query)}.{table.join_field.name}"
