from datetime import date
from decimal import Decimal

import pytest

from activities.models import Criterion, SchemeLevel
from tests.factories.activities import (
    CriterionFactory,
    HolidayFactory,
    SchemeLevelFactory,
    SchemeVersionFactory,
    application_at,
    indicator,
)
from tests.rules import assert_constraint_is_kept, assert_trigger_is_kept, changed

pytestmark = pytest.mark.django_db


def an_indicator(**fields):
    return indicator(SchemeVersionFactory(), **fields)


def level_of_the_same_version():
    first = SchemeLevelFactory()
    second = SchemeLevelFactory(version=first.version, level="city")
    return changed(second, level="county")


def second_good():
    first = CriterionFactory()
    second = CriterionFactory(version=first.version)
    return changed(second, name=first.name)


def second_indicator():
    first = an_indicator()
    second = CriterionFactory(version=first.version, parent=first.parent, proof="text")
    return changed(second, name=first.name)


CONSTRAINTS = {
    "activities_schemeversion_recipients_valid": lambda: changed(
        SchemeVersionFactory(), recipient_kinds=["village"]
    ),
    "activities_schemeversion_publicity_limited": lambda: changed(
        SchemeVersionFactory(), publicity_days=0
    ),
    "activities_schemeversion_review_limited": lambda: changed(
        SchemeVersionFactory(), review_months=25
    ),
    "activities_schemelevel_level_valid": lambda: changed(
        SchemeLevelFactory(), level="galactic"
    ),
    "activities_schemelevel_level_unique": level_of_the_same_version,
    "activities_schemelevel_cycle_in_order": lambda: changed(
        SchemeLevelFactory(), cycle_end=date(2025, 12, 31)
    ),
    "activities_schemelevel_valid_after_start": lambda: changed(
        SchemeLevelFactory(), valid_until=date(2025, 12, 31)
    ),
    "activities_criterion_name_unique": second_indicator,
    "activities_criterion_good_unique": second_good,
    "activities_criterion_proof_fits": lambda: changed(an_indicator(), rule="members"),
    "activities_criterion_points_not_negative": lambda: changed(
        an_indicator(), points=Decimal(-1)
    ),
    "activities_holiday_kind_valid": lambda: changed(HolidayFactory(), kind="nap"),
}


def indicator_of_an_indicator():
    parent = an_indicator()
    CriterionFactory(version=parent.version, parent=parent, proof="text")


def in_use():
    """An indicator of a version that a chamber has applied under."""
    version = SchemeVersionFactory(is_open=True)
    criterion = indicator(version, is_required=False)
    application_at("submitted", level=SchemeLevelFactory(version=version))
    return criterion


TRIGGERS = {
    "activities_criterion.parent_is_good": indicator_of_an_indicator,
    "activities_criterion.in_use_stays": lambda: changed(
        in_use(), name="另一条"
    ).save(),
    "activities_criterion.in_use_is_kept": lambda: in_use().delete(),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_scheme_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


@pytest.mark.parametrize("name", TRIGGERS)
def test_scheme_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


@pytest.mark.parametrize(
    "fields",
    [
        {"proof": "count", "rule": "", "target": 1},
        {"proof": "count", "rule": "members", "target": None},
        {"proof": "text", "target": 3},
        {"proof": ""},
    ],
)
def test_an_indicator_says_how_it_is_shown(fields):
    assert_constraint_is_kept(
        "activities_criterion_proof_fits", lambda: changed(an_indicator(), **fields)
    )


def test_a_version_in_use_takes_no_new_criterion():
    criterion = in_use()

    assert_trigger_is_kept(
        "activities_criterion.in_use_stays",
        lambda: CriterionFactory(version=criterion.version),
    )
    assert Criterion.objects.filter(version=criterion.version).count() == 2


def test_open_levels_end_with_the_last_day_of_application():
    level = SchemeLevelFactory(version__apply_until=date(2026, 10, 31))
    SchemeLevelFactory(version__is_open=False)

    assert list(SchemeLevel.objects.open(date(2026, 10, 31))) == [level]
    assert not SchemeLevel.objects.open(date(2026, 11, 1)).exists()


def test_levels_begin_with_the_nearest():
    version = SchemeVersionFactory()
    for name in ("national", "county", "provincial", "city"):
        SchemeLevelFactory(version=version, level=name)

    found = SchemeLevel.objects.in_order().values_list("level", flat=True)

    assert list(found) == ["county", "city", "provincial", "national"]
