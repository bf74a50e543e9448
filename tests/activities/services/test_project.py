from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.counting import RULES, Scope
from activities.demo.project import make_projects
from activities.models import Project, ProjectEntry
from activities.models.project import ProjectState
from activities.services.project import (
    delete_entry,
    save_entry,
    save_project,
    take_step,
    totals_of,
)
from activities.services.promotion import save_promotion
from activities.views.public.project import enough
from chambers.models import Role
from redleader.records.forms import EditConflictError
from tests.factories.activities import (
    ProjectEntryFactory,
    ProjectFactory,
    PromotionEventFactory,
    project_at,
)
from tests.factories.chambers import (
    ChamberFactory,
    EnterpriseFactory,
    RegionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def test_each_step_is_written_with_its_day_and_the_contract():
    project, user = ProjectFactory(), UserFactory()
    take_step(project, to="talks", user=user)
    take_step(
        project,
        to="signed",
        user=user,
        happened_on=date(2025, 3, 1),
        contracted=Decimal(5_000_000),
    )

    project.refresh_from_db()
    assert (project.state, project.version, project.signed_on, project.contracted) == (
        "signed",
        3,
        date(2025, 3, 1),
        Decimal(5_000_000),
    )
    steps = [(s.before, s.state, s.happened_on, s.by) for s in project.steps.all()]
    assert steps == [
        ("lead", "talks", None, user),
        ("talks", "signed", date(2025, 3, 1), user),
    ]


@pytest.mark.parametrize(
    ("state", "to", "fields", "message"),
    [
        ("talks", "signed", {"happened_on": date(2025, 1, 1)}, "签约以后须有签约金额"),
        ("talks", "signed", {"contracted": Decimal(1)}, "须填写签约、开工"),
        ("signed", "started", {"happened_on": date(2025, 2, 28)}, "不能早于前一步"),
        ("signed", "started", {"happened_on": date(2099, 1, 1)}, "不能晚于今天"),
        ("signed", "terminated", {"happened_on": date(2025, 4, 1)}, "终止须写明原因"),
        ("lead", "operating", {"happened_on": date(2025, 4, 1)}, "不能这样操作"),
    ],
)
def test_step_without_what_it_needs_is_refused(state, to, fields, message):
    project = project_at(state)
    with pytest.raises(ValidationError, match=message):
        take_step(project, to=to, user=UserFactory(), reason=" ", **fields)
    assert Project.objects.get(pk=project.pk).state == state


def test_investor_of_the_registry_is_linked():
    firm = EnterpriseFactory(name="东海公司")
    project = ProjectFactory.build(chamber=ChamberFactory(), created_by=None)

    save_project(project, user=UserFactory())
    assert project.enterprise == firm
    project.investor = "某先生"
    save_project(project, user=UserFactory(), version=1)
    assert project.enterprise is None


def test_edit_of_an_older_version_is_a_conflict():
    project, user = ProjectFactory(), UserFactory()
    save_project(project, user=user, version=1)
    with pytest.raises(EditConflictError):
        save_project(Project.objects.get(pk=project.pk), user=user, version=1)

    entry = ProjectEntryFactory()
    save_entry(entry, user=user, version=1)
    with pytest.raises(EditConflictError):
        save_entry(ProjectEntry.objects.get(pk=entry.pk), user=user, version=1)

    promotion = PromotionEventFactory()
    save_promotion(promotion, user=user, version=1)
    with pytest.raises(EditConflictError):
        save_promotion(promotion, user=user, version=1)


def test_terminated_project_is_closed_with_its_entries():
    entry = ProjectEntryFactory()
    project, user = entry.project, UserFactory()
    day = {"happened_on": date(2025, 5, 1), "reason": "改投他处。"}
    project = take_step(project, to="terminated", user=user, **day)

    for act in (
        lambda: save_project(project, user=user, version=project.version),
        lambda: save_entry(entry, user=user, version=1),
        lambda: delete_entry(entry),
    ):
        with pytest.raises(ValidationError, match="该项目已终止，不能修改。"):
            act()


@pytest.mark.parametrize(
    ("state", "day", "message"),
    [
        ("talks", date(2025, 4, 1), "从签约以后登记"),
        ("signed", date(2025, 2, 28), "不能早于签约日期"),
        ("operating", timezone.localdate() + timedelta(days=1), "不能晚于今天"),
    ],
)
def test_entry_at_a_wrong_time_is_refused(state, day, message):
    entry = ProjectEntryFactory.build(
        project=project_at(state), day=day, created_by=None
    )
    with pytest.raises(ValidationError, match=message):
        save_entry(entry, user=UserFactory())


def test_totals_keep_money_apart_and_leave_out_what_was_given_up():
    project = project_at("operating", planned=Decimal(9_000_000))
    for month in (4, 5):
        ProjectEntryFactory(project=project, day=date(2025, month, 1))
    project_at("terminated", planned=Decimal(7))
    ProjectFactory(planned=Decimal(1))

    found = totals_of(Project.objects.all())
    assert {total.rule.code: total.value for total in found} == {
        "return-projects": 1,
        "rural-projects": 0,
        "projects-contracted": 5_000_000,
        "projects-paid-in": 2_000_000,
        "projects-jobs": 20,
    }
    terminated = totals_of(Project.objects.filter(state="terminated"))
    assert not any(total.value for total in terminated)


def count(code, **place):
    return RULES[code].count(Scope(date(2025, 1, 1), date(2025, 12, 31), **place))


def test_rules_count_by_day_chamber_and_the_township_of_the_project():
    here, there = RegionFactory(), RegionFactory()
    chamber = ChamberFactory(township=there)
    project = project_at(
        "started", chamber=chamber, township=here, planned=Decimal(8), is_rural=True
    )
    ProjectEntryFactory(project=project, day=date(2025, 12, 31))
    ProjectEntryFactory(project=project, day=date(2026, 1, 1))
    rural = project_at("signed", is_return=False, is_rural=True, township=there)
    ProjectEntryFactory(project=rural)
    project_at("signed", signed_on=date(2024, 12, 31))
    project_at("terminated")
    PromotionEventFactory(organiser=chamber)
    PromotionEventFactory(held_on=date(2024, 5, 1))

    codes = [
        *("return-projects", "rural-projects", "projects-contracted"),
        *("projects-planned", "projects-paid-in", "projects-jobs", "promotion-events"),
    ]
    of_project = [1, 1, 5_000_000, 8, 1_000_000, 10]
    assert [count(code) for code in codes] == [1, 2, *of_project[2:], 1]
    assert [count(code, chamber=chamber) for code in codes] == [*of_project, 1]
    assert [count(code, township=here) for code in codes] == [*of_project, 0]
    assert [count(code, township=there) for code in codes] == [0, 1, 0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({}, set()),
        ({"a": 3, "b": 9}, {"a", "b"}),
        ({"a": 1, "b": 9}, set()),
        ({"a": 1, "b": 3, "c": 9}, {"c"}),
        ({"a": 2, "b": 1, "c": 4, "d": 9}, {"c", "d"}),
        ({"a": 0, "b": 4}, {"b"}),
    ],
)
def test_sums_that_tell_of_a_firm_are_left_out(counts, told):
    assert enough(counts) == told


def test_demo_rows_make_the_figures_of_the_report():
    """M12 to M17: over 10, 10亿元, 1320; over 60, 52, over 100亿元."""
    RegionFactory.create_batch(3)
    chambers = [ChamberFactory(name=f"演示·第{n}商会") for n in range(17)]
    user = UserFactory()
    secretaries = {chamber.pk: user for chamber in chambers}

    make_projects(chambers, secretaries, {Role.FEDERATION: user}, timezone.localdate())

    today = timezone.localdate()
    county = Scope(date(2000, 1, 1), today)
    home = Scope(date(2000, 1, 1), today, chambers[0])
    codes = ["return-projects", "projects-paid-in", "projects-jobs"]
    assert [RULES[code].count(home) for code in codes] == [12, 1_020_000_000, 1320]
    assert [RULES[code].count(county) for code in codes[:2]] == [64, 10_160_000_000]
    assert RULES["rural-projects"].count(county) == 52
    states = Project.objects.order_by().values_list("state", flat=True)
    assert set(states.distinct()) == set(ProjectState)
    assert Project.objects.overpaid().exists()
    assert Project.objects.without_entry().exists()
