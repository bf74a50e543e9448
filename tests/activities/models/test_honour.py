from datetime import date, timedelta

import pytest
from django.utils import timezone

from activities.models import Award
from activities.models.honour import HELD_STATES
from tests.factories.activities import (
    AwardFactory,
    SchemeFactory,
    SchemeVersionFactory,
    SiteFactory,
)
from tests.factories.chambers import BranchFactory
from tests.rules import assert_constraint_is_kept, assert_trigger_is_kept, changed

pytestmark = pytest.mark.django_db

REVOKED = {
    "revoked_on": date(2024, 6, 1),
    "revocation_reason": "违反章程。",
    "revocation_document": "杭联〔2024〕1号",
}


def renewal_of(award, **fields):
    fields = {"granted_on": date(2026, 6, 1)} | fields
    return AwardFactory(
        version=award.version, chamber=award.chamber, renews=award, **fields
    )


def renew_of_another():
    AwardFactory(renews=AwardFactory(), granted_on=date(2026, 6, 1))


def restore():
    award = AwardFactory(**REVOKED)
    changed(award, revoked_on=None, revocation_reason="", revocation_document="").save()


TRIGGERS = {
    "activities_award.renews_its_own": renew_of_another,
    "activities_award.revocation_stays": restore,
}


def a_version_of_the_same_name():
    first = SchemeVersionFactory(label="2024年版")
    second = SchemeVersionFactory(scheme=first.scheme, label="2025年版")
    return changed(second, label="2024年版")


CONSTRAINTS = {
    "activities_scheme_kind_valid": lambda: changed(SchemeFactory(), kind="medal"),
    "activities_schemeversion_label_unique": a_version_of_the_same_name,
    "activities_award_level_valid": lambda: changed(AwardFactory(), level="galactic"),
    "activities_award_one_recipient": lambda: changed(AwardFactory(), chamber=None),
    "activities_award_title_given": lambda: changed(AwardFactory(), title=""),
    "activities_award_granted_in_past": lambda: changed(
        AwardFactory(), granted_on=timezone.localdate() + timedelta(days=1)
    ),
    "activities_award_valid_after_granted": lambda: changed(
        AwardFactory(granted_on=date(2024, 1, 2)), valid_until=date(2024, 1, 1)
    ),
    "activities_award_revocation_complete": lambda: changed(
        AwardFactory(), revoked_on=date(2024, 6, 1)
    ),
    "activities_award_revoked_after_granted": lambda: changed(
        AwardFactory(), **REVOKED, granted_on=date(2024, 6, 2)
    ),
    "activities_award_renewal_dated": lambda: changed(
        renewal_of(AwardFactory()), granted_on=None
    ),
}


@pytest.mark.parametrize("name", TRIGGERS)
def test_honour_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


@pytest.mark.parametrize(
    "changes", [{"title": "另一称号"}, {"level": "city"}, {"revocation_reason": "误"}]
)
def test_a_revoked_title_is_not_edited(changes):
    award = AwardFactory(**REVOKED)

    assert_trigger_is_kept(
        "activities_award.revocation_stays", changed(award, **changes).save
    )


def test_the_roll_of_last_month_still_shows_what_is_revoked_today():
    award = AwardFactory(granted_on=date(2024, 1, 1))
    changed(award, **REVOKED).save()

    assert award in Award.objects.held(date(2024, 5, 31))
    assert award not in Award.objects.held(date(2024, 6, 1))


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_honour_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


def test_award_has_no_second_recipient():
    name = "activities_award_one_recipient"

    assert_constraint_is_kept(name, lambda: changed(AwardFactory(), site=SiteFactory()))
    assert_constraint_is_kept(
        name, lambda: changed(AwardFactory(), branch=BranchFactory())
    )


@pytest.mark.parametrize(
    "missing",
    [{"revoked_on": None}, {"revocation_reason": ""}, {"revocation_document": ""}],
)
def test_award_is_revoked_with_everything_or_not_at_all(missing):
    assert_constraint_is_kept(
        "activities_award_revocation_complete",
        lambda: changed(AwardFactory(), **REVOKED | missing),
    )


def test_award_is_revoked_with_its_reason():
    award = AwardFactory(granted_on=date(2024, 6, 1), **REVOKED)

    states = {
        day: Award.objects.on(day).get(pk=award.pk).state
        for day in (date(2024, 6, 1), date(2024, 5, 31) + timedelta(days=1))
    }
    assert set(states.values()) == {"revoked"}


def state_on(award, *day):
    return Award.objects.on(date(*day)).get(pk=award.pk).state


def test_state_of_a_title_follows_from_its_dates():
    old = AwardFactory(granted_on=date(2022, 3, 1), valid_until=date(2024, 12, 31))
    new = renewal_of(old, granted_on=date(2024, 11, 1), valid_until=date(2026, 12, 31))
    changed(new, **REVOKED | {"revoked_on": date(2025, 5, 5)}).save()

    assert not Award.objects.on(date(2022, 2, 28)).exists()
    assert state_on(old, 2022, 3, 1) == "valid"
    assert state_on(old, 2024, 6, 29) == "valid"
    assert state_on(old, 2024, 6, 30) == "due"
    assert state_on(old, 2024, 10, 31) == "due"
    assert state_on(old, 2024, 11, 1) == "renewed"
    assert state_on(new, 2025, 5, 4) == "valid"
    assert state_on(new, 2025, 5, 5) == "revoked"


def test_title_without_successor_ends():
    award = AwardFactory(granted_on=date(2022, 3, 1), valid_until=date(2024, 12, 31))

    assert state_on(award, 2024, 12, 31) == "due"
    assert state_on(award, 2025, 1, 1) == "expired"


def test_title_without_dates_is_on_the_roll_of_every_day():
    award = AwardFactory()

    assert state_on(award, 2019, 1, 1) == "valid"
    assert state_on(award, 2040, 1, 1) == "valid"


@pytest.mark.parametrize("day", [date(2024, 5, 31), date(2024, 6, 1), date(2030, 1, 1)])
def test_held_and_ended_are_what_the_states_say(day):
    begun = {"granted_on": date(2022, 1, 1)}
    former = AwardFactory(**begun, valid_until=date(2026, 12, 31))
    renewal_of(former)
    for fields in (REVOKED, {}, {"valid_until": date(2024, 5, 31)}):
        AwardFactory(**begun | {"valid_until": date(2024, 6, 1)} | fields)
    AwardFactory(granted_on=None, valid_until=None)

    states = Award.objects.on(day).values_list("pk", "state")
    held = {pk for pk, state in states if state in HELD_STATES}

    assert set(Award.objects.held(day).values_list("pk", flat=True)) == held
    ended = set(Award.objects.ended(day).values_list("pk", flat=True))
    assert ended == {pk for pk, _ in states} - held


def test_titles_that_end_soon_leave_out_what_is_renewed():
    soon = AwardFactory(granted_on=date(2022, 1, 1), valid_until=date(2025, 3, 31))
    AwardFactory(granted_on=date(2022, 1, 1), valid_until=date(2026, 3, 31))
    renewed = AwardFactory(granted_on=date(2022, 1, 1), valid_until=date(2025, 3, 31))
    renewal_of(renewed, granted_on=date(2025, 1, 2))

    found = Award.objects.expiring(date(2025, 1, 5), months=3)

    assert list(found) == [soon]
    assert not Award.objects.expiring(date(2024, 12, 30), months=3).exists()
