"""Keyset paging: a long list costs the same on every page."""

from dataclasses import dataclass

from django.core import signing
from django.db.models import Q, QuerySet


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the tokens of its neighbours (empty: none)."""

    rows: list
    older: str
    is_first: bool
    ignored: bool = False  # the token was broken or made up


def page_newest_first(
    queryset: QuerySet, token: str, *, field: str, size: int = 20
) -> Page:
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
    return Page(rows, older, is_first, ignored)
