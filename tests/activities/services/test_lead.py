from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.counting import RULES, of_year, totals, until
from activities.models import LeadTarget
from activities.services.lead import (
    CODES,
    lead_years,
    lines_by_chamber,
    lines_by_year,
    save_lead,
    take_step,
    target_of,
)
from activities.services.seed import load_seed
from chambers.models import Role
from redleader.records.forms import EditConflictError
from tests.factories.activities import (
    Lead,
    LeadFactory,
    LeadTargetFactory,
    lead_at,
)
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of

pytestmark = pytest.mark.django_db


def test_each_step_is_written_with_who_when_and_where_to():
    lead, staff = LeadFactory(), UserFactory()
    take_step(lead, to="valid", user=staff)
    take_step(lead, to="handed", user=staff, unit=" 县商务局 ", reason="请对接。")

    lead.refresh_from_db()
    assert (lead.state, lead.version) == ("handed", 3)
    assert [
        (step.number, step.before, step.state, step.by, step.unit, step.reason)
        for step in lead.steps.all()
    ] == [
        (2, "waiting", "valid", staff, "", ""),
        (3, "valid", "handed", staff, "县商务局", "请对接。"),
    ]


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.ADMINISTRATOR])
def test_only_reviewers_take_steps(role):
    with pytest.raises(ValidationError) as refused:
        take_step(LeadFactory(), to="valid", user=UserFactory(role=role))
    assert refused.value.code == "no_right"


def test_nobody_checks_the_own_lead():
    staff = UserFactory()
    with pytest.raises(ValidationError, match="不能审核本人登记或提交的记录。"):
        take_step(LeadFactory(created_by=staff), to="valid", user=staff)


def test_second_check_says_who_was_first():
    lead = LeadFactory()
    take_step(lead, to="valid", user=UserFactory(name="王审核"))

    with pytest.raises(ValidationError, match="已由 王审核 于") as refused:
        take_step(lead, to="invalid", user=UserFactory(), reason="重复。")
    assert refused.value.code == "already_done"


def test_check_of_a_text_that_changed_since_is_refused():
    lead = LeadFactory()
    save_lead(Lead.objects.get(pk=lead.pk), user=lead.created_by, version=1)

    with pytest.raises(ValidationError, match="刚刚有改动"):
        take_step(lead, to="valid", user=UserFactory(), version=1)


@pytest.mark.parametrize(
    ("state", "to", "message"),
    [
        ("waiting", "invalid", "无效和未成须写明原因。"),
        ("valid", "handed", "转交须填写接收单位。"),
        ("contact", "failed", "无效和未成须写明原因。"),
    ],
)
def test_step_without_what_it_needs_is_refused(state, to, message):
    lead = lead_at(state)
    with pytest.raises(ValidationError, match=message):
        take_step(lead, to=to, user=UserFactory(), unit=" ", reason="\t")
    assert Lead.objects.get(pk=lead.pk).state == state


def test_edit_of_an_older_version_is_a_conflict():
    lead = LeadFactory()
    save_lead(lead, user=lead.created_by, version=1)

    with pytest.raises(EditConflictError):
        save_lead(Lead.objects.get(pk=lead.pk), user=lead.created_by, version=1)


def test_checked_lead_is_not_edited():
    lead = lead_at("valid")
    with pytest.raises(ValidationError, match="已经核实，不能修改"):
        save_lead(lead, user=lead.created_by, version=lead.version)


def test_lead_of_tomorrow_is_refused():
    lead = LeadFactory.build(
        chamber=ChamberFactory(),
        created_by=None,
        submitted_on=timezone.localdate() + timedelta(days=1),
    )
    with pytest.raises(ValidationError, match="提供日期不能晚于今天。"):
        save_lead(lead, user=UserFactory())


def test_sums_of_a_year_beside_its_target():
    for state in ("waiting", "invalid", "valid", "landed"):
        lead_at(state, submitted_on=date(2025, 6, 1))
    lead_at("valid", submitted_on=date(2024, 12, 31))
    LeadTargetFactory(year=2025, target=20)

    assert [
        (line.place, [total.value for total in line.totals], line.target)
        for line in lines_by_year(timezone.localdate())
    ] == [(2025, [4, 2, 1], 20), (2024, [1, 1, 0], None)]
    scope = until(timezone.localdate())
    assert not any(t.value for t in totals(CODES, scope, Lead.objects.none()))
    assert (target_of(2025), target_of(2024)) == (20, None)
    assert lead_years() == sorted({timezone.localdate().year, 2025, 2024})[::-1]


def test_chambers_stand_in_order_of_name_whatever_they_brought():
    first = ChamberFactory(name="安溪商会")
    second = ChamberFactory(name="云溪商会")
    for chamber, count in ((second, 3), (first, 1)):
        LeadFactory.create_batch(count, chamber=chamber)

    scope = until(timezone.localdate())
    rows = lines_by_chamber(Lead.objects.visible_to(UserFactory()), scope)
    assert [(row.place, row.totals[0].value) for row in rows] == [
        (first, 1),
        (second, 3),
    ]
    own = lines_by_chamber(Lead.objects.visible_to(secretary_of(first)), scope)
    assert [row.place for row in own] == [first]


def test_figure_counts_valid_leads_of_this_year():
    today = timezone.localdate()
    lead_at("valid")
    lead_at("failed")
    lead_at("invalid")
    lead_at("valid", submitted_on=today.replace(year=today.year - 1, day=1))

    assert RULES["valid-leads"].count(of_year(today)) == 2


def test_rules_set_the_target_of_this_year_once():
    load_seed()
    row = LeadTarget.objects.get()
    assert (row.year, row.target) == (timezone.localdate().year, 20)
    assert "不少于 20 条" in row.source
    LeadTarget.objects.update(target=30)
    load_seed()
    assert LeadTarget.objects.get().target == 30
