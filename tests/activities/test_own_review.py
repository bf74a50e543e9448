"""Nobody reviews what they wrote or handed in, each of the two on its own."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from activities.services.application import submit_application
from activities.services.application import take_step as review
from activities.services.lead import take_step
from activities.services.lecture import accept_lecture, return_lecture, submit_lecture
from chambers.models import Role
from tests.factories.activities import ApplicationFactory, LeadFactory, LectureFactory
from tests.factories.chambers import UserFactory

pytestmark = pytest.mark.django_db


def handed_in_lecture(maker, sender):
    return submit_lecture(LectureFactory(created_by=maker), user=sender)


def handed_in_application(maker, sender):
    return submit_application(ApplicationFactory(created_by=maker), user=sender)


def lead_of(maker, sender):
    return LeadFactory(created_by=maker)


PAPER = {"document_number": "杭联〔2026〕1号", "document_on": date(2026, 3, 1)}
# Each verdict: how its row comes to a reviewer, and the verdict.
VERDICTS = {
    "lecture accepted": (
        handed_in_lecture,
        lambda row, user: accept_lecture(row, user=user),
    ),
    "lecture returned": (
        handed_in_lecture,
        lambda row, user: return_lecture(row, user=user, reason="缺签到。"),
    ),
    "application passed": (
        handed_in_application,
        lambda row, user: review(row, to="county", user=user, **PAPER),
    ),
    "application returned": (
        handed_in_application,
        lambda row, user: review(
            row, to="returned", user=user, reason="缺件。", criteria=[]
        ),
    ),
    "application failed": (
        handed_in_application,
        lambda row, user: review(row, to="failed", user=user, reason="条件不足。"),
    ),
    "lead valid": (lead_of, lambda row, user: take_step(row, to="valid", user=user)),
    "lead invalid": (
        lead_of,
        lambda row, user: take_step(row, to="invalid", user=user, reason="重复。"),
    ),
}
OF_TWO = [name for name, (make, _) in VERDICTS.items() if make is not lead_of]


def assert_is_refused(name, row, user):
    state, verdict = row.state, VERDICTS[name][1]
    with pytest.raises(ValidationError) as refused:
        verdict(row, user)
    assert refused.value.code == "own"
    row.refresh_from_db()
    assert row.state == state
    # The control: whoever had no part in it gives the same verdict.
    verdict(row, UserFactory(role=Role.FEDERATION))
    row.refresh_from_db()
    assert row.state != state


@pytest.mark.parametrize("name", VERDICTS)
def test_nobody_reviews_what_they_wrote(name):
    maker = UserFactory(role=Role.FEDERATION)
    row = VERDICTS[name][0](maker, UserFactory(role=Role.SECRETARY))
    assert_is_refused(name, row, maker)


@pytest.mark.parametrize("name", OF_TWO)
def test_nobody_reviews_what_they_handed_in(name):
    sender = UserFactory(role=Role.FEDERATION)
    row = VERDICTS[name][0](UserFactory(role=Role.SECRETARY), sender)
    assert_is_refused(name, row, sender)
