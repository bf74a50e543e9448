from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.services.ledger import lock_quarter
from chambers.models import Role
from redleader.records.quarters import Quarter
from tests.factories.activities import (
    AwardFactory,
    BaselineFactory,
    DonationFactory,
    OfficialFigureFactory,
    accepted,
    lead_at,
)
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of
from tests.markup import markup_of

pytestmark = pytest.mark.django_db


def page(client, code, **query):
    answer = client.get(reverse("public:rule-detail", args=[code]), query)
    assert answer.status_code == 200
    return answer


def test_number_says_how_when_and_what_each_chamber_has(client):
    chamber = ChamberFactory(name="云溪商会")
    accepted(chamber=chamber, topic="一堂党课", kind="party_lecture")
    BaselineFactory()
    OfficialFigureFactory(rule="lectures-held", label="公布的场次")

    answer = page(client, "lectures-held")

    text = answer.content.decode()
    for words in ("每场计 1", "101 场", "历史基数", "公布的场次", "云溪商会", "截至"):
        assert words in text
    assert "一堂党课" not in text  # Rows are for those who may see them.


def test_rows_follow_the_rights_of_the_reader(sign_in):
    chamber = ChamberFactory()
    for owner in (chamber, ChamberFactory()):
        lead_at("valid", chamber=owner, title=f"信息{owner.pk}")

    own = page(sign_in(secretary_of(chamber)), "valid-leads")
    staff = page(sign_in(UserFactory(role=Role.FEDERATION)), "valid-leads")

    assert [row.label for row in own.context["rows"]] == [f"信息{chamber.pk}"]
    assert len(staff.context["rows"]) == 2
    assert own.context["total"].value == 2


def test_open_rows_are_shown_to_everybody(client):
    AwardFactory(title="省先进商会")

    assert "省先进商会" in page(client, "titles-held").content.decode()


def test_persons_are_never_listed_in_public(client):
    for code in ("double-posts", "members"):
        assert page(client, code).context["rows"] == []


def test_number_is_narrowed_by_chamber_and_days(client):
    chamber = ChamberFactory()
    for owner, day in ((chamber, date(2025, 5, 1)), (ChamberFactory(), None)):
        lead_at("valid", chamber=owner, **({"submitted_on": day} if day else {}))

    narrowed = page(client, "valid-leads", chamber=chamber.pk)
    assert narrowed.context["total"].value == 1
    period = {"first": "2025-05-01", "last": "2025-05-31"}
    assert page(client, "valid-leads", **period).context["total"].value == 1
    reversed_ = page(client, "valid-leads", first="2025-06-01", last="2025-05-01")
    assert "起始日期晚于截止日期" in reversed_.content.decode()
    assert reversed_.context["total"].value == 2


def test_unknown_rule_is_missing(client):
    answer = client.get(reverse("public:rule-detail", args=["no-such-rule"]))

    assert answer.status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_number_asks_the_same_number_of_queries(count, client):
    for _ in range(count):
        lead_at("valid", chamber=ChamberFactory())

    with CaptureQueriesContext(connection) as queries:
        page(client, "valid-leads")

    assert len(queries) == 12


# Quarters


@pytest.fixture
def federation(sign_in):
    return sign_in(UserFactory(role=Role.FEDERATION))


def test_quarter_is_locked_once_after_a_check(federation):
    lead_at("valid", submitted_on=date(2025, 8, 1))
    address = reverse("workbench:quarter-detail", args=["2025Q3"])

    unsure = federation.post(address, {"note": "核对过"})
    assert "请勾选确认。" in unsure.content.decode()
    done = federation.post(address, {"note": "核对过", "sure": "on"}, follow=True)
    assert "2025年第3季度已封账。" in done.content.decode()
    again = federation.post(address, {"sure": "on"})
    assert (again.status_code, "已经封账" in again.content.decode()) == (409, True)


def test_difference_leads_to_the_row_and_who(federation):
    lock_quarter(Quarter(2025, 3), user=UserFactory(role=Role.FEDERATION))
    lead_at("valid", submitted_on=date(2025, 8, 1), title="补登的信息")

    detail = federation.get(reverse("workbench:quarter-detail", args=["2025Q3"]))
    changed = {line.rule.code for line in detail.context["changed"]}
    assert {"leads-submitted", "valid-leads"} <= changed
    edits = federation.get(
        reverse("workbench:quarter-edits", args=["2025Q3", "valid-leads"])
    )

    text = edits.content.decode()
    assert "原 0 条，现 1 条" in text
    assert "补登的信息" in text


@pytest.mark.parametrize("code", ["2025Q5", "2099Q1", "abc", "2025q3"])
def test_quarter_that_is_none_is_missing(federation, code):
    address = reverse("workbench:quarter-detail", args=[code])

    assert federation.get(address).status_code == 404


def test_secretary_sees_a_sensitive_number_of_the_own_chamber_only():
    own, other = ChamberFactory(), ChamberFactory()
    for chamber in (own, other):
        DonationFactory(chamber=chamber, received_on=timezone.localdate())
    client = Client()
    client.force_login(secretary_of(own))

    whole = markup_of(page(client, "donations-received"))
    assert '来自 <b class="number">2</b> 个商会' in whole
    assert other.name not in whole.split('id="rows"')[0]
    assert own.name in page(client, "donations-received", chamber=own.pk).text
    narrowed = page(client, "donations-received", chamber=other.pk).text
    assert other.name not in narrowed.split("</header>")[1].split('id="rows"')[0]


def test_number_of_the_desk_is_not_public():
    address = reverse("public:rule-detail", args=["leads-waiting"])
    client = Client()
    assert client.get(address).status_code == 404
    assert "待核引才信息" not in client.get(reverse("public:rule-list")).text
    client.force_login(UserFactory())
    assert client.get(address).status_code == 200
