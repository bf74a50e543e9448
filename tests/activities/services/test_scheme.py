from collections import Counter
from datetime import date

import pytest

from activities.counting import RULES
from activities.models import Criterion, Holiday, SchemeVersion
from activities.services.public_report import load_public_report
from activities.services.scheme import copy_version, load_holidays, version_changes
from activities.services.seed import load_seed
from tests.factories.activities import (
    CriterionFactory,
    HolidayFactory,
    SchemeLevelFactory,
    SchemeVersionFactory,
    indicator,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped():
    load_public_report()
    load_seed()
    return SchemeVersion.objects.get(scheme__name="“四好”商会", year=2026)


def test_the_shipped_draft_says_that_it_is_one(shipped):
    goods = shipped.criteria.filter(parent=None)

    assert shipped.is_provisional
    assert not shipped.is_open
    assert [good.name for good in goods] == [
        "政治引领好",
        "队伍建设好",
        "服务发展好",
        "自律规范好",
    ]
    assert not shipped.criteria.filter(points__isnull=False).exists()
    assert shipped.levels.count() == 4


def test_every_counted_indicator_of_the_draft_has_its_rule(shipped):
    codes = set(shipped.criteria.exclude(rule="").values_list("rule", flat=True))

    assert codes <= set(RULES)
    assert len(codes) >= 8


def test_a_second_load_leaves_what_staff_changed(shipped):
    shipped.criteria.filter(parent__isnull=False).first().delete()
    Holiday.objects.filter(day=date(2026, 10, 7)).delete()
    before = Criterion.objects.count()

    assert load_seed() == Counter()
    assert Criterion.objects.count() == before
    assert not Holiday.objects.filter(day=date(2026, 10, 7)).exists()


def test_a_year_with_holidays_is_left_to_staff():
    HolidayFactory(day=date(2026, 5, 1))
    made = Counter()

    load_holidays(made)

    assert Holiday.objects.filter(day__year=2026).count() == 1
    assert made == {"节假日": 33}


def test_a_copy_moves_the_cycles_and_keeps_the_criteria():
    version = SchemeVersionFactory(
        label="2026年版", year=2026, is_open=True, apply_until=date(2026, 10, 31)
    )
    SchemeLevelFactory(version=version)
    good = CriterionFactory(version=version, name="政治引领好")
    indicator(
        version, parent=good, name="讲堂", proof="count", rule="members", target=3
    )

    copy = copy_version(version, label="2027年版", year=2027)

    assert (copy.year, copy.is_open) == (2027, False)
    assert copy.apply_until == date(2027, 10, 31)
    level = copy.levels.get()
    assert (level.cycle_label, level.cycle_start) == ("2027年度", date(2027, 1, 1))
    assert level.valid_until == date(2029, 12, 31)
    row = copy.criteria.get(parent__isnull=False)
    assert (row.parent.version, row.rule, row.target) == (copy, "members", 3)


def test_changes_between_versions_name_what_was_added_dropped_and_changed():
    old = SchemeVersionFactory(label="2026年版", year=2026)
    SchemeLevelFactory(version=old)
    good = CriterionFactory(version=old, name="政治引领好")
    indicator(old, parent=good, name="讲堂", proof="count", rule="members", target=3)
    indicator(old, parent=good, name="总结")
    new = copy_version(old, label="2027年版", year=2027)
    new.criteria.filter(name="讲堂").update(target=6)
    new.criteria.filter(name="总结").delete()
    CriterionFactory(version=new, name="自律规范好")

    found = {
        (change.what, change.name): change.values
        for change in version_changes(old, new)
    }

    assert found.pop(("修改", "县级"))
    assert found == {
        ("修改", "政治引领好：讲堂"): [("最低数", "3", "6")],
        ("删去", "政治引领好：总结"): [],
        ("新增", "自律规范好"): [],
    }
    assert version_changes(old, old) == []
