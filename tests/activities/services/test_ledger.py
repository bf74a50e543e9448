from datetime import date

import pytest
from django.core.exceptions import ValidationError

from activities.counting import RULES, Scope, published, until
from activities.services.ledger import (
    baselines,
    change_words,
    edits_of,
    lines_of,
    lock_quarter,
)
from chambers.models import Role
from redleader.records.quarters import Quarter
from tests.factories.activities import (
    BaselineFactory,
    LeadFactory,
    PairingProjectFactory,
    lead_at,
    pairing_at,
)
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of

pytestmark = pytest.mark.django_db
QUARTER = Quarter(2025, 3)
IN_IT = date(2025, 8, 1)


@pytest.fixture
def user():
    return UserFactory(role=Role.FEDERATION)


def line(code):
    return next(line for line in lines_of(QUARTER) if line.rule.code == code)


def test_locked_number_stays_and_a_later_edit_is_told(user):
    for _ in range(2):
        lead_at("valid", submitted_on=IN_IT)
    lock = lock_quarter(QUARTER, user=user)
    assert (line("valid-leads").locked, line("valid-leads").has_changed) == (2, False)

    lead_at("valid", submitted_on=IN_IT, title="后来补登的")

    found = line("valid-leads")
    edits = list(edits_of(lock, RULES["valid-leads"], user))
    assert (found.locked, found.now) == (2, 3)
    assert [(edit.label, edit.old, edit.new) for edit in edits] == [
        ("后来补登的", "", "1")
    ]
    assert edits[0].at is not None


def test_only_reviewers_lock_and_only_a_quarter_that_is_over(user):
    with pytest.raises(ValidationError, match="没有封账的权限"):
        lock_quarter(QUARTER, user=secretary_of(ChamberFactory()))
    with pytest.raises(ValidationError, match="季度还没有结束"):
        lock_quarter(Quarter.present(), user=user)
    lock_quarter(QUARTER, user=user)
    with pytest.raises(ValidationError, match="这个季度已经封账"):
        lock_quarter(QUARTER, user=user)


def test_every_rule_is_locked_with_its_words_and_rows(user):
    LeadFactory()
    ChamberFactory(name="云溪商会")

    lock = lock_quarter(QUARTER, user=user)

    assert set(lock.numbers.values_list("rule", flat=True)) == {
        rule.code for rule in published()
    }
    number = lock.numbers.get(rule="chambers")
    assert number.meaning == RULES["chambers"].meaning
    assert "云溪商会" in number.rows.values_list("label", flat=True)


def test_rows_that_a_user_may_not_see_have_no_name(user):
    lock = lock_quarter(QUARTER, user=user)
    lead_at("valid", submitted_on=IN_IT)
    stranger = secretary_of(ChamberFactory())

    (edit,) = edits_of(lock, RULES["valid-leads"], stranger)

    assert (edit.label, edit.address) == ("（不在您的管理范围）", "")


def test_a_changed_amount_shows_what_it_was(user):
    pairing = pairing_at("active")
    project = PairingProjectFactory(pairing=pairing, jobs=23, as_of=IN_IT)
    lock = lock_quarter(QUARTER, user=user)
    project.jobs = 24
    project.save()

    (edit,) = edits_of(lock, RULES["pairing-jobs"], user)

    assert (edit.label, edit.old, edit.new) == (project.name, "23", "24")
    project.delete()
    (edit,) = edits_of(lock, RULES["pairing-jobs"], user)
    assert (edit.label, edit.new) == (project.name, "")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [(0, 5, "上期为 0"), (5, 5, "持平"), (4, 5, "增长 25.0%"), (5, 4, "下降 20.0%")],
)
def test_change_is_said_in_words(old, new, words):
    assert change_words(old, new) == words


def test_baseline_belongs_to_what_begins_at_the_start():
    chamber = ChamberFactory()
    county, own = BaselineFactory(), BaselineFactory(chamber=chamber)
    rule, today = RULES["lectures-held"], date(2026, 1, 1)

    assert set(baselines(rule, until(today))) == {county, own}
    assert list(baselines(rule, until(today, chamber=chamber))) == [own]
    assert not baselines(rule, Scope(date(2025, 1, 1), today))
    assert not baselines(RULES["members"], until(today))
