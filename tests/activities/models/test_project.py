from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.utils import timezone

from activities.models import Project, ProjectEntry, ProjectStep, PromotionEvent
from activities.models.project import TRANSITIONS, ProjectState
from tests.factories.activities import (
    PROJECT_PATHS,
    ProjectEntryFactory,
    ProjectFactory,
    ProjectStepFactory,
    PromotionEventFactory,
    project_at,
)
from tests.factories.chambers import UserFactory, VillageFactory, secretary_of
from tests.rules import (
    assert_constraint_is_kept,
    assert_trigger_is_kept,
    changed,
    refused,
)

pytestmark = pytest.mark.django_db
NO_STEP = "该记录的状态已经改变，或不能越级办理。"


def new_step(**fields):
    """Return another step of a project as a new row: those that stand never change."""
    step = ProjectStepFactory()
    step.pk, step._state.adding = None, True
    return changed(step, **{"number": 7} | fields)


def stepped(project, state):
    """Return a project in another state, its step written, not saved."""
    number = project.version + 1
    dated = state not in ("lead", "talks")
    day = project.signed_on or date(2025, 3, 1)
    day = timezone.localdate() if dated and project.signed_on else day
    ProjectStep.objects.bulk_create(
        [
            ProjectStepFactory.build(
                project=project,
                number=number,
                before=project.state,
                state=state,
                happened_on=day if dated else None,
                by=UserFactory(),
                reason="见说明。",
            )
        ]
    )
    if state in ("signed", "started", "operating") and not project.signed_on:
        changed(project, signed_on=day, contracted=Decimal(1))
    return changed(project, state=state, version=number)


def twin():
    project = ProjectFactory()
    return ProjectFactory.build(
        chamber=project.chamber, name=project.name, created_by=project.created_by
    )


def twin_promotion():
    promotion = PromotionEventFactory()
    return changed(PromotionEventFactory(), name=promotion.name)


CONSTRAINTS = {
    "activities_promotionevent_once": twin_promotion,
    "activities_promotionevent_not_too_early": lambda: changed(
        PromotionEventFactory(), held_on=date(1999, 12, 31)
    ),
    "activities_promotionevent_guests_limited": lambda: changed(
        PromotionEventFactory(), guests=10_001
    ),
    "activities_project_state_valid": lambda: changed(ProjectFactory(), state="lost"),
    "activities_project_of_a_kind": lambda: changed(ProjectFactory(), is_return=False),
    "activities_project_once": twin,
    "activities_project_not_negative": lambda: changed(
        ProjectFactory(), planned=Decimal(-1)
    ),
    "activities_project_contract_known": lambda: changed(
        ProjectFactory(), contracted=Decimal(1)
    ),
    "activities_projectstep_before_valid": lambda: new_step(before="lost"),
    "activities_projectstep_state_valid": lambda: new_step(state="lost"),
    "activities_projectstep_number_unique": lambda: new_step(number=2),
    "activities_projectstep_reason_given": lambda: new_step(
        state="terminated", happened_on=date(2025, 1, 1)
    ),
    "activities_projectstep_day_given": lambda: new_step(state="signed"),
    "activities_projectentry_not_negative": lambda: changed(
        ProjectEntryFactory(), paid_in=Decimal(-1)
    ),
    "activities_projectentry_jobs_limited": lambda: changed(
        ProjectEntryFactory(), jobs=100_001
    ),
    "activities_projectentry_not_empty": lambda: changed(
        ProjectEntryFactory(), paid_in=0, jobs=0
    ),
}


def village_as_township():
    changed(ProjectFactory(), township=VillageFactory()).save()


def entry_of_a_terminated_project():
    entry = ProjectEntryFactory()
    stepped(Project.objects.get(pk=entry.project_id), "terminated").save()
    return entry


TRIGGERS = {
    "activities_project.begins_at_first": lambda: ProjectFactory(state="talks"),
    "activities_project.legal_step": lambda: stepped(
        ProjectFactory(), "started"
    ).save(),
    "activities_project.step_is_written": lambda: changed(
        ProjectFactory(), state="talks", version=2
    ).save(),
    "activities_project.signing_day_is_that_of_the_step": lambda: changed(
        project_at("signed"), signed_on=date(2025, 3, 2)
    ).save(),
    "activities_project.terminated_is_closed": lambda: changed(
        project_at("terminated"), investor="另一公司"
    ).save(),
    "activities_project.signed_ones_stay": lambda: Project.objects.filter(
        pk=project_at("talks").pk
    )._raw_delete("default"),
    "activities_project.township_is_one": village_as_township,
    "activities_projectstep.days_in_order": lambda: ProjectStepFactory(
        project=project_at("signed"),
        number=9,
        before="signed",
        state="started",
        happened_on=date(2025, 2, 28),
    ),
    "activities_projectstep.not_in_future": lambda: ProjectStepFactory(
        project=project_at("signed"),
        number=9,
        before="signed",
        state="started",
        happened_on=timezone.localdate() + timedelta(days=1),
    ),
    "activities_projectstep.step_stays": lambda: changed(
        ProjectStepFactory(), reason="另一原因"
    ).save(),
    "activities_projectentry.after_signing": lambda: changed(
        ProjectEntryFactory(), day=date(2025, 2, 28)
    ).save(),
    "activities_projectentry.stays_with_a_terminated_project": lambda: (
        ProjectEntry.objects.filter(pk=entry_of_a_terminated_project().pk)._raw_delete(
            "default"
        )
    ),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_project_constraint_is_kept(name):
    # An unknown state is in no step of the table, which answers first.
    first = NO_STEP if name == "activities_project_state_valid" else None
    assert_constraint_is_kept(name, CONSTRAINTS[name], answered_by=first)


@pytest.mark.parametrize("name", TRIGGERS)
def test_project_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


@pytest.mark.parametrize("before", ProjectState)
def test_every_illegal_step_of_a_project_is_refused_by_the_database(before):
    row = project_at(before)
    for state in ProjectState:
        if state == before or state in TRANSITIONS[before]:
            continue
        project = Project.objects.get(pk=row.pk)
        said = refused(
            partial(lambda project, to: stepped(project, to).save(), project, state)
        )
        assert said.__cause__.diag.message_primary == NO_STEP, (before, state)
    assert Project.objects.get(pk=row.pk).state == before


def test_every_state_is_reached_by_legal_steps():
    assert set(PROJECT_PATHS) == set(ProjectState)
    for state in ProjectState:
        project = project_at(state)
        assert project.state == state
        assert list(project.next_states) == TRANSITIONS[state]


@pytest.mark.parametrize("state", ["lead", "talks", "signed", "started"])
def test_live_project_can_be_given_up(state):
    assert ProjectState.TERMINATED in project_at(state).next_states


def test_secretary_sees_the_projects_of_the_own_chamber():
    own, _ = ProjectFactory(), ProjectFactory()
    user = secretary_of(own.chamber)
    county = PromotionEventFactory(organiser=None)
    mine = PromotionEventFactory(organiser=own.chamber)
    PromotionEventFactory()

    assert list(Project.objects.visible_to(user)) == [own]
    assert Project.objects.visible_to(UserFactory()).count() == 2
    assert set(PromotionEvent.objects.visible_to(user)) == {county, mine}
    assert list(PromotionEvent.objects.editable_by(user)) == [mine]


def test_projects_to_be_looked_at():
    entry = ProjectEntryFactory(paid_in=Decimal(5_000_001))
    empty = project_at("started")
    project_at("talks")

    assert list(Project.objects.overpaid()) == [entry.project]
    assert list(Project.objects.without_entry()) == [empty]


def kept(project):
    project.refresh_from_db()
    return (project.paid_in, project.jobs, project.has_entry)


def test_a_project_keeps_the_sums_of_its_entries():
    entry = ProjectEntryFactory(paid_in=Decimal(2_000_000), jobs=3)
    project, other = entry.project, project_at("started")
    second = ProjectEntryFactory(project=project, paid_in=Decimal(500_000), jobs=0)
    assert kept(project) == (2_500_000, 3, True)

    ProjectEntry.objects.filter(pk=entry.pk).update(jobs=5, project=other)
    assert kept(project) == (500_000, 0, True)
    assert kept(other) == (2_000_000, 5, True)

    second.delete()
    assert kept(project) == (0, 0, False)


def test_the_kept_sums_of_a_project_cannot_be_written():
    project = ProjectEntryFactory(paid_in=Decimal(2_000_000), jobs=3).project
    project.refresh_from_db()
    project.paid_in, project.has_entry = Decimal(1), False
    project.save()
    assert kept(project) == (2_000_000, 3, True)
