"""Totals with what was before the system, and quarters that are locked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import QuerySet

from activities.counting import EVER, CountingRule, Scope, count_all, published
from activities.models import Baseline, LockedNumber, LockedRow, QuarterLock
from chambers.models import User
from chambers.rights import may_review
from redleader.records.history import change_since
from redleader.records.quarters import Quarter

BATCH = 1000
HIDDEN = "（不在您的管理范围）"


def baselines(rule: CountingRule, scope: Scope) -> QuerySet[Baseline]:
    """Return the 历史基数 that belong to a scope: only one that begins at the start."""
    rows = Baseline.objects.filter(rule=rule.code).select_related("chamber")
    if scope.first != EVER or scope.township:
        return rows.none()
    return rows.filter(chamber=scope.chamber) if scope.chamber else rows


def scope_of(quarter: Quarter) -> Scope:
    return Scope(quarter.first, quarter.last)


@transaction.atomic
def lock_quarter(quarter: Quarter, *, user: User, note: str = "") -> QuarterLock:
    """Record every number of a quarter with the rows behind it, for good.

    Raises ValidationError without the right, before the quarter is over, or if it is
    already locked.
    """
    if not may_review(user):
        raise ValidationError("您没有封账的权限。", code="no_right")
    lock = QuarterLock(year=quarter.year, number=quarter.number, by=user, note=note)
    lock.full_clean()
    lock.save()
    scope = scope_of(quarter)
    for rule in published():
        number = LockedNumber.objects.create(
            lock=lock,
            rule=rule.code,
            name=rule.name,
            unit=rule.unit,
            meaning=rule.meaning,
            value=rule.count(scope),
        )
        labels = {str(row.pk): rule.describe(row).label for row in rule.query(scope)}
        LockedRow.objects.bulk_create(
            (
                LockedRow(
                    number=number, key=key, part=part[:80], label=labels[key][:200]
                )
                for key, part in rule.parts(scope).items()
            ),
            batch_size=BATCH,
        )
    return lock


@dataclass(frozen=True)
class LedgerLine:
    """A number of a quarter: as locked, as counted today, and of other quarters.

    A value is None when that quarter isn't over or was never locked.
    """

    rule: CountingRule
    locked: Decimal | None
    now: Decimal
    before: Decimal
    last_year: Decimal

    @property
    def value(self) -> Decimal:
        return self.now if self.locked is None else self.locked

    @property
    def has_changed(self) -> bool:
        return self.locked is not None and self.locked != self.now

    def words(self, value: Decimal | None) -> str:
        return self.rule.words(None if value is None else int(value))

    @property
    def value_words(self) -> str:
        return self.words(self.value)

    @property
    def now_words(self) -> str:
        return self.words(self.now)

    @property
    def before_words(self) -> str:
        return self.words(self.before)

    @property
    def last_year_words(self) -> str:
        return self.words(self.last_year)

    @property
    def change(self) -> str:
        return change_words(self.before, self.value)

    @property
    def yearly_change(self) -> str:
        return change_words(self.last_year, self.value)


def change_words(old: Decimal, new: Decimal) -> str:
    """Return the change of a number in per cent; from zero there is no rate."""
    if old == new:
        return "持平"
    if not old:
        return "上期为 0"
    rate = (new - old) * 100 / old
    return f"{'增长' if rate > 0 else '下降'} {abs(rate):.1f}%"


def lines_of(quarter: Quarter) -> list[LedgerLine]:
    """Return every rule of a quarter, compared with the quarter and the year before."""
    quarters = (quarter, quarter.previous, Quarter(quarter.year - 1, quarter.number))
    locked, *earlier = (locked_numbers(each) for each in quarters)
    rules = [rule for rule in published() if not rule.is_yes_no]
    asked = [
        (rule, each)
        for rule in rules
        for each, numbers in zip(quarters, ({}, *earlier), strict=True)
        if rule.code not in numbers
    ]
    totals = count_all((rule, scope_of(each)) for rule, each in asked)
    found = {
        (rule.code, each): Decimal(total.value)
        for (rule, each), total in zip(asked, totals, strict=True)
    }
    for each, numbers in zip(quarters[1:], earlier, strict=True):
        found |= {(code, each): value for code, value in numbers.items()}
    return [
        LedgerLine(
            rule,
            locked.get(rule.code),
            *(found[rule.code, each] for each in quarters),
        )
        for rule in rules
    ]


def locked_numbers(quarter: Quarter) -> dict[str, Decimal]:
    rows = LockedNumber.objects.filter(
        lock__year=quarter.year, lock__number=quarter.number
    )
    return dict(rows.values_list("rule", "value"))


@dataclass(frozen=True)
class Edit:
    """A row that gives another part today than when the quarter was locked.

    ``old`` is empty for a row that came later, ``new`` for one that is gone.
    """

    label: str
    address: str
    old: str
    new: str
    who: str = ""
    at: datetime | None = None


def edits_of(lock: QuarterLock, rule: CountingRule, user: User) -> Iterator[Edit]:
    """Yield the rows that differ from a locked number.

    What a user may not see has no label and no address.
    """
    scope, parts = scope_of(lock.quarter), rule.parts(scope_of(lock.quarter))
    rows = LockedRow.objects.filter(number__lock=lock, number__rule=rule.code)
    locked = {row.key: row for row in rows}
    old = {key: row.part for key, row in locked.items()}
    keys = sorted(key for key in old.keys() | parts if old.get(key) != parts.get(key))
    model: type[models.Model] = rule.query(scope).model
    present = rule.visible(scope, user).filter(pk__in=[k for k in keys if k in parts])
    shown = {str(row.pk): rule.describe(row) for row in present}
    for key in keys:
        label, address = HIDDEN, ""
        if key in shown:
            label, address = shown[key].label, shown[key].address
        elif key not in parts and not rule.is_sensitive:
            label = locked[key].label
        change = change_since(model, key, lock.at)
        yield Edit(
            label,
            address,
            old.get(key, ""),
            parts.get(key, ""),
            change.who if change else "",
            change.at if change else None,
        )


def quarters_until(today: date, *, count: int) -> list[Quarter]:
    """Return the present quarter and those before it, newest first."""
    quarters = [Quarter.of(today)]
    while len(quarters) < count:
        quarters.append(quarters[-1].previous)
    return quarters
