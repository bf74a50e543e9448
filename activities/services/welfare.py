"""What happens to gifts, funds and charity work, and what all of them add up to."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from activities.models import CharityActivity, Donation, Fund, FundEntry
from activities.models.welfare.donation import RECEIPT_ERROR, DonorKind
from activities.models.welfare.fund import Direction
from redleader.records.editing import next_version, refuse_future
from redleader.records.search import syllables

Kept = TypeVar("Kept", Fund, FundEntry, Donation, CharityActivity)

DONORS = 500  # donations whose donors are named; a county has fewer


@transaction.atomic
def save_fund(fund: Fund, *, version: int | None = None) -> Fund:
    return save(fund, version=version, founded_on="设立日期")


@transaction.atomic
def save_activity(
    activity: CharityActivity, *, version: int | None = None
) -> CharityActivity:
    return save(activity, version=version, held_on="日期")


@transaction.atomic
def save_entry(entry: FundEntry, *, version: int | None = None) -> FundEntry:
    """Save a receipt or a payment; what a donation made changes with that alone."""
    require_own(entry)
    return save(entry, version=version, happened_on="日期")


@transaction.atomic
def save_donation(donation: Donation, *, version: int | None = None) -> Donation:
    """Save a donation together with the receipt that it is for its fund."""
    save(
        donation,
        version=version,
        pledged_on="认捐日期",
        received_on="到账日期",
        consent_on="同意日期",
    )
    entry = FundEntry.objects.filter(donation=donation).first()
    if donation.feeds_fund:
        write_receipt(donation, entry)
    elif entry:
        entry.delete()
    return donation


def save(row: Kept, *, version: int | None, **days: str) -> Kept:
    """Save a row that nobody has changed since; none of its ``days`` is to come."""
    if row.pk:
        next_version(row, version)
    refuse_future(row, **days)
    row.full_clean()
    row.save()
    return row


def receipt_of(donation: Donation) -> FundEntry:
    """Return what a received donation is for its fund, not saved."""
    return FundEntry(
        donation=donation,
        fund=donation.fund,
        direction=Direction.INCOME,
        amount=donation.value,
        happened_on=donation.received_on,  # type: ignore[misc]
        purpose=f"{donation.get_purpose_display()}捐赠",
    )


def write_receipt(donation: Donation, stored: FundEntry | None) -> None:
    entry = receipt_of(donation)
    if stored:
        entry.pk, entry._state.adding = stored.pk, False
        entry.form_key, entry.version = stored.form_key, stored.version + 1
    entry.full_clean()
    entry.save()


@transaction.atomic
def delete_entry(entry: FundEntry) -> None:
    require_own(entry)
    entry.delete()


@transaction.atomic
def delete_donation(donation: Donation) -> None:
    """Delete what was written by mistake, with its receipt."""
    FundEntry.objects.filter(donation=donation).delete()
    donation.delete()


def require_own(entry: FundEntry) -> None:
    if entry.donation_id:
        raise ValidationError(RECEIPT_ERROR, code="receipt")


def donors_to_thank(donations: QuerySet[Donation]) -> list[str]:
    """Return the donors who agreed to be named, ordered by pinyin, without amounts."""
    published = donations.published().with_names().order_by("pk")  # type: ignore[attr-defined]
    people = {
        row.donor: row.donor_kind == DonorKind.PERSON for row in published[:DONORS]
    }
    return sorted(people, key=lambda name: syllables(name, surname=people[name]))
