from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.counting import RULES, Scope
from activities.models import PairingProject
from activities.services.pairing import save_pairing, take_step
from redleader.records.forms import EditConflictError
from redleader.records.money import MONEY_ERROR, MoneyFormField, say_money
from tests.factories.activities import (
    PairingFactory,
    PairingProjectFactory,
    pairing_at,
)
from tests.factories.chambers import ChamberFactory, RegionFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_what_closes_early_ends_today():
    far = timezone.localdate() + timedelta(days=90)

    assert pairing_at("terminated", ended_on=far).ended_on == timezone.localdate()
    assert pairing_at("done").ended_on == timezone.localdate()


def test_step_out_of_turn_and_without_reason_is_refused():
    user = UserFactory()
    with pytest.raises(ValidationError, match="意向"):
        take_step(PairingFactory(), to="done", user=user)
    with pytest.raises(ValidationError, match="终止须写明原因"):
        take_step(PairingFactory(), to="terminated", user=user, reason="  ")


def test_each_step_tells_who_took_it_when_and_why():
    pairing = PairingFactory()
    first, second = UserFactory(), UserFactory()

    pairing = take_step(pairing, to="paired", user=first, reason=" 协议已签 ")
    pairing = take_step(pairing, to="terminated", user=second, reason="企业搬迁")

    steps = pairing.steps.values_list("number", "before", "state", "by", "reason")
    assert list(steps) == [
        (2, "intent", "paired", first.pk, "协议已签"),
        (3, "paired", "terminated", second.pk, "企业搬迁"),
    ]
    assert pairing.reason == "企业搬迁"
    with pytest.raises(ValidationError, match=f"已由 {second.name} 于"):
        take_step(pairing, to="active", user=first)


def test_stale_and_closed_pairings_are_not_saved():
    pairing = PairingFactory()
    with pytest.raises(EditConflictError):
        save_pairing(pairing, user=pairing.created_by, version=7)
    closed = pairing_at("done")
    with pytest.raises(ValidationError, match="不能修改"):
        save_pairing(closed, user=closed.created_by, version=closed.version)


def test_rules_count_by_chamber_and_period():
    chamber = ChamberFactory()
    pairing = pairing_at("active", chamber=chamber)
    pairing_at("paired", chamber=chamber, village=pairing.village)
    pairing_at("active")
    PairingFactory(chamber=chamber)
    PairingProjectFactory(pairing=pairing, jobs=4, donated=25_000)
    scope = Scope(date(2026, 1, 1), date(2026, 6, 30), chamber)

    counts = {
        code: RULES[code].count(scope) for code in RULES if code.startswith("pair")
    }

    assert counts == {
        "pairings": 2,
        "paired-villages": 1,
        "paired-enterprises": 2,
        "pairing-projects": 1,
        "pairing-paid-in": 0,
        "pairing-jobs": 4,
        "pairing-trained": 0,
        "pairing-donations": 25_000,
        "pairing-income": 0,
    }
    assert RULES["paired-villages"].by(scope, "village") == {pairing.village_id: 1}
    early = Scope(date(2024, 1, 1), date(2024, 6, 30), chamber)
    assert not any(RULES[code].count(early) for code in counts)
    place = pairing.village.parent
    assert RULES["pairing-jobs"].count(replace(scope, township=place)) == 4
    elsewhere = RegionFactory()
    assert RULES["pairing-jobs"].count(replace(scope, township=elsewhere)) == 0


@pytest.mark.parametrize(
    "text", ["-1", "NaN", "Infinity", "1.234", "708.3亿", "1e3", "二十", "."]
)
def test_money_that_is_none_is_refused(text):
    with pytest.raises(ValidationError) as refused:
        MoneyFormField(required=False).clean(text)

    assert refused.value.messages == [MONEY_ERROR]


def test_money_is_typed_in_ten_thousands():
    field = MoneyFormField(required=False)

    assert field.clean("61,2.50") == 6_125_000
    assert field.clean("") is None
    assert field.prepare_value(PairingProject(planned=6_125_000).planned) == 6_125_000
    assert say_money(field.clean("12500")) == "1.25亿元"
    with pytest.raises(ValidationError, match="不能超过"):
        field.clean("9999999")
