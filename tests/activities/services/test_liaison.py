from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.counting import RULES, Scope, totals, until
from activities.models import (
    ContactActivity,
    ContactAssignment,
    ContactDuty,
    Demand,
    DemandStep,
)
from activities.models.liaison.demand import DemandState
from activities.services.liaison import (
    contact_years,
    save_activity,
    save_assignment,
    save_demand,
    take_step,
    year_board,
)
from activities.services.seed import load_seed
from chambers.models import Branch, Role
from redleader.records.forms import EditConflictError
from tests.factories.activities import (
    ContactActivityFactory,
    ContactAssignmentFactory,
    ContactDutyFactory,
    DemandFactory,
    demand_at,
    make_overdue,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    RegionFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def test_demand_goes_to_a_unit_and_back_to_the_chamber():
    demand, staff = DemandFactory(), UserFactory()
    secretary = secretary_of(demand.chamber)
    due_on = TODAY + timedelta(days=10)
    take_step(demand, to="assigned", user=staff, unit="县人社局", due_on=due_on)
    take_step(demand, to="handling", user=staff)
    take_step(demand, to="answered", user=staff, reason="已安排招聘会。")
    take_step(demand, to="handling", user=secretary, reason="场次不够。")
    take_step(demand, to="answered", user=staff, reason="增加一场。")
    take_step(demand, to="closed", user=secretary, satisfaction="fair")

    demand.refresh_from_db()
    assert (demand.unit, demand.due_on) == ("县人社局", due_on)
    assert (demand.closed_on, demand.satisfaction) == (TODAY, "fair")
    assert [(step.label, step.by, step.reason) for step in demand.steps.all()] == [
        ("交办", staff, ""),
        ("办理", staff, ""),
        ("反馈", staff, "已安排招聘会。"),
        ("重新办理", secretary, "场次不够。"),
        ("反馈", staff, "增加一场。"),
        ("办结", secretary, ""),
    ]


@pytest.mark.parametrize(
    ("state", "to", "role", "allowed"),
    [
        ("collected", "returned", Role.SECRETARY, False),
        ("assigned", "handling", Role.SECRETARY, False),
        ("handling", "answered", Role.SECRETARY, False),
        ("answered", "handling", Role.SECRETARY, True),
        ("answered", "closed", Role.SECRETARY, True),
        ("answered", "closed", Role.ADMINISTRATOR, False),
        ("collected", "returned", Role.ORGANISATION, True),
    ],
)
def test_who_takes_which_step(state, to, role, allowed):
    demand, user = demand_at(state), UserFactory(role=role)
    if allowed:
        assert take_step(demand, to=to, user=user, reason="见说明。").state == to
        return
    with pytest.raises(ValidationError) as refused:
        take_step(demand, to=to, user=user, reason="见说明。")
    assert refused.value.code == "no_right"


@pytest.mark.parametrize(
    ("state", "to", "fields", "message"),
    [
        ("collected", "returned", {}, "退回须写明原因"),
        ("collected", "assigned", {"unit": "县人社局"}, "承办单位和办理期限"),
        (
            "collected",
            "assigned",
            {"unit": "县人社局", "due_on": TODAY - timedelta(days=1)},
            "办理期限不能早于今天。",
        ),
        ("handling", "answered", {"reason": " "}, "反馈须写明答复"),
        ("answered", "handling", {}, "重新办理须写明原因。"),
        ("answered", "closed", {"satisfaction": "lost"}, "所选满意度无效"),
        ("returned", "assigned", {}, "已由"),
    ],
)
def test_step_without_what_it_needs_is_refused(state, to, fields, message):
    demand = demand_at(state)
    with pytest.raises(ValidationError, match=message):
        take_step(demand, to=to, user=UserFactory(), **fields)
    assert Demand.objects.get(pk=demand.pk).state == state


def test_demand_is_edited_until_it_is_assigned():
    demand = DemandFactory()
    save_demand(demand, user=demand.created_by, version=1)
    with pytest.raises(EditConflictError):
        save_demand(demand, user=demand.created_by, version=1)
    assigned = demand_at("assigned")
    with pytest.raises(ValidationError, match="已经交办或退回"):
        save_demand(assigned, user=assigned.created_by, version=assigned.version)


def test_days_to_come_are_refused():
    tomorrow, user = TODAY + timedelta(days=1), UserFactory()
    activity = ContactActivity(
        assignment=ContactAssignmentFactory(), kind="call", held_on=tomorrow
    )
    with pytest.raises(ValidationError, match="日期不能晚于今天。"):
        save_activity(activity, user=user)
    demand = DemandFactory.build(chamber=ChamberFactory(), collected_on=tomorrow)
    with pytest.raises(ValidationError, match="收集日期不能晚于今天。"):
        save_demand(demand, user=user)


def test_assignments_are_kept_by_reviewers():
    row = ContactAssignmentFactory.build(branch=BranchFactory())
    with pytest.raises(ValidationError):
        save_assignment(row, user=UserFactory(role=Role.SECRETARY))
    save_assignment(row, user=UserFactory())
    assert ContactAssignment.objects.get() == row


def test_board_sets_what_was_done_beside_what_is_asked():
    survey = ContactDutyFactory()
    meeting = ContactDutyFactory(name="参会", kind="meeting", times=2, source="甲。")
    ContactDutyFactory(name="停用", kind="call", is_active=False)
    second = ContactAssignmentFactory(post="乙", branch=BranchFactory(name="安支部"))
    first = ContactAssignmentFactory(post="甲", branch=BranchFactory(name="云支部"))
    ContactAssignmentFactory(started_on=date(2023, 1, 1), ended_on=date(2024, 12, 31))
    for kind, day in [("survey", 1), ("survey", 2), ("meeting", 3), ("call", 4)]:
        ContactActivityFactory(assignment=first, kind=kind, held_on=date(2025, 3, day))
    ContactActivityFactory(assignment=first, held_on=date(2026, 1, 1))

    board = year_board(ContactAssignment.objects.all(), Branch.objects.all(), 2025)

    assert [row.assignment for row in board.rows] == [second, first]
    done = [
        [(cell.duty, cell.done, cell.asked, cell.missing) for cell in row.duties]
        for row in board.rows
    ]
    assert done == [
        [(survey, 0, 1, 1), (meeting, 0, 2, 2)],
        [(survey, 2, 1, 0), (meeting, 1, 2, 1)],
    ]
    assert [row.activities for row in board.rows] == [0, 4]
    assert (board.branches, board.covered, len(board.without)) == (3, 2, 1)
    assert board.sources == ["甲"]
    assert contact_years() == sorted({TODAY.year, 2025, 2026}, reverse=True)


def test_coverage_asks_for_branches_that_exist():
    BranchFactory(dissolved_on=date(2024, 1, 1))
    board = year_board(ContactAssignment.objects.all(), Branch.objects.all(), 2025)

    assert (board.branches, board.covered) == (0, 0)


def test_sums_of_demands():
    demand_at("answered")
    demand_at("closed")
    demand_at("returned")
    make_overdue(demand_at("handling"))

    codes = ["received", "open", "overdue", "closed"]
    found = totals([f"demands-{code}" for code in codes], until(TODAY))
    assert [total.value for total in found] == [4, 2, 1, 1]


def test_rules_make_the_three_duties_once():
    load_seed()
    assert list(ContactDuty.objects.values_list("kind", "times")) == [
        ("survey", 1),
        ("meeting", 1),
        ("visit", 1),
    ]
    ContactDuty.objects.filter(kind="visit").update(is_active=False)
    load_seed()
    assert ContactDuty.objects.count() == 3


# Counting


def count(code, *, first=date(2025, 1, 1), last=date(2025, 12, 31), **place):
    return RULES[code].count(Scope(first, last, **place))


@pytest.fixture
def joint():
    """A branch of two chambers of one township, with two leaders."""
    place = RegionFactory()
    chambers = [ChamberFactory(township=place) for _ in range(2)]
    branch = BranchFactory(kind="joint", chambers=chambers)
    rows = [ContactAssignmentFactory(branch=branch, post=post) for post in "甲乙"]
    ContactActivityFactory(assignment=rows[0], held_on=date(2025, 5, 1))
    ContactActivityFactory(held_on=date(2025, 5, 1))
    return chambers[0], place


def test_a_branch_of_several_chambers_counts_once(joint):
    chamber, place = joint
    for narrowed in ({"chamber": chamber}, {"township": place}):
        assert count("contact-assignments", **narrowed) == 2
        assert count("contact-branches", **narrowed) == 1
        assert count("contact-activities", **narrowed) == 1
    assert count("contact-assignments") == 3
    assert count("contact-branches") == 2
    assert count("contact-activities") == 2
    assert count("contact-assignments", last=date(2024, 12, 31)) == 0
    by_kind = RULES["contact-activities"].by(
        Scope(date(2025, 1, 1), TODAY, township=place), "kind"
    )
    assert by_kind == {"survey": 1}


def test_demands_count_by_the_day_of_collection_and_of_closing():
    closed = demand_at("closed")
    demand_at("returned")
    demand_at("handling", collected_on=date(2024, 12, 31))

    assert count("demands-received") == 2
    assert count("demands-closed", first=TODAY, last=TODAY) == 1
    assert count("demands-closed", last=TODAY - timedelta(days=1)) == 0
    assert count("demands-received", chamber=closed.chamber) == 1
    rows = RULES["demands-closed"].rows(
        Scope(TODAY, TODAY), secretary_of(ChamberFactory()), limit=5
    )
    assert rows == []


def test_demo_has_every_state_and_one_overdue():
    from activities.demo.liaison import make_liaison

    chambers = [ChamberFactory() for _ in range(8)]
    branches = [BranchFactory(chambers=[chamber]) for chamber in chambers]
    users = {chamber.pk: UserFactory(role="secretary") for chamber in chambers}
    make_liaison(branches, users, {Role.FEDERATION: UserFactory()}, TODAY)

    states = set(Demand.objects.values_list("state", flat=True))
    assert states == set(DemandState.values)
    assert Demand.objects.overdue(TODAY).count() == 1
    assert not Demand.objects.filter(is_demo=False).exists()
    assert DemandStep.objects.filter(at__gt=timezone.now()).count() == 0
