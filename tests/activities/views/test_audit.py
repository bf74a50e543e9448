"""The audit as the auditor reads it."""

import pytest
from django.urls import reverse

from chambers.models import Role
from redleader.models import AuditEntry
from redleader.records.forms import check_deferred_constraints
from tests.factories.activities import case_at
from tests.factories.chambers import ChamberFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "/workbench/audit/"


@pytest.fixture
def auditor(sign_in):
    return sign_in(UserFactory(role=Role.AUDITOR, name="审计", username="shenji"))


def labels(page):
    return [(line.what, line.noun) for line in page.context["lines"]]


def test_list_is_narrowed(auditor):
    chamber = ChamberFactory()
    chamber.name = "红土商会"
    chamber.save()
    check_deferred_constraints()
    auditor.get(reverse("workbench:import-list"))

    about = {"table": "chambers_chamber", "key": chamber.pk}
    assert labels(auditor.get(LIST, about)) == [("修改", "商会"), ("新建", "商会")]
    refusals = auditor.get(LIST, {"kind": "refusal", "person": "shenji"})
    assert labels(refusals) == [("拒绝访问", "")]
    assert "没有权限（403）" in refusals.content.decode()
    assert labels(auditor.get(LIST, about | {"until": "2001-01-01"})) == []
    assert auditor.get(LIST, {"since": "nonsense"}).context["filters"].ignored


def test_long_list_has_pages(auditor):
    ChamberFactory.create_batch(60)
    check_deferred_constraints()

    first = auditor.get(LIST, {"kind": "change"}).context["page"]
    second = auditor.get(LIST, {"kind": "change", "older": first.older}).context["page"]

    keys = [entry.pk for entry in [*first.rows, *second.rows]]
    assert len(first.rows) == 50
    assert keys == sorted(keys, reverse=True)
    assert len(keys) == AuditEntry.objects.filter(kind="change").count()


def test_object_is_told_in_plain_words(auditor):
    chamber = ChamberFactory(name="老商会")
    chamber.name = "红土商会"
    chamber.save()
    key = chamber.pk
    chamber.delete()
    address = reverse("workbench:audit-object", args=["chambers_chamber", key])

    page = auditor.get(address).content.decode()

    assert "删除了商会" in page
    assert "商会名称：<del>老商会</del> 改为 <ins>红土商会</ins>" in page
    for missing in ["chambers_chamber/999", "chambers_chamber/x", "auth_group/1"]:
        assert auditor.get(f"{LIST}{missing}/").status_code == 404


def test_cases_are_told_without_their_contents(auditor):
    case = case_at("registered", summary="欠款的事")
    address = reverse(
        "workbench:audit-object", args=["activities_mediationcase", case.pk]
    )

    page = auditor.get(address)

    assert page.status_code == 200
    assert "欠款的事" not in page.content.decode()
