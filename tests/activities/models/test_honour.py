from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests.factories.activities import (
    AwardFactory,
    SchemeFactory,
    SchemeVersionFactory,
    SiteFactory,
)
from tests.factories.chambers import BranchFactory
from tests.rules import assert_constraint_is_kept, changed

pytestmark = pytest.mark.django_db

REVOKED = {
    "state": "revoked",
    "revoked_on": date(2024, 6, 1),
    "revocation_reason": "违反章程。",
    "revocation_document": "杭联〔2024〕1号",
}


def a_version_of_the_same_name():
    first = SchemeVersionFactory(label="2024年版")
    second = SchemeVersionFactory(scheme=first.scheme, label="2025年版")
    return changed(second, label="2024年版")


CONSTRAINTS = {
    "activities_scheme_kind_valid": lambda: changed(SchemeFactory(), kind="medal"),
    "activities_schemeversion_label_unique": a_version_of_the_same_name,
    "activities_award_level_valid": lambda: changed(AwardFactory(), level="galactic"),
    "activities_award_state_valid": lambda: changed(AwardFactory(), state="lost"),
    "activities_award_one_recipient": lambda: changed(AwardFactory(), chamber=None),
    "activities_award_title_given": lambda: changed(AwardFactory(), title=""),
    "activities_award_granted_in_past": lambda: changed(
        AwardFactory(), granted_on=timezone.localdate() + timedelta(days=1)
    ),
    "activities_award_valid_after_granted": lambda: changed(
        AwardFactory(granted_on=date(2024, 1, 2)), valid_until=date(2024, 1, 1)
    ),
    "activities_award_revocation_complete": lambda: changed(
        AwardFactory(), state="revoked", revoked_on=date(2024, 6, 1)
    ),
    "activities_award_revoked_after_granted": lambda: changed(
        AwardFactory(), **REVOKED, granted_on=date(2024, 6, 2)
    ),
}


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
    "missing", [{"revoked_on": None}, {"revocation_reason": ""}, {"state": "valid"}]
)
def test_award_is_revoked_with_everything_or_not_at_all(missing):
    assert_constraint_is_kept(
        "activities_award_revocation_complete",
        lambda: changed(AwardFactory(), **REVOKED | missing),
    )


def test_award_is_revoked_with_its_reason():
    award = AwardFactory(granted_on=date(2024, 6, 1), **REVOKED)

    award.refresh_from_db()
    assert award.state == "revoked"
