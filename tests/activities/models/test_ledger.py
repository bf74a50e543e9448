from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from activities.models import LockedNumber, LockedRow
from activities.services.ledger import lock_quarter
from chambers.models import Role
from redleader.records.quarters import Quarter
from tests.factories.activities import BaselineFactory, QuarterLockFactory
from tests.factories.chambers import ChamberFactory, UserFactory
from tests.rules import (
    assert_constraint_is_kept,
    assert_trigger_is_kept,
    changed,
    refused,
)

pytestmark = pytest.mark.django_db


def number_of(lock, **fields):
    return LockedNumber.objects.create(
        **{
            "lock": lock,
            "rule": "lectures-held",
            "name": "党课",
            "unit": "场",
            "meaning": "每场计 1。",
            "value": 1,
        }
        | fields
    )


def row_of(number):
    return LockedRow.objects.create(number=number, key="1", part="1", label="一场")


def twice(make):
    row = make()
    row.pk, row._state.adding = None, True
    return row


def new_lock(**fields):
    lock = QuarterLockFactory.build(by=UserFactory(role=Role.FEDERATION), **fields)
    lock._state.adding = True
    return lock


CONSTRAINTS = {
    "activities_baseline_once": lambda: twice(BaselineFactory),
    "activities_baseline_positive": lambda: changed(
        BaselineFactory(), value=Decimal(0)
    ),
    "activities_quarterlock_once": lambda: twice(QuarterLockFactory),
    "activities_quarterlock_is_a_quarter": lambda: new_lock(number=0),
    "activities_lockednumber_once": lambda: twice(
        lambda: number_of(QuarterLockFactory())
    ),
    "activities_lockedrow_once": lambda: twice(
        lambda: row_of(number_of(QuarterLockFactory()))
    ),
}
LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)


TRIGGERS = {
    "activities_lockednumber.comes_with_lock": lambda: number_of(
        QuarterLockFactory(at=LONG_AGO)
    ),
    # A row of no number is a row of no lock.
    "activities_lockedrow.comes_with_lock": lambda: LockedRow.objects.create(
        number_id=0, key="1", part="1", label="一场"
    ),
    "activities_quarterlock.stays": lambda: QuarterLockFactory().delete(),
    "activities_quarterlock.is_over": lambda: QuarterLockFactory(year=2090),
    "activities_lockednumber.stays": lambda: changed(
        number_of(QuarterLockFactory()), value=2
    ).save(),
    "activities_lockedrow.stays": lambda: row_of(
        number_of(QuarterLockFactory())
    ).delete(),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_ledger_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


@pytest.mark.parametrize("name", TRIGGERS)
def test_ledger_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


@pytest.mark.django_db(transaction=True)
def test_nothing_is_added_to_a_locked_quarter_later():
    ChamberFactory()
    lock = lock_quarter(Quarter(2025, 3), user=UserFactory(role=Role.FEDERATION))
    number = lock.numbers.get(rule="chambers")
    assert number.rows.count() == 1

    for make in (lambda: number_of(lock, rule="other"), lambda: row_of(number)):
        assert "不能再添加数字" in str(refused(make))


@pytest.mark.parametrize("table", ["quarterlock", "lockednumber", "lockedrow"])
@pytest.mark.parametrize("sql", ["DELETE FROM {}", "UPDATE {} SET id = id"])
def test_locked_quarter_is_not_changed_by_sql(table, sql):
    row_of(number_of(QuarterLockFactory()))

    with (
        pytest.raises(IntegrityError, match="不能改动或删除"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(f"activities_{table}"))
