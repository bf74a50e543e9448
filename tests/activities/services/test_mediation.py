from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.counting import RULES, Scope, totals, until
from activities.desks import todos
from activities.desks.mediation import MEDIATION
from activities.models import CasePaper, CaseParty, MediationCase
from activities.services import mediation as services
from activities.services.disclosure import guarded
from chambers.models import Role
from redleader.records.editing import EditConflictError
from tests.factories.activities import (
    CasePaperFactory,
    DisputeKindFactory,
    MediationAccessFactory,
    MediationCaseFactory,
    MediationCommitteeFactory,
    MediationRequestFactory,
    MediatorFactory,
    case_at,
    established,
    upload,
)
from tests.factories.chambers import ChamberFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def named():
    return MediationAccessFactory().user


def new_case(**fields):
    return MediationCase(
        **{
            "committee": MediationCommitteeFactory(),
            "kind": DisputeKindFactory(),
            "source": "party",
            "summary": "货款纠纷。",
            "registered_on": date(2026, 3, 1),
        }
        | fields
    )


def sides():
    return [
        CaseParty(side=side, kind="legal", name=f"{side}公司")
        for side in ("applicant", "respondent")
    ]


def test_case_gets_the_next_number_of_its_committee_and_year(named):
    committee = MediationCommitteeFactory()
    cases = [
        services.register_case(
            new_case(committee=committee, registered_on=day),
            parties=sides(),
            user=named,
        )
        for day in (date(2026, 3, 1), date(2026, 3, 2), date(2025, 3, 1))
    ]

    assert [str(case) for case in cases] == [
        "调字〔2026〕1号",
        "调字〔2026〕2号",
        "调字〔2025〕1号",
    ]
    assert cases[0].parties.count() == 2


def test_nobody_else_registers_accepts_or_answers():
    user = UserFactory(role=Role.ADMINISTRATOR)
    case, request = MediationCaseFactory(), MediationRequestFactory()

    for act in (
        lambda: services.register_case(new_case(), parties=sides(), user=user),
        lambda: services.take_step(case, to="accepted", user=user),
        lambda: services.answer_request(request, user=user, state="declined"),
    ):
        with pytest.raises(ValidationError, match="没有办理调解案件的权限"):
            act()


def test_request_becomes_a_case_once(named):
    request = MediationRequestFactory()
    case = services.register_case(
        new_case(), parties=sides(), user=named, request=request
    )
    request.refresh_from_db()
    assert (request.state, request.case) == ("registered", case)

    with pytest.raises(ValidationError, match="处理：已登记。"):
        services.answer_request(request, user=named, state="declined", reason="重复。")
    with pytest.raises(ValidationError, match="处理：已登记。"):
        services.register_case(new_case(), parties=sides(), user=named, request=request)


@pytest.mark.parametrize(
    ("state", "to", "fields", "field", "message"),
    [
        ("registered", "accepted", {}, "mediators", "请选择至少一名调解员。"),
        (
            "registered",
            "accepted",
            {"accepted_on": date(2026, 2, 1)},
            "accepted_on",
            "受理日期不能早于登记日期（2026-03-01）。",
        ),
        (
            "mediating",
            "agreed",
            {"agreement_kind": "written"},
            "agreement_text",
            "达成协议须有书面协议或口头协议记录。",
        ),
        (
            "mediating",
            "agreed",
            {"effective_on": date(9999, 1, 1)},
            "effective_on",
            "生效日期不能晚于今天。",
        ),
        (
            "mediating",
            "agreed",
            {"effective_on": date(2026, 3, 9), "due_on": date(2026, 3, 8)},
            "due_on",
            "履行期限不能早于协议生效日期。",
        ),
    ],
)
def test_step_says_what_it_lacks(named, state, to, fields, field, message):
    case = case_at(state)

    with pytest.raises(ValidationError) as caught:
        services.take_step(case, to=to, user=named, **fields)

    assert caught.value.message_dict[field] == [message]


def test_written_agreement_may_be_a_paper_and_an_oral_one_not(named):
    case = case_at("mediating")
    CasePaperFactory(case=case, kind="agreement")
    day = {"effective_on": date(2026, 3, 9)}

    with pytest.raises(ValidationError):
        services.take_step(case, to="agreed", user=named, agreement_kind="oral", **day)
    case = services.take_step(
        case, to="agreed", user=named, agreement_kind="written", **day
    )

    assert case.has_agreement


def test_content_is_saved_until_there_is_a_result():
    case = case_at("mediating")
    case.summary = "另一纠纷。"
    services.save_case(case, version=case.version)
    with pytest.raises(EditConflictError):
        services.save_case(case, version=1)
    case.registered_on = date(2025, 3, 1)
    with pytest.raises(ValidationError, match="不能改到另一年"):
        services.save_case(case, version=case.version)
    ended = case_at("failed")
    with pytest.raises(ValidationError, match="已有结果"):
        services.save_case(ended, version=ended.version)


def test_mediators_change_and_one_stays():
    case = case_at("mediating")
    other = MediatorFactory(committee=case.committee)

    services.assign(case, mediators=[other])

    assert list(case.mediators.all()) == [other]
    with pytest.raises(ValidationError):
        services.assign(case, mediators=[])


def test_paper_is_kept_once_and_goes_with_its_file(django_capture_on_commit_callbacks):
    case = case_at("mediating")
    paper = services.add_paper(case, kind="agreement", upload=upload())
    with pytest.raises(ValidationError, match="未重复保存"):
        services.add_paper(case, kind="other", upload=upload())
    storage, name = paper.file.storage, paper.file.name

    with django_capture_on_commit_callbacks(execute=True):
        services.remove_paper(paper)

    assert not CasePaper.objects.exists()
    assert not storage.exists(name)


def test_confirmation_in_time(named):
    case = case_at("agreed")
    case.confirmation, case.confirmation_applied_on = "applied", date(2026, 4, 1)
    with pytest.raises(ValidationError, match="三十日内"):
        services.save_confirmation(case, version=case.version)
    case.confirmation_applied_on = date(2026, 3, 31)
    case.version -= 1
    services.save_confirmation(case, version=case.version)


def test_sums_have_both_rates():
    for state in ("registered", "refused", "mediating", "agreed", "archived", "failed"):
        case_at(state, amount=10_000)

    scope = until(timezone.localdate())
    rates = services.Rates.of(scope)

    assert (rates.accepted, rates.succeeded, rates.open) == (4, 2, 1)
    assert (rates.of_accepted, rates.of_closed) == ("50.0%", "66.7%")
    assert RULES["mediation-amount"].count(scope) == 40_000
    assert services.Rates.of(scope, MediationCase.objects.none()).of_closed == "—"


def words(rows):
    return [[cell.words for cell in row] for row in guarded(rows)]


def test_small_number_is_hidden_with_as_many_as_keep_it_secret():
    small, covered = "少于 5", "不显示"
    assert words([[8, 9], [7, 6]]) == [
        ["8", "9", "17"],
        ["7", "6", "13"],
        ["15", "15", "30"],
    ]
    assert words([[3, 6], [7, 8]]) == [
        [small, covered, "9"],
        [covered, covered, "15"],
        ["10", "14", "24"],
    ]
    assert words([[8, 2, 1], [9, 1, 3]]) == [
        ["8", small, small, "11"],
        ["9", small, small, "13"],
        ["17", small, small, "24"],
    ]
    # Two of 4 in a line of 8 more would be told by their sum.
    assert covered in words([[4, 4, 9], [9, 9, 9]])[0]


def test_table_of_years_is_not_shown_for_very_few():
    case_at("accepted")
    few = services.year_table(until(timezone.localdate()))
    for _ in range(4):
        case_at("accepted", kind=MediationCase.objects.first().kind)
    table = services.year_table(until(timezone.localdate()))

    assert few.lines == []
    assert [label for label, _ in table.lines] == ["2026年", "合计"]
    assert table.columns[-1] == "合计"
    assert not table.has_hidden


def test_rules_count_by_the_day_of_acceptance_and_show_only_numbers():
    chamber = ChamberFactory()
    committee = established(chamber=chamber)
    for state in ("registered", "refused", "accepted", "agreed", "archived"):
        case_at(state, committee=committee, amount=20_000)
    MediatorFactory(committee=committee, ended_on=date(2026, 1, 1))
    codes = [
        "mediation-committees",
        "mediators",
        "mediation-accepted",
        "mediation-succeeded",
        "mediation-open",
        "mediation-amount",
    ]

    found = totals(codes, until(date(2026, 12, 31), chamber=chamber))

    assert [total.value for total in found] == [1, 8, 3, 2, 1, 60_000]
    earlier = Scope(date(2026, 1, 1), date(2026, 2, 28), chamber)
    assert [RULES[code].count(earlier) for code in codes[2:]] == [0, 0, 0, 0]
    scope = until(date(2026, 12, 31))
    rule = RULES["mediation-accepted"]
    assert rule.rows(scope, UserFactory(), limit=9) == []
    rows = rule.rows(scope, MediationAccessFactory().user, limit=9)
    assert {(row.label[:8], row.detail) for row in rows} == {("调字〔2026〕", "")}


def test_desk_tells_who_handles_cases_what_waits():
    today = timezone.localdate()
    person = MediatorFactory(user=UserFactory(role=Role.MEDIATOR))
    fields = {"committee": person.committee, "mediators": [person]}
    slow = today - timedelta(days=40)
    case_at("mediating", registered_on=slow, **fields)
    case_at(
        "agreed",
        registered_on=slow,
        agreement={
            "effective_on": today - timedelta(days=28),
            "due_on": today - timedelta(days=1),
        },
        **fields,
    )
    MediationRequestFactory()
    named = MediationAccessFactory().user

    def labels(user):
        return [todo.label for todo in todos(user) if todo.group == MEDIATION]

    assert [label[:8] for label in labels(named)] == [
        "1 件调解申请等",
        "1 件案件调解已",
        "1 份调解协议申",
        "1 份调解协议履",
    ]
    assert labels(person.user) == labels(named)[1:]
    assert labels(UserFactory(role=Role.ADMINISTRATOR)) == []
    assert len(todos(person.user)) == 3
