from datetime import date

import pytest
from django.urls import reverse

from activities.models import Criterion, Holiday, SchemeVersion
from chambers.models import Role
from tests.activities.test_admin import of_page, page
from tests.factories.activities import (
    AwardFactory,
    CriterionFactory,
    HolidayFactory,
    SchemeLevelFactory,
    SchemeVersionFactory,
    application_at,
    indicator,
)
from tests.factories.chambers import UserFactory

pytestmark = pytest.mark.django_db
VERSION = "activities_schemeversion"


@pytest.fixture
def staff(sign_in):
    return sign_in(UserFactory(role=Role.FEDERATION))


@pytest.fixture
def version():
    version = SchemeVersionFactory(label="2026年版", year=2026, is_open=True)
    SchemeLevelFactory(version=version)
    good = CriterionFactory(version=version, name="政治引领好")
    indicator(
        version,
        parent=good,
        name="讲堂",
        proof="count",
        rule="lectures-held",
        target=2,
        is_required=False,
    )
    return version


def change(version):
    return reverse(f"admin:{VERSION}_change", args=[version.pk])


def row_of(sent, name):
    """Return the prefix of the inline row that has this name."""
    (key,) = (key for key, value in sent.items() if value == name)
    return key.removesuffix("name")


def test_staff_edit_a_version_with_its_criteria(staff, version):
    sent = of_page(staff, change(version))
    prefix = row_of(sent, "讲堂")

    answer = staff.post(change(version), sent | {f"{prefix}target": "6"})

    assert answer.status_code == 302
    assert Criterion.objects.get(name="讲堂").target == 6


def test_recipients_are_ticked_in_words(staff, version):
    sent = of_page(staff, change(version))
    assert "党组织" in staff.get(change(version)).content.decode()

    staff.post(change(version), sent | {"recipient_kinds": ["branch", "site"]})
    version.refresh_from_db()
    none = staff.post(change(version), {**sent, "recipient_kinds": []})

    assert version.recipient_kinds == ["branch", "site"]
    assert "请选择授予对象。" in none.content.decode()


def test_a_rule_that_does_not_exist_is_refused(staff, version):
    sent = of_page(staff, change(version))
    prefix = row_of(sent, "讲堂")

    answer = staff.post(change(version), sent | {f"{prefix}rule": "made-up"})

    assert answer.status_code == 200
    assert "所选计数口径无效，请重新选择。" in answer.content.decode()
    assert Criterion.objects.get(name="讲堂").rule == "lectures-held"


def test_criteria_in_use_are_refused_on_the_page_with_the_text_kept(staff, version):
    application_at("submitted", level=version.levels.get())
    sent = of_page(staff, change(version))
    prefix = row_of(sent, "讲堂")

    answer = staff.post(change(version), sent | {f"{prefix}target": "77"})

    text = answer.content.decode()
    assert answer.status_code == 200
    assert "已有商会按这一版申报，评价标准不能再改" in text
    assert 'value="77"' in text
    deleted = staff.post(change(version), sent | {f"{prefix}DELETE": "on"}, follow=True)
    assert "已有商会按这一版申报" in deleted.content.decode()
    assert Criterion.objects.filter(name="讲堂", target=2).exists()


def test_a_version_is_copied_to_the_next_year_and_shows_what_changed(staff, version):
    address = reverse(f"admin:{VERSION}_copy", args=[version.pk])
    assert 'value="2027年版"' in staff.get(address).content.decode()
    taken = staff.post(address, {"label": "2026年版", "year": 2027})
    answer = staff.post(address, {"label": "2027年版", "year": 2027})

    copy = SchemeVersion.objects.get(label="2027年版")
    assert "该项目已有同名版本。" in taken.content.decode()
    assert answer["Location"] == change(copy)
    copy.criteria.filter(name="讲堂").update(target=9)
    text = page(staff, f"{VERSION}_changes", copy.pk)
    assert "政治引领好：讲堂" in text
    assert "最低数" in text
    same = page(staff, f"{VERSION}_changes", version.pk, **{"with": version.pk})
    assert "2027年版" in same


@pytest.mark.parametrize("year", ["", "二〇二七", "99999", "1.5"])
def test_a_copy_needs_a_year(staff, version, year):
    address = reverse(f"admin:{VERSION}_copy", args=[version.pk])

    answer = staff.post(address, {"label": "新版", "year": year})

    assert answer.status_code == 422
    assert "年份" in answer.content.decode()
    assert SchemeVersion.objects.count() == 1


def test_the_only_version_has_nothing_to_compare(staff, version):
    assert "只有这一个版本" in page(staff, f"{VERSION}_changes", version.pk)


def test_a_revoked_title_cannot_be_restored_on_the_page(staff):
    award = AwardFactory(
        granted_on=date(2024, 1, 1),
        revoked_on=date(2024, 6, 1),
        revocation_reason="弄虚作假",
        revocation_document="闽联〔2024〕9号",
    )
    address = reverse("admin:activities_award_change", args=[award.pk])
    sent = of_page(staff, address) | {
        "revoked_on": "",
        "revocation_reason": "",
        "revocation_document": "",
    }

    answer = staff.post(address, sent)

    assert answer.status_code == 200
    assert "称号取消后不能恢复" in answer.content.decode()
    award.refresh_from_db()
    assert award.revoked_on == date(2024, 6, 1)


def test_a_renewal_of_another_recipient_is_refused_on_the_page(staff):
    other = AwardFactory(granted_on=date(2022, 1, 1))
    award = AwardFactory(granted_on=date(2024, 1, 1))
    address = reverse("admin:activities_award_change", args=[award.pk])

    answer = staff.post(address, of_page(staff, address) | {"renews": other.pk})

    assert answer.status_code == 200
    assert "再次认定须是同一获得者" in answer.content.decode()


def test_a_day_has_one_arrangement(staff):
    HolidayFactory(day=date(2027, 1, 1))
    address = reverse("admin:activities_holiday_add")
    data = {"day": "2027-01-01", "kind": "off", "name": "元旦", "source": ""}

    assert staff.post(address, data).status_code == 200
    assert staff.post(address, data | {"day": "2027-01-02"}).status_code == 302
    assert Holiday.objects.count() == 2
