from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.utils import timezone

from activities.models import Application, ApplicationStep
from activities.models.application import (
    LADDER,
    PASSED,
    TRANSITIONS,
    ApplicationState,
)
from activities.models.scheme import HonourLevel
from activities.services.objection import answer_objection
from tests.factories.activities import (
    ApplicationFactory,
    ApplicationStepFactory,
    AwardFactory,
    EvidenceFactory,
    EvidenceFileFactory,
    ObjectionFactory,
    SchemeLevelFactory,
    SiteFactory,
    application_at,
)
from tests.factories.chambers import BranchFactory, ChamberFactory, UserFactory
from tests.rules import (
    assert_constraint_is_kept,
    assert_trigger_is_kept,
    changed,
    refused,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
NO_STEP = "该记录的状态已经改变，或不能越级办理。"


def for_anybody(**fields):
    kinds = ["chamber", "branch", "site"]
    level = SchemeLevelFactory(version__recipient_kinds=kinds)
    return ApplicationFactory(level=level, **fields)


def second_of(name, factory):
    """Return an application changed so that it is the second for one recipient."""
    chamber = ChamberFactory()
    recipient = factory()
    first = for_anybody(chamber=chamber, **{name: recipient})
    second = ApplicationFactory(level=first.level, chamber=chamber, **{name: factory()})
    return changed(second, **{name: recipient})


def second_of_chamber():
    first = ApplicationFactory()
    second = ApplicationFactory(level=first.level)
    return changed(second, chamber=first.chamber)


def unsigned():
    application = ApplicationFactory()
    ApplicationStepFactory(application=application)
    return changed(application, state="submitted", version=2)


def stepped(application, state, **fields):
    """Return an application in a next state, its step written, not saved."""
    number = application.version + 1
    ApplicationStep.objects.bulk_create(
        [
            ApplicationStepFactory.build(
                application=application,
                number=number,
                before=application.state,
                state=state,
                by=UserFactory(),
                reason="见文件。",
                document_number="杭联〔2026〕2号",
                document_on=DAY,
            )
        ]
    )
    return changed(application, state=state, version=number, **fields)


def second_step():
    first = ApplicationStepFactory()
    second = ApplicationStepFactory(application=first.application, number=3)
    return changed_step(second, number=2)


def changed_step(step, **fields):
    """Return a step as a new row, because rows that stand never change."""
    step.pk, step._state.adding = None, True
    return changed(step, **fields)


def new_step(**fields):
    return changed_step(ApplicationStepFactory(), number=7, **fields)


def second_evidence():
    first = EvidenceFactory()
    return changed(
        EvidenceFactory.build(application=first.application, criterion=first.criterion)
    )


def second_file():
    first = EvidenceFileFactory()
    second = EvidenceFileFactory(evidence=first.evidence)
    return changed(second, sha256=first.sha256)


CONSTRAINTS = {
    "activities_application_state_valid": lambda: changed(
        ApplicationFactory(),
        state="lost",
        submitted_by=UserFactory(),
        submitted_at=now(),
    ),
    "activities_application_one_recipient": lambda: changed(
        for_anybody(branch=BranchFactory()), site=SiteFactory()
    ),
    "activities_application_one_of_chamber": second_of_chamber,
    "activities_application_one_of_branch": lambda: second_of("branch", BranchFactory),
    "activities_application_one_of_site": lambda: second_of("site", SiteFactory),
    "activities_application_submission_signed": unsigned,
    "activities_application_return_has_reason": lambda: stepped(
        application_at("submitted"), "returned"
    ),
    "activities_application_publicity_in_order": lambda: changed(
        application_at("publicity"), publicity_until=date(2020, 1, 1)
    ),
    "activities_application_publicity_dated": lambda: stepped(
        application_at("county"), "publicity"
    ),
    "activities_application_decided_after_publicity": lambda: stepped(
        application_at("publicity"), "recognised"
    ),
    "activities_applicationstep_before_valid": lambda: new_step(before="lost"),
    "activities_applicationstep_state_valid": lambda: new_step(state="lost"),
    "activities_applicationstep_number_unique": second_step,
    "activities_applicationstep_documented": lambda: new_step(state="city"),
    "activities_applicationstep_reason_given": lambda: new_step(state="failed"),
    "activities_evidence_once": second_evidence,
    "activities_evidence_points_not_negative": lambda: changed(
        EvidenceFactory(), points=Decimal(-1)
    ),
    "activities_evidencefile_once": second_file,
    "activities_objection_content_given": lambda: changed(
        ObjectionFactory.build(application=application_at("publicity")), content=""
    ),
    "activities_objection_answer_complete": lambda: changed(
        ObjectionFactory(), answer="已核实。"
    ),
}


def now():
    return timezone.now()


def begin_submitted():
    ApplicationFactory(
        state="submitted", submitted_by=UserFactory(), submitted_at=now()
    )


def without_a_step():
    application = application_at("submitted")
    changed(application, state="county", version=application.version + 1).save()


def with_an_open_objection():
    application = application_at("publicity")
    ObjectionFactory(application=application)
    award = AwardFactory()
    stepped(application, "recognised", award=award, decided_on=timezone.localdate())
    application.save()


def answered():
    return answer_objection(
        ObjectionFactory(), user=UserFactory(), outcome="rejected", answer="已核实。"
    )


def own_review():
    application = application_at("submitted")
    ApplicationStepFactory(
        application=application,
        number=9,
        before="submitted",
        state="county",
        by=application.created_by,
    )


def evidence_of_a_closed_one():
    evidence = EvidenceFactory()
    close(evidence.application)
    return evidence


def close(application):
    stepped(application, "submitted", submitted_by=UserFactory(), submitted_at=now())
    application.save()
    return application


def file_of_a_closed_one():
    file = EvidenceFileFactory()
    close(file.evidence.application)
    return file


TRIGGERS = {
    "activities_application.begins_at_first": begin_submitted,
    "activities_application.legal_step": lambda: stepped(
        application_at("submitted"), "city"
    ).save(),
    "activities_application.step_is_written": without_a_step,
    "activities_application.objections_are_answered": with_an_open_objection,
    "activities_application.content_is_closed": lambda: changed(
        application_at("submitted"), statement="另一份总结。"
    ).save(),
    "activities_application.recipient_fits": lambda: ApplicationFactory(
        site=SiteFactory()
    ),
    "activities_application.only_drafts_go": lambda: Application.objects.filter(
        pk=application_at("submitted").pk
    )._raw_delete("default"),
    "activities_applicationstep.not_own_review": own_review,
    "activities_applicationstep.step_stays": lambda: changed(
        ApplicationStepFactory(), reason="同意"
    ).save(),
    "activities_evidence.evidence_is_closed": lambda: changed(
        evidence_of_a_closed_one(), text="补写"
    ).save(),
    "activities_evidence.evidence_stays": lambda: evidence_of_a_closed_one().delete(),
    "activities_evidence.criterion_fits": lambda: EvidenceFactory(
        criterion=EvidenceFactory().criterion
    ),
    "activities_evidencefile.file_is_closed": lambda: changed(
        file_of_a_closed_one(), name="另一份.pdf"
    ).save(),
    "activities_evidencefile.file_stays": lambda: file_of_a_closed_one().delete(),
    "activities_objection.only_in_publicity": lambda: ObjectionFactory(
        application=application_at("county")
    ),
    "activities_objection.answer_stays": lambda: changed(
        answered(), answer="另一答复。"
    ).save(),
    "activities_objection.content_stays": lambda: changed(
        ObjectionFactory(), content="另一异议。"
    ).save(),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_application_constraint_is_kept(name):
    # An unknown state is in no step of the table, which answers first.
    first = NO_STEP if name == "activities_application_state_valid" else None
    assert_constraint_is_kept(name, CONSTRAINTS[name], answered_by=first)


@pytest.mark.parametrize("name", TRIGGERS)
def test_application_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


def is_legal(level, before, state):
    """Say the table of steps once more, in other words."""
    if state not in TRANSITIONS[before]:
        return False
    passed = LADDER.index(PASSED[level])
    if state in LADDER:
        return LADDER.index(state) <= passed
    return state != "publicity" or before == LADDER[passed]


def step_and_save(key, state, fields):
    stepped(Application.objects.get(pk=key), state, **fields).save()


@pytest.mark.parametrize("level", HonourLevel)
def test_every_illegal_step_is_refused_by_the_database(level):
    """Every pair of states that an application of this level can meet."""
    scheme_level = SchemeLevelFactory(level=level)
    passed = LADDER.index(PASSED[level])
    tried = 0
    for before in ApplicationState:
        if before in LADDER[passed + 1 :]:
            continue
        row = application_at(before, level=scheme_level)
        for state in ApplicationState:
            if state == before or is_legal(level, before, state):
                continue
            tried += 1
            fields = {
                "submitted_by": UserFactory(),
                "submitted_at": now(),
                "return_reason": "补正",
                "publicity_from": DAY,
                "publicity_until": DAY,
                "decided_on": timezone.localdate(),
            }
            said = refused(partial(step_and_save, row.pk, state, fields))
            said = said.__cause__.diag.message_primary
            assert said == NO_STEP, (before, state)
        kept = Application.objects.get(pk=row.pk)
        assert kept.state == before
    assert tried >= 50


@pytest.mark.parametrize("level", HonourLevel)
def test_next_states_are_the_legal_ones(level):
    application = ApplicationFactory.build(level=SchemeLevelFactory(level=level))
    passed = LADDER.index(PASSED[level])
    for before in ApplicationState:
        if before in LADDER[passed + 1 :]:
            continue
        application.state = before
        assert set(application.next_states) == {
            state for state in ApplicationState if is_legal(level, before, state)
        }


def test_publicity_is_seen_from_its_first_to_its_last_day():
    application = application_at("publicity", days_ago=0)
    first, last = application.publicity_from, application.publicity_until

    for day in (first, last):
        assert list(Application.objects.in_publicity(day)) == [application]
    for day in (first - timedelta(days=1), last + timedelta(days=1)):
        assert not Application.objects.in_publicity(day).exists()


def test_recipient_is_the_branch_or_site_if_there_is_one():
    branch, site = BranchFactory(), SiteFactory()

    assert for_anybody(branch=branch).recipient == branch
    assert for_anybody(site=site).recipient == site
    application = for_anybody()
    assert application.recipient == application.chamber
