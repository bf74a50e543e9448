from datetime import date, timedelta
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from activities.models import (
    CaseMediator,
    CaseParty,
    CaseStep,
    CommitteeSeat,
    MediationCase,
    MediationRequest,
    Mediator,
)
from activities.models.mediation.committee import may_mediate, may_register
from activities.models.mediation.states import TRANSITIONS, CaseState
from chambers.models import Role
from tests.factories.activities import (
    CASE_PATHS,
    CaseMediatorFactory,
    CasePaperFactory,
    CasePartyFactory,
    CaseSessionFactory,
    CaseStepFactory,
    CaseVisitFactory,
    CommitteeSeatFactory,
    MediationAccessFactory,
    MediationCaseFactory,
    MediationCommitteeFactory,
    MediationRequestFactory,
    MediatorFactory,
    case_at,
    established,
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
    """Return another step of a case as a new row: those that stand never change."""
    step = CaseStepFactory()
    step.pk, step._state.adding = None, True
    return changed(step, **{"number": 7} | fields)


def stepped(case, state, **fields):
    """Return a case in another state, its step written, not saved."""
    number = case.version + 1
    step = CaseStepFactory.build(
        case=case,
        number=number,
        before=case.state,
        state=state,
        by=UserFactory(),
        reason="见说明。",
        informed=True,
    )
    CaseStep.objects.bulk_create([step])
    return changed(case, state=state, version=number, **fields)


def agreed(**fields):
    return changed(case_at("agreed"), **fields)


CONSTRAINTS = {
    "activities_mediationcommittee_ended_on_after_start": lambda: changed(
        MediationCommitteeFactory(), ended_on=date(2024, 1, 1)
    ),
    "activities_mediationcommittee_due_later": lambda: changed(
        MediationCommitteeFactory(), due_on=date(2025, 1, 1)
    ),
    "activities_mediator_kind_valid": lambda: changed(MediatorFactory(), kind="lost"),
    "activities_mediator_source_valid": lambda: changed(
        MediatorFactory(), source="lost"
    ),
    "activities_mediator_ended_on_after_start": lambda: changed(
        MediatorFactory(), ended_on=date(2024, 1, 1)
    ),
    "activities_committeeseat_ended_on_after_start": lambda: changed(
        CommitteeSeatFactory(), ended_on=date(2024, 1, 1)
    ),
    "activities_committeeseat_no_overlap": lambda: again(
        CommitteeSeatFactory(), started_on=date(2026, 1, 1)
    ),
    "activities_mediationaccess_ended_on_after_start": lambda: changed(
        MediationAccessFactory(), ended_on=date(2024, 1, 1)
    ),
    "activities_mediationcase_state_valid": lambda: changed(
        MediationCaseFactory(), state="lost"
    ),
    "activities_mediationcase_source_valid": lambda: changed(
        MediationCaseFactory(), source="lost"
    ),
    "activities_mediationcase_confirmation_valid": lambda: agreed(
        confirmation="lost", confirmation_applied_on=date(2026, 3, 9)
    ),
    "activities_mediationcase_number_unique": lambda: again(MediationCaseFactory()),
    "activities_mediationcase_year_fits": lambda: again(
        MediationCaseFactory(), year=2025
    ),
    "activities_mediationcase_amount_not_negative": lambda: changed(
        MediationCaseFactory(), amount=-1
    ),
    "activities_mediationcase_accepted_later": lambda: changed(
        case_at("accepted"), accepted_on=date(2026, 2, 28)
    ),
    "activities_mediationcase_acceptance_fits": lambda: changed(
        MediationCaseFactory(), accepted_on=date(2026, 3, 2)
    ),
    "activities_mediationcase_agreement_fits": lambda: agreed(
        effective_on=date(2026, 2, 28)
    ),
    "activities_mediationcase_due_later": lambda: agreed(due_on=date(2026, 2, 1)),
    "activities_mediationcase_confirmation_fits": lambda: agreed(
        confirmation="applied"
    ),
    "activities_mediationcase_confirmation_in_time": lambda: agreed(
        confirmation="applied", confirmation_applied_on=date(2026, 4, 1)
    ),
    "activities_casestep_before_valid": lambda: new_step(before="lost"),
    "activities_casestep_state_valid": lambda: new_step(state="lost"),
    "activities_casestep_number_unique": lambda: new_step(number=2),
    "activities_casestep_reason_given": lambda: new_step(state="refused"),
    "activities_casestep_parties_informed": lambda: new_step(
        state="failed", reason="分歧大。"
    ),
    "activities_casemediator_once": lambda: again(CaseMediatorFactory()),
    "activities_caseparty_side_valid": lambda: changed(CasePartyFactory(), side="lost"),
    "activities_caseparty_kind_valid": lambda: changed(CasePartyFactory(), kind="lost"),
    "activities_caseparty_once": lambda: again(CasePartyFactory()),
    "activities_casepaper_kind_valid": lambda: changed(CasePaperFactory(), kind="lost"),
    "activities_casepaper_once": lambda: again(CasePaperFactory()),
    "activities_mediationrequest_phone_valid": lambda: changed(
        MediationRequestFactory(), phone="1381234567"
    ),
    "activities_mediationrequest_answer_complete": lambda: changed(
        MediationRequestFactory(), state="declined"
    ),
}
# Rules that another one always answers before.
FIRST = {
    "activities_mediationcase_state_valid": NO_STEP,
    "activities_mediationcase_number_unique": "卷号必须连续，不能跳号。",
}


def again(row, **fields):
    """Return a stored row as a new one."""
    row.pk, row._state.adding = None, True
    if hasattr(row, "form_key"):
        row.form_key = type(row)._meta.get_field("form_key").default()
    return changed(row, **fields)


@transaction.atomic
def without_head():
    CommitteeSeat.objects.filter(committee=established(), is_head=True).update(
        is_head=False
    )


def deleted(rows):
    rows._raw_delete("default")


def with_agreement(**fields):
    """Save a case as agreed, which the service would not."""
    fields |= {"effective_on": date(2026, 3, 9)}
    stepped(case_at("mediating"), "agreed", **fields).save()


TRIGGERS = {
    "activities_mediationcommittee.size_is_kept": lambda: MediationCommitteeFactory(
        is_active=True
    ),
    "activities_committeeseat.size_is_kept": without_head,
    "activities_committeeseat.seat_stays_there": lambda: changed(
        CommitteeSeatFactory(), committee=MediationCommitteeFactory()
    ).save(),
    "activities_mediationcase.begins_at_first": lambda: MediationCaseFactory(
        state="accepted", accepted_on=date(2026, 3, 1)
    ),
    "activities_mediationcase.legal_step": lambda: stepped(
        MediationCaseFactory(), "archived"
    ).save(),
    "activities_mediationcase.step_is_written": lambda: changed(
        MediationCaseFactory(), state="refused", version=2
    ).save(),
    "activities_mediationcase.number_follows": lambda: MediationCaseFactory(number=3),
    "activities_mediationcase.number_stays": lambda: changed(
        MediationCaseFactory(), number=2
    ).save(),
    "activities_mediationcase.numbered_ones_stay": lambda: deleted(
        MediationCase.objects.filter(pk=case_at("refused").pk)
    ),
    "activities_mediationcase.has_two_parties": lambda: MediationCaseFactory(
        sides=["applicant", "applicant"]
    ),
    "activities_mediationcase.needs_mediator": lambda: stepped(
        MediationCaseFactory(), "accepted", accepted_on=date(2026, 3, 1)
    ).save(),
    "activities_mediationcase.content_is_closed": lambda: agreed(
        summary="另一内容。"
    ).save(),
    "activities_mediationcase.stays_archived": lambda: changed(
        case_at("archived"), confirmation="applied", confirmation_applied_on="2026-3-9"
    ).save(),
    "activities_mediationcase.needs_agreement": lambda: with_agreement(
        agreement_kind="written"
    ),
    "activities_casestep.step_stays": lambda: changed(
        CaseStepFactory(), reason="另一原因"
    ).save(),
    "activities_casemediator.last_one_stays": lambda: deleted(
        CaseMediator.objects.filter(case=case_at("mediating"))
    ),
    "activities_caseparty.two_sides_stay": lambda: deleted(
        CaseParty.objects.filter(case=MediationCaseFactory(), side="applicant")
    ),
    "activities_caseparty.party_is_closed": lambda: CasePartyFactory(
        case=case_at("failed")
    ),
    "activities_casesession.case_is_open": lambda: CaseSessionFactory(
        case=MediationCaseFactory()
    ),
    "activities_casevisit.case_has_agreement": lambda: CaseVisitFactory(
        case=case_at("mediating")
    ),
    "activities_casepaper.file_is_archived": lambda: CasePaperFactory(
        case=case_at("archived")
    ),
    "activities_casepaper.paper_stays": lambda: CasePaperFactory(
        case=case_at("failed")
    ).delete(),
    "activities_mediationrequest.answer_stays": lambda: changed(
        declined(), reason="另一原因"
    ).save(),
}


def declined():
    request = MediationRequestFactory()
    MediationRequest.objects.filter(pk=request.pk).update(
        state="declined",
        reason="不属于民间纠纷。",
        answered_by=UserFactory(),
        answered_at=timezone.now(),
    )
    request.refresh_from_db()
    return request


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_mediation_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name], answered_by=FIRST.get(name))


@pytest.mark.parametrize("name", TRIGGERS)
def test_mediation_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


@pytest.mark.parametrize("before", CaseState)
def test_every_illegal_step_of_a_case_is_refused_by_the_database(before):
    row = case_at(before)
    for state in CaseState:
        if state == before or state in TRANSITIONS[before]:
            continue
        case = MediationCase.objects.get(pk=row.pk)
        said = refused(partial(lambda case, to: stepped(case, to).save(), case, state))
        assert said.__cause__.diag.message_primary == NO_STEP, (before, state)
    assert MediationCase.objects.get(pk=row.pk).state == before


def test_every_state_of_a_case_is_reached_by_legal_steps():
    assert set(CASE_PATHS) == set(CaseState)
    assert set(TRANSITIONS) == set(CaseState)


@pytest.mark.parametrize("seats", [2, 10])
def test_established_committee_has_3_to_9_members(seats):
    committee = MediationCommitteeFactory()
    for number in range(seats):
        CommitteeSeatFactory(committee=committee, is_head=number == 0)

    said = refused(changed(committee, is_active=True).save)

    assert "应有 3 至 9 名在任委员" in said.__cause__.diag.message_primary


def test_established_committee_has_one_head():
    said = refused(lambda: CommitteeSeatFactory(committee=established(), is_head=True))

    assert "恰有 1 名主任" in said.__cause__.diag.message_primary


def test_committee_without_a_due_day_has_three_years():
    committee = MediationCommitteeFactory.build(
        due_on=None, started_on=date(2024, 2, 29)
    )
    committee.clean()

    assert committee.due_on == date(2027, 2, 28)


def test_written_agreement_may_be_a_paper():
    case = case_at("mediating")
    CasePaperFactory(case=case, kind="agreement")

    with_paper = {"agreement_kind": "written", "effective_on": date(2026, 3, 9)}
    stepped(case, "agreed", **with_paper).save()

    assert MediationCase.objects.succeeded().get() == case


def test_numbers_run_by_committee_and_year():
    first = MediationCaseFactory()
    second = MediationCaseFactory(committee=first.committee)
    other = MediationCaseFactory()
    earlier = MediationCaseFactory(
        committee=first.committee, registered_on=date(2025, 1, 1)
    )

    numbers = [str(case) for case in (first, second, other, earlier)]
    assert numbers == [
        "调字〔2026〕1号",
        "调字〔2026〕2号",
        "调字〔2026〕1号",
        "调字〔2025〕1号",
    ]


@pytest.mark.parametrize("text", ["2", "调字〔2026〕2号", "2026-2", "云溪"])
def test_case_is_found_by_its_number_or_a_party(text):
    first = MediationCaseFactory()
    second = MediationCaseFactory(committee=first.committee)
    CasePartyFactory(case=second, name="云溪茶业")

    assert list(MediationCase.objects.matching(text)) == [second]


def test_case_is_seen_by_its_mediators_and_named_staff_and_nobody_else():
    person = MediatorFactory(user=UserFactory(role=Role.MEDIATOR))
    mine = case_at("accepted", committee=person.committee, mediators=[person])
    other = case_at("accepted")
    named = MediationAccessFactory().user

    def seen(user):
        return set(MediationCase.objects.visible_to(user))

    assert seen(named) == {mine, other}
    assert seen(person.user) == {mine}
    for role in (Role.ADMINISTRATOR, Role.ORGANISATION, Role.FEDERATION):
        assert seen(UserFactory(role=role)) == set()
    assert seen(secretary_of()) == set()
    assert seen(AnonymousUser()) == set()
    assert set(MediationRequest.objects.visible_to(AnonymousUser())) == set()
    assert not may_mediate(AnonymousUser())
    assert list(Mediator.objects.visible_to(person.user)) == [person]


def test_access_to_cases_ends_with_its_day():
    yesterday = timezone.localdate() - timedelta(days=1)
    person = MediatorFactory(user=UserFactory(role=Role.MEDIATOR))
    case_at("accepted", committee=person.committee, mediators=[person])
    named = MediationAccessFactory()
    Mediator.objects.update(ended_on=yesterday)
    type(named).objects.update(ended_on=yesterday)

    for user in (person.user, named.user):
        assert not MediationCase.objects.visible_to(user).exists()
        assert not may_mediate(user)
        assert not may_register(user)


def test_member_of_staff_sees_no_case_as_a_mediator():
    user = UserFactory(role=Role.MEDIATOR)
    person = MediatorFactory(user=user)
    case_at("accepted", committee=person.committee, mediators=[person])
    user.role = Role.FEDERATION
    user.save()

    assert not MediationCase.objects.visible_to(user).exists()


def test_receipt_says_the_state_only():
    request = MediationRequestFactory()
    words = [request.public_state, declined().public_state]
    for state in ("registered", "refused", "mediating", "archived"):
        request.case = case_at(state)
        words.append(request.public_state)

    assert words == [
        "已收到",
        "不予受理",
        "已登记，等待决定是否受理",
        "不予受理",
        "已登记受理",
        "已办结",
    ]


def test_clock_of_the_confirmation():
    today = timezone.localdate()
    day = today - timedelta(days=25)
    case = case_at("agreed", registered_on=day, agreement={"effective_on": day})

    assert case.days_to_confirm == 5
    assert list(MediationCase.objects.to_confirm(today, within=7)) == [case]
    assert not MediationCase.objects.to_confirm(today, within=4).exists()
    assert changed(case, confirmation="applied").days_to_confirm is None
