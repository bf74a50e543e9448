from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.counting import RULES, Scope
from activities.desks import todos
from activities.desks.welfare import PLEDGED
from activities.models import Donation, FundEntry
from activities.services.welfare import (
    delete_donation,
    delete_entry,
    save_activity,
    save_donation,
    save_entry,
    save_fund,
)
from redleader.records.forms import EditConflictError, check_deferred_constraints
from redleader.records.todos import LIMIT
from tests.factories.activities import (
    CharityActivityFactory,
    DonationFactory,
    FundEntryFactory,
    FundFactory,
    donated,
)
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of
from tests.rules import changed

pytestmark = pytest.mark.django_db


def receipt(donation):
    """Return what the fund got by a donation, the rules that wait applied."""
    check_deferred_constraints()
    rows = FundEntry.objects.filter(donation=donation)
    return rows.values_list("fund", "amount", "happened_on", "direction").first()


def test_the_receipt_of_a_donation_comes_changes_and_goes_with_it():
    fund = FundFactory()
    donation = donated(fund, received_on=None)
    assert receipt(donation) is None

    donation.received_on = date(2025, 4, 1)
    save_donation(donation, version=1)
    assert receipt(donation) == (fund.pk, 10_000, date(2025, 4, 1), "income")

    other = FundFactory(chamber=fund.chamber)
    save_donation(changed(donation, value=20_000, fund=other), version=2)
    assert receipt(donation) == (other.pk, 20_000, date(2025, 4, 1), "income")
    assert donation.receipt.version == 2

    save_donation(changed(donation, fund=None), version=3)
    assert receipt(donation) is None

    save_donation(changed(donation, fund=fund), version=4)
    assert receipt(donation)
    delete_donation(donation)
    check_deferred_constraints()
    assert not FundEntry.objects.exists()
    assert not Donation.objects.exists()


def test_the_receipt_of_a_donation_is_not_changed_or_deleted_alone():
    entry = donated(FundFactory()).receipt

    with pytest.raises(ValidationError, match="由捐赠登记形成"):
        save_entry(changed(entry, amount=7), version=1)
    with pytest.raises(ValidationError, match="由捐赠登记形成"):
        delete_entry(entry)


@pytest.mark.parametrize(
    ("factory", "save", "field"),
    [
        (FundFactory, save_fund, "founded_on"),
        (FundEntryFactory, save_entry, "happened_on"),
        (DonationFactory, save_donation, "received_on"),
        (CharityActivityFactory, save_activity, "held_on"),
    ],
)
def test_days_to_come_and_stale_rows_are_refused(factory, save, field):
    row = factory()
    with pytest.raises(EditConflictError):
        save(row, version=7)
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(ValidationError, match="不能晚于今天"):
        save(changed(row, **{field: tomorrow}), version=1)


def test_a_donation_before_its_fund_is_refused():
    with pytest.raises(Exception, match="不能早于基金设立日期"):
        donated(
            FundFactory(),
            pledged_on=date(2023, 1, 1),
            received_on=date(2023, 1, 2),
        )


def test_rules_count_what_was_received_and_held_in_the_period():
    chamber = ChamberFactory()
    donated(FundFactory(chamber=chamber))
    DonationFactory(chamber=chamber, purpose="pandemic", value=20_000)
    DonationFactory(chamber=chamber, received_on=None)
    DonationFactory(chamber=chamber, received_on=date(2026, 1, 1))
    DonationFactory()
    FundEntryFactory(fund=chamber.funds.get())
    FundEntryFactory(fund=chamber.funds.get(), direction="expense", amount=5)
    for kind in ("visit", "students", "volunteers", "grassroots"):
        CharityActivityFactory(
            chamber=chamber, kind=kind, people=3, person_times=4, value=500
        )
    CharityActivityFactory(chamber=chamber, held_on=date(2024, 12, 31))
    CharityActivityFactory()
    scope = Scope(date(2025, 1, 1), date(2025, 12, 31), chamber)

    counts = {
        "donations-received": 30_000,
        "donations-education": 10_000,
        "donations-pandemic": 20_000,
        "fund-receipts": 20_000,
        "charity-activities": 4,
        "visit-person-times": 4,
        "visit-value": 500,
        "students-aided": 3,
        "grassroots-mediation": 1,
    }
    assert {code: RULES[code].count(scope) for code in counts} == counts
    for code in counts:
        rows = RULES[code].rows(scope, UserFactory(), limit=5)
        assert rows[0].address.startswith("/workbench/welfare/")


def test_secretary_is_told_of_pledges_that_wait_longer_than_90_days():
    chamber = ChamberFactory()
    today = timezone.localdate()
    fields = {"chamber": chamber, "received_on": None}
    late = DonationFactory(pledged_on=today - timedelta(days=91), **fields)
    DonationFactory(pledged_on=today - timedelta(days=90), **fields)
    DonationFactory(chamber=chamber)
    DonationFactory(pledged_on=date(2025, 1, 1), received_on=None)
    user = secretary_of(chamber)

    found = [todo for todo in todos(user) if todo.group == PLEDGED]
    assert [todo.address for todo in found] == [late.get_absolute_url()]
    assert not [todo for todo in todos(UserFactory()) if todo.group == PLEDGED]

    DonationFactory.create_batch(LIMIT, pledged_on=date(2025, 1, 1), **fields)
    found = [todo for todo in todos(user) if todo.group == PLEDGED]
    assert len(found) == LIMIT + 1
    assert found[-1].address.endswith("?received=no")
