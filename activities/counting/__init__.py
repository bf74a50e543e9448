"""Counting rules: what a number means, how it is counted, which rows stand behind it.

Each module of this package registers the rules of one noun; a new module needs no
change anywhere else. Everything that shows a number asks ``RULES`` by its code.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Aggregate, QuerySet

from chambers.models import Chamber, User


@dataclass(frozen=True)
class Scope:
    """Whose rows and of which days, both ends included; no chamber: the county."""

    first: date
    last: date
    chamber: Chamber | None = None


@dataclass(frozen=True)
class Row:
    """One row behind a number, as a reader sees it."""

    label: str
    detail: str = ""
    address: str = ""


@dataclass(frozen=True)
class CountingRule:
    """How one number is counted.

    ``query`` returns the rows of a scope; the number is how many there are, or
    ``measure`` over them. ``describe`` turns a row into words. ``is_yes_no`` marks
    rules whose number is 1 or 0. ``source`` names the law or definition.
    """

    code: str
    name: str
    unit: str
    meaning: str
    query: Callable[[Scope], QuerySet]
    describe: Callable[[Any], Row]
    measure: Aggregate | None = None
    source: str = ""
    is_yes_no: bool = False

    def count(self, scope: Scope) -> int:
        rows = self.query(scope)
        if self.measure is None:
            return rows.count()
        return int(rows.aggregate(n=self.measure)["n"] or 0)

    def rows(self, scope: Scope, user: User, *, limit: int) -> list[Row]:
        """Return the first rows that this user may see."""
        rows = self.query(scope)
        if hasattr(rows, "visible_to"):
            rows = rows.visible_to(user)
        return [self.describe(row) for row in rows[:limit]]

    def words(self, value: int | None) -> str:
        """Return a value as people read it."""
        if value is None:
            return "—"
        if self.is_yes_no:
            return "是" if value else "否"
        return f"{value} {self.unit}"


RULES: dict[str, CountingRule] = {}


def register(rule: CountingRule) -> CountingRule:
    if rule.code in RULES:
        raise ValueError(f"counting rule {rule.code} stands twice")
    RULES[rule.code] = rule
    return rule


def choices() -> list[tuple[str, str]]:
    return [(rule.code, rule.name) for rule in RULES.values()]


def discover() -> None:
    """Import every module of this package, so that its rules are known."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        importlib.import_module(module.name)
