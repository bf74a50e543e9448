from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.utils import timezone

from activities.counting import EVER
from activities.models import CharityActivity, Donation, Fund, FundEntry
from activities.models.welfare.fund import OVERDRAWN
from activities.services.welfare import donors_to_thank
from tests.factories.activities import (
    CharityActivityFactory,
    DonationFactory,
    FundEntryFactory,
    FundFactory,
    donated,
)
from tests.factories.chambers import (
    ChamberFactory,
    EnterpriseFactory,
    UserFactory,
    secretary_of,
)
from tests.rules import (
    assert_constraint_is_kept,
    assert_trigger_is_kept,
    changed,
    refused,
)

pytestmark = pytest.mark.django_db

# More than one rule may forbid an unknown choice; the row is else in order.
CONSTRAINTS = {
    "activities_fundentry_direction_valid": lambda: changed(
        FundEntryFactory(), direction="lost"
    ),
    "activities_fundentry_amount_positive": lambda: changed(
        FundEntryFactory(), amount=0
    ),
    "activities_donation_donor_kind_valid": lambda: changed(
        DonationFactory(), donor_kind="lost"
    ),
    "activities_donation_purpose_valid": lambda: changed(
        DonationFactory(), purpose="lost"
    ),
    "activities_donation_form_valid": lambda: changed(DonationFactory(), form="lost"),
    "activities_donation_donor_fits_kind": lambda: changed(
        DonationFactory(), donor_kind="person"
    ),
    "activities_donation_value_positive": lambda: changed(DonationFactory(), value=0),
    "activities_donation_received_after_pledged": lambda: changed(
        DonationFactory(), received_on=date(2025, 2, 28)
    ),
    "activities_donation_fund_takes_cash": lambda: goods_for_a_fund(),
    "activities_donation_anonymous_stays": lambda: changed(
        DonationFactory(), publish_consent=True
    ),
    "activities_donation_consent_recorded": lambda: changed(
        DonationFactory(donor_kind="person", donor_name="李红"), publish_consent=True
    ),
    "activities_charityactivity_kind_valid": lambda: changed(
        CharityActivityFactory(), kind="lost"
    ),
    "activities_charityactivity_times_not_fewer": lambda: changed(
        CharityActivityFactory(), people=3, person_times=2
    ),
    "activities_charityactivity_value_not_negative": lambda: changed(
        CharityActivityFactory(), value=-1
    ),
}


def goods_for_a_fund():
    fund = FundFactory()
    donation = DonationFactory(chamber=fund.chamber, received_on=None)
    return changed(donation, fund=fund, form="goods")


def spent(fund, amount, day):
    return FundEntryFactory(
        fund=fund, direction="expense", amount=amount, happened_on=day
    )


TRIGGERS = {
    "activities_fund.founded_before_entries": lambda: changed(
        FundEntryFactory().fund, founded_on=date(2025, 3, 2)
    ).save(),
    "activities_fund.chamber_stays": lambda: changed(
        FundEntryFactory().fund, chamber=ChamberFactory()
    ).save(),
    "activities_fundentry.not_before_fund": lambda: FundEntryFactory(
        happened_on=date(2023, 12, 31)
    ),
    "activities_fundentry.never_overdrawn": lambda: spent(
        FundFactory(), 1, date(2025, 3, 1)
    ),
    "activities_fundentry.receipt_agrees": lambda: changed(
        donated(FundFactory()).receipt, amount=7
    ).save(),
    "activities_donation.fund_of_chamber": lambda: DonationFactory(
        fund=FundFactory(), received_on=None
    ),
    "activities_donation.receipt_agrees": lambda: Donation.objects.filter(
        pk=donated(FundFactory()).pk
    ).update(value=7),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_welfare_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


@pytest.mark.parametrize("name", TRIGGERS)
def test_welfare_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


@pytest.fixture
def fund():
    """One 万元 comes in in March and is spent in May; one more comes in June."""
    fund = FundFactory()
    FundEntryFactory(fund=fund, happened_on=date(2025, 3, 1))
    spent(fund, 10_000, date(2025, 5, 1))
    FundEntryFactory(fund=fund, happened_on=date(2025, 6, 1))
    return fund


def of_day(fund, month, day=1):
    return fund.entries.get(happened_on=date(2025, month, day))


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda f: spent(f, 1, date(2025, 4, 1)), id="earlier payment"),
        pytest.param(lambda f: of_day(f, 3).delete(), id="receipt deleted"),
        pytest.param(
            lambda f: changed(of_day(f, 3), amount=9_999).save(), id="receipt less"
        ),
        pytest.param(
            lambda f: changed(of_day(f, 3), happened_on=date(2025, 5, 2)).save(),
            id="receipt later",
        ),
        pytest.param(
            lambda f: changed(of_day(f, 5), happened_on=date(2025, 2, 1)).save(),
            id="payment earlier",
        ),
        pytest.param(
            lambda f: changed(of_day(f, 3), fund=FundFactory()).save(),
            id="receipt moved",
        ),
        pytest.param(
            lambda f: f.entries.filter(direction="income").update(direction="expense"),
            id="turned round",
        ),
        pytest.param(lambda f: spent(f, 10_001, date(2025, 6, 1)), id="too much"),
    ],
)
def test_no_change_makes_the_balance_of_any_day_negative(fund, act):
    said = refused(partial(act, fund)).__cause__.diag.message_primary

    assert said == OVERDRAWN


def test_receipt_and_payment_of_one_day_are_taken_together(fund):
    spent(fund, 10_000, date(2025, 6, 1))

    balances = {row.happened_on: row.balance for row in fund.entries.with_balance()}
    assert balances == {
        date(2025, 3, 1): Decimal(10_000),
        date(2025, 5, 1): Decimal(0),
        date(2025, 6, 1): Decimal(0),
    }
    assert fund.entries.filter(happened_on=date(2025, 6, 1)).count() == 2


def test_sums_of_a_fund_are_those_of_its_days(fund):
    funds = Fund.objects.with_sums(date(2025, 4, 1), date(2025, 5, 31))

    row = funds.get()
    assert (row.receipts, row.payments, row.balance) == (0, 10_000, 0)
    assert Fund.objects.with_sums(EVER, timezone.localdate()).get().balance == 10_000


def test_only_consenting_donors_of_received_gifts_are_thanked_by_pinyin():
    consent = {
        "publish_consent": True,
        "consent_on": date(2025, 1, 1),
        "consent_note": "书面",
    }
    person = {"donor_kind": "person", **consent}
    DonationFactory(donor_name="曾明", value=1, **person)
    DonationFactory(donor_name="陈红", value=9, **person)
    DonationFactory(donor_name="陈红", value=2, **person)
    DonationFactory(donor_name="安静", received_on=None, **person)
    DonationFactory(donor_kind="person", donor_name="白云")
    firm = EnterpriseFactory(name="北山公司")
    DonationFactory(donor_kind="enterprise", donor_enterprise=firm, **consent)

    assert donors_to_thank(Donation.objects.all()) == ["北山公司", "陈红", "曾明"]


def test_secretary_sees_the_rows_of_the_own_chamber():
    chamber = ChamberFactory()
    own = {
        Fund: FundFactory(chamber=chamber),
        Donation: DonationFactory(chamber=chamber),
        CharityActivity: CharityActivityFactory(chamber=chamber),
    }
    own[FundEntry] = FundEntryFactory(fund=own[Fund])
    FundEntryFactory(), DonationFactory(), CharityActivityFactory()

    for model, row in own.items():
        assert list(model.objects.visible_to(secretary_of(chamber))) == [row]
        assert model.objects.visible_to(UserFactory()).count() == 2
