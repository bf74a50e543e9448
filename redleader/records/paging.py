"""Keyset paging: a long list costs the same on every page."""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Q, QuerySet

COUNTED = 10_000  # rows are counted exactly up to this many


@dataclass(frozen=True)
class ListPage:
    """One page of a list, and the tokens of its neighbours (empty: none)."""

    rows: list
    older: str
    is_first: bool
    ignored: bool = False  # the token was broken or made up


def page_newest_first(
    queryset: QuerySet, token: str, *, field: str, size: int = 20
) -> ListPage:
    """Return the rows after a token, ordered by ``-field, -pk``.

    A token that is broken or made up gives the first page.
    """
    queryset = queryset.order_by(f"-{field}", "-pk")
    is_first, ignored = True, False
    if token:
        try:
            value, pk = signing.loads(token, salt=field)
        except (signing.BadSignature, ValueError):
            ignored = True
        else:
            is_first = False
            queryset = queryset.filter(
                Q(**{f"{field}__lt": value}) | Q(**{field: value, "pk__lt": pk})
            )
    rows = list(queryset[: size + 1])
    older = ""
    if len(rows) > size:
        rows = rows[:size]
        last = rows[-1]
        older = signing.dumps([getattr(last, field).isoformat(), last.pk], salt=field)
    return ListPage(rows, older, is_first, ignored)


def page_by_name(queryset: QuerySet, token: str, *, size: int = 60) -> ListPage:
    """Return the rows after a token, ordered by ``sort_key, pk``."""
    queryset = queryset.order_by("sort_key", "pk")
    is_first, ignored = True, False
    if token:
        try:
            key, pk = signing.loads(token, salt="sort_key")
        except (signing.BadSignature, ValueError):
            ignored = True
        else:
            is_first = False
            queryset = queryset.filter(sort_key__gte=key).exclude(
                sort_key=key, pk__lte=pk
            )
    rows = list(queryset[: size + 1])
    older = ""
    if len(rows) > size:
        rows = rows[:size]
        older = signing.dumps([rows[-1].sort_key, rows[-1].pk], salt="sort_key")
    return ListPage(rows, older, is_first, ignored)


def say_count(queryset: QuerySet) -> str:
    """Return the number of rows in words; beyond a limit, that limit."""
    number = queryset.order_by()[: COUNTED + 1].count()
    return f"超过 {COUNTED:,}" if number > COUNTED else f"{number:,}"


class EstimatingPaginator(Paginator):
    """Counts up to a limit; beyond it, uses the planner's estimate."""

    @property
    def count(self) -> int:  # type: ignore[override]
        if "count" not in self.__dict__:
            self.__dict__["count"] = self.counted()
        return self.__dict__["count"]

    def counted(self) -> int:
        rows: Any = self.object_list
        number = rows.order_by()[: COUNTED + 1].count()
        return number if number <= COUNTED else max(number, expected(rows))


def expected(queryset: QuerySet) -> int:
    """Return the planner's estimate of the number of rows, without reading any."""
    query, values = queryset.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {query}", values)
        (plan,) = cursor.fetchone()
    return int(plan[0]["Plan"]["Plan Rows"])
