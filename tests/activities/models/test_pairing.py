from datetime import date
from functools import partial

import pytest

from activities.models import Pairing
from activities.models.pairing import LIVE, TRANSITIONS, PairingState
from tests.factories.activities import (
    PairingFactory,
    PairingProjectFactory,
    PairingStepFactory,
    pairing_at,
)
from tests.factories.chambers import RegionFactory
from tests.rules import (
    assert_constraint_is_kept,
    assert_trigger_is_kept,
    changed,
    new_step,
    refused,
    stepped,
)

pytestmark = pytest.mark.django_db
NO_STEP = "该记录的状态已经改变，或不能越级办理。"


def same_again():
    first, second = PairingFactory(), PairingFactory()
    return changed(
        second,
        village=first.village,
        enterprise=first.enterprise,
        programme=first.programme,
    )


def same_project():
    first = PairingProjectFactory()
    return changed(PairingProjectFactory(pairing=first.pairing), name=first.name)


CONSTRAINTS = {
    "activities_pairing_state_valid": lambda: changed(PairingFactory(), state="lost"),
    "activities_pairing_one_live": same_again,
    "activities_pairing_ended_on_after_start": lambda: changed(
        PairingFactory(), ended_on=date(2020, 1, 1)
    ),
    "activities_pairing_reason_given": lambda: stepped(
        PairingFactory(), "terminated", reason="企业搬迁"
    ),
    "activities_pairingstep_before_valid": lambda: new_step(
        PairingStepFactory(), before="lost"
    ),
    "activities_pairingstep_state_valid": lambda: new_step(
        PairingStepFactory(), state="lost"
    ),
    "activities_pairingstep_number_unique": lambda: new_step(
        PairingStepFactory(), number=2
    ),
    "activities_pairingstep_reason_given": lambda: new_step(
        PairingStepFactory(), state="terminated"
    ),
    "activities_pairingproject_kind_valid": lambda: changed(
        PairingProjectFactory(), kind="lost"
    ),
    "activities_pairingproject_once": same_project,
    "activities_pairingproject_not_negative": lambda: changed(
        PairingProjectFactory(), donated=-1
    ),
}
TRIGGERS = {
    "activities_pairing.begins_at_first": lambda: PairingFactory(state="paired"),
    "activities_pairing.legal_step": lambda: stepped(PairingFactory(), "done").save(),
    "activities_pairing.step_is_written": lambda: changed(
        PairingFactory(), state="paired", version=2
    ).save(),
    "activities_pairingstep.is_signed": lambda: new_step(
        PairingStepFactory(), by=None
    ).save(),
    "activities_pairingstep.step_stays": lambda: changed(
        PairingStepFactory(), reason="另一原因"
    ).save(),
    "activities_pairing.village_is_one": lambda: PairingFactory(
        village=RegionFactory()
    ),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_pairing_constraint_is_kept(name):
    # An unknown state is in no step of the table, which answers first.
    first = NO_STEP if name == "activities_pairing_state_valid" else None
    assert_constraint_is_kept(name, CONSTRAINTS[name], answered_by=first)


@pytest.mark.parametrize("name", TRIGGERS)
def test_pairing_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


@pytest.mark.parametrize("before", PairingState)
def test_every_illegal_step_is_refused_by_the_database(before):
    row = pairing_at(before)
    for state in PairingState:
        if state == before or state in TRANSITIONS[before]:
            continue
        save = changed(Pairing.objects.get(pk=row.pk), state=state, reason="搬迁").save
        said = refused(partial(save)).__cause__.diag.message_primary
        assert said == NO_STEP, (before, state)


@pytest.mark.parametrize("state", PairingState)
def test_the_same_two_may_pair_again_once_the_first_pairing_is_closed(state):
    first = pairing_at(state)
    again = partial(
        PairingFactory,
        village=first.village,
        enterprise=first.enterprise,
        programme=first.programme,
    )

    if state in LIVE:
        refused(again)
    else:
        assert again().pk
    assert PairingFactory(village=first.village, enterprise=first.enterprise).pk
