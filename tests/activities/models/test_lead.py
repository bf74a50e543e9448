from datetime import date
from functools import partial

import pytest

from activities.models import Lead, LeadStep
from activities.models.lead import TRANSITIONS, LeadState
from tests.factories.activities import (
    LEAD_PATHS,
    LeadFactory,
    LeadStepFactory,
    LeadTargetFactory,
    lead_at,
)
from tests.factories.chambers import UserFactory, secretary_of
from tests.rules import (
    assert_constraint_is_kept,
    assert_trigger_is_kept,
    changed,
    refused,
)

pytestmark = pytest.mark.django_db
NO_STEP = "该记录的状态已经改变，或不能越级办理。"


def new_step(**fields):
    """Return another step of a lead as a new row: those that stand never change."""
    step = LeadStepFactory()
    step.pk, step._state.adding = None, True
    return changed(step, **{"number": 7} | fields)


def stepped(lead, state):
    """Return a lead in another state, its step written, not saved."""
    number = lead.version + 1
    LeadStep.objects.bulk_create(
        [
            LeadStepFactory.build(
                lead=lead,
                number=number,
                before=lead.state,
                state=state,
                by=UserFactory(),
                unit="县商务局",
                reason="见说明。",
            )
        ]
    )
    return changed(lead, state=state, version=number)


CONSTRAINTS = {
    "activities_leadtarget_limited": lambda: changed(LeadTargetFactory(), target=0),
    "activities_lead_kind_valid": lambda: changed(LeadFactory(), kind="lost"),
    "activities_lead_state_valid": lambda: changed(LeadFactory(), state="lost"),
    "activities_lead_not_too_early": lambda: changed(
        LeadFactory(), submitted_on=date(1999, 12, 31)
    ),
    "activities_leadstep_before_valid": lambda: new_step(before="lost"),
    "activities_leadstep_state_valid": lambda: new_step(state="lost"),
    "activities_leadstep_number_unique": lambda: new_step(number=2),
    "activities_leadstep_reason_given": lambda: new_step(state="failed"),
    "activities_leadstep_unit_given": lambda: new_step(state="handed"),
}


def own_check():
    lead = LeadFactory()
    LeadStepFactory(lead=lead, by=lead.created_by)


TRIGGERS = {
    "activities_lead.begins_at_first": lambda: LeadFactory(state="valid"),
    "activities_lead.legal_step": lambda: stepped(LeadFactory(), "landed").save(),
    "activities_lead.step_is_written": lambda: changed(
        LeadFactory(), state="valid", version=2
    ).save(),
    "activities_lead.content_is_closed": lambda: changed(
        lead_at("valid"), content="另一内容。"
    ).save(),
    "activities_lead.checked_ones_stay": lambda: Lead.objects.filter(
        pk=lead_at("invalid").pk
    )._raw_delete("default"),
    "activities_leadstep.not_own_review": own_check,
    "activities_leadstep.step_stays": lambda: changed(
        LeadStepFactory(), reason="另一原因"
    ).save(),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_lead_constraint_is_kept(name):
    # An unknown state is in no step of the table, which answers first.
    first = NO_STEP if name == "activities_lead_state_valid" else None
    assert_constraint_is_kept(name, CONSTRAINTS[name], answered_by=first)


@pytest.mark.parametrize("name", TRIGGERS)
def test_lead_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


@pytest.mark.parametrize("before", LeadState)
def test_every_illegal_step_of_a_lead_is_refused_by_the_database(before):
    row = lead_at(before)
    for state in LeadState:
        if state == before or state in TRANSITIONS[before]:
            continue
        lead = Lead.objects.get(pk=row.pk)
        said = refused(partial(lambda lead, to: stepped(lead, to).save(), lead, state))
        assert said.__cause__.diag.message_primary == NO_STEP, (before, state)
    assert Lead.objects.get(pk=row.pk).state == before


def test_every_state_is_reached_by_legal_steps():
    assert set(LEAD_PATHS) == set(LeadState)
    for state in LeadState:
        lead = lead_at(state)
        assert lead.state == state
        assert list(lead.next_states) == TRANSITIONS[state]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "另一标题"),
        ("kind", "talent"),
        ("contact", "另一联系方式"),
        ("submitted_on", date(2025, 1, 1)),
    ],
)
def test_content_of_a_checked_lead_is_closed(field, value):
    error = refused(changed(lead_at("handed"), **{field: value}).save)

    assert "已经核实，不能修改" in error.__cause__.diag.message_primary


def test_valid_ones_are_those_found_valid_whatever_came_after():
    leads = {state: lead_at(state) for state in LeadState}

    valid = {leads[s] for s in LeadState if s not in ("waiting", "invalid")}
    assert set(Lead.objects.valid()) == valid
    assert list(Lead.objects.landed()) == [leads["landed"]]
    assert list(Lead.objects.waiting()) == [leads["waiting"]]


def test_secretary_sees_the_leads_of_the_own_chamber():
    own, _ = LeadFactory(), LeadFactory()

    assert list(Lead.objects.visible_to(secretary_of(own.chamber))) == [own]
    assert Lead.objects.visible_to(UserFactory()).count() == 2
