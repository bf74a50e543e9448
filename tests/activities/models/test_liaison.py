from datetime import date
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.models import ContactActivity, ContactAssignment, Demand, DemandStep
from activities.models.liaison.demand import TRANSITIONS, DemandState
from tests.factories.activities import (
    ContactActivityFactory,
    ContactAssignmentFactory,
    ContactDutyFactory,
    DemandFactory,
    DemandStepFactory,
    demand_at,
    make_overdue,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
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
NO_STEP = "该记录的状态已经改变，或不能越级办理。"


def new_step(**fields):
    """Return another step of a demand as a new row: those that stand never change."""
    step = DemandStepFactory()
    step.pk, step._state.adding = None, True
    return changed(step, **{"number": 7} | fields)


def stepped(demand, state):
    """Return a demand in another state, its step written, not saved."""
    number = demand.version + 1
    DemandStep.objects.bulk_create(
        [
            DemandStepFactory.build(
                demand=demand,
                number=number,
                before=demand.state,
                state=state,
                by=UserFactory(),
            )
        ]
    )
    closed_on = timezone.localdate() if state == "closed" else None
    return changed(demand, state=state, version=number, closed_on=closed_on)


def again():
    row = ContactAssignmentFactory(ended_on=date(2025, 6, 30))
    return ContactAssignmentFactory.build(
        post=row.post, branch=row.branch, started_on=date(2025, 6, 30)
    )


def twice():
    row = ContactActivityFactory()
    return ContactActivityFactory.build(
        assignment=row.assignment, held_on=row.held_on, created_by=row.created_by
    )


CONSTRAINTS = {
    "activities_contactduty_kind_valid": lambda: changed(
        ContactDutyFactory(), kind="lost"
    ),
    "activities_contactduty_times_limited": lambda: changed(
        ContactDutyFactory(), times=0
    ),
    "activities_contactduty_one_active": lambda: ContactDutyFactory.build(
        kind=ContactDutyFactory().kind
    ),
    "activities_contactassignment_ended_on_after_start": lambda: changed(
        ContactAssignmentFactory(), ended_on=date(2024, 12, 31)
    ),
    "activities_contactassignment_no_overlap": again,
    "activities_contactactivity_kind_valid": lambda: changed(
        ContactActivityFactory(), kind="lost"
    ),
    "activities_contactactivity_once": twice,
    "activities_demand_state_valid": lambda: changed(
        DemandFactory(unit="县人社局", due_on=date(2025, 4, 1)), state="lost"
    ),
    "activities_demand_satisfaction_valid": lambda: changed(
        demand_at("closed"), satisfaction="lost"
    ),
    "activities_demand_unit_and_due_given": lambda: changed(
        demand_at("assigned"), due_on=None
    ),
    "activities_demand_due_after_collected": lambda: changed(
        DemandFactory(), due_on=date(2025, 2, 28)
    ),
    "activities_demand_closed_has_day": lambda: changed(
        DemandFactory(), closed_on=date(2025, 4, 1)
    ),
    "activities_demand_satisfaction_when_closed": lambda: changed(
        DemandFactory(), satisfaction="good"
    ),
    "activities_demandstep_before_valid": lambda: new_step(before="lost"),
    "activities_demandstep_state_valid": lambda: new_step(state="lost"),
    "activities_demandstep_number_unique": lambda: new_step(number=2),
    "activities_demandstep_reason_given": lambda: new_step(reason=""),
    "activities_demandstep_again_has_reason": lambda: new_step(
        before="answered", state="handling", reason=""
    ),
}


def before_the_branch():
    branch = BranchFactory(founded_on=date(2025, 2, 1))
    ContactAssignmentFactory(branch=branch, started_on=date(2025, 1, 1))


def ended_too_early():
    row = ContactActivityFactory(held_on=date(2025, 5, 1))
    changed(row.assignment, ended_on=date(2025, 4, 30)).save()


TRIGGERS = {
    "activities_contactassignment.assignment_inside_life": before_the_branch,
    "activities_contactassignment.period_holds_activities": ended_too_early,
    "activities_contactactivity.held_during_assignment": lambda: ContactActivityFactory(
        held_on=date(2024, 12, 31)
    ),
    "activities_demand.begins_at_first": lambda: DemandFactory(state="returned"),
    "activities_demand.legal_step": lambda: stepped(DemandFactory(), "answered").save(),
    "activities_demand.step_is_written": lambda: changed(
        DemandFactory(), state="returned", version=2
    ).save(),
    "activities_demand.assignment_is_of_chamber": lambda: DemandFactory(
        assignment=ContactAssignmentFactory()
    ),
    "activities_demand.content_is_closed": lambda: changed(
        demand_at("assigned"), content="另一内容。"
    ).save(),
    "activities_demand.handled_ones_stay": lambda: Demand.objects.filter(
        pk=demand_at("returned").pk
    )._raw_delete("default"),
    "activities_demandstep.step_stays": lambda: changed(
        DemandStepFactory(), reason="另一原因"
    ).save(),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_liaison_constraint_is_kept(name):
    # An unknown state is in no step of the table, which answers first.
    first = NO_STEP if name == "activities_demand_state_valid" else None
    assert_constraint_is_kept(name, CONSTRAINTS[name], answered_by=first)


@pytest.mark.parametrize("name", TRIGGERS)
def test_liaison_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


@pytest.mark.parametrize("before", DemandState)
def test_every_illegal_step_of_a_demand_is_refused_by_the_database(before):
    row = demand_at(before)
    for state in DemandState:
        if state == before or state in TRANSITIONS[before]:
            continue
        demand = Demand.objects.get(pk=row.pk)
        said = refused(partial(lambda row, to: stepped(row, to).save(), demand, state))
        assert said.__cause__.diag.message_primary == NO_STEP, (before, state)
    assert Demand.objects.get(pk=row.pk).state == before
    assert list(row.next_states) == TRANSITIONS[before]


def test_same_post_may_come_back_and_keep_other_branches():
    row = ContactAssignmentFactory(ended_on=date(2025, 6, 30))
    ContactAssignmentFactory(branch=row.branch, started_on=date(2025, 7, 1))
    ContactAssignmentFactory()
    ContactAssignmentFactory(branch=row.branch, post="县政协副主席")

    assert ContactAssignment.objects.on(date(2025, 6, 30)).count() == 3
    assert ContactAssignment.objects.on(date(2025, 7, 1)).count() == 3


def test_day_outside_the_assignment_is_named_at_the_date():
    row = ContactActivityFactory.build(
        assignment=ContactAssignmentFactory(), held_on=date(2024, 12, 31)
    )
    with pytest.raises(ValidationError) as refusal:
        row.clean()
    assert list(refusal.value.message_dict) == ["held_on"]


def test_secretary_sees_what_belongs_to_the_branch_or_the_chamber():
    chamber = ChamberFactory()
    user = secretary_of(chamber)
    own = ContactAssignmentFactory(branch=BranchFactory(chambers=[chamber]))
    activity = ContactActivityFactory(assignment=own)
    demand = DemandFactory(chamber=chamber, assignment=own)
    ContactActivityFactory()
    DemandFactory()

    for model, row in [
        (ContactAssignment, own),
        (ContactActivity, activity),
        (Demand, demand),
    ]:
        assert list(model.objects.visible_to(user)) == [row]
        assert model.objects.visible_to(UserFactory()).count() == 2


def test_overdue_are_those_at_work_after_their_day():
    late = [make_overdue(demand_at(state)) for state in ("assigned", "handling")]
    make_overdue(demand_at("answered"))
    make_overdue(demand_at("closed"))
    demand_at("handling")
    today = timezone.localdate()

    assert set(Demand.objects.overdue(today)) == set(late)
    assert [row.is_overdue for row in Demand.objects.order_by("pk")] == [
        True,
        True,
        False,
        False,
        False,
    ]
