from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from redleader.records.quarters import Quarter
from tests.factories.activities import (
    MeetingRequirementFactory,
    RequirementExemptionFactory,
    accepted,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    RegionFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db
HELD_AT = timezone.make_aware(datetime(2026, 4, 8, 19, 30))


@pytest.fixture
def chamber():
    return ChamberFactory()


@pytest.fixture
def branch(chamber):
    return BranchFactory(name="云溪党支部", chambers=[chamber])


@pytest.fixture
def secretary(chamber, branch, sign_in):
    return sign_in(secretary_of(chamber))


def held(branch, **fields):
    fields = {"started_at": HELD_AT, "kind": "assembly"} | fields
    chamber = fields.pop("chamber", None) or branch.chambers.first()
    return accepted(branch=branch, chamber=chamber, **fields)


def summary_page(client, **query):
    return client.get(reverse("workbench:meeting-summary"), query)


def branches(answer):
    return [str(row.branch) for row in answer.context["rows"]]


def test_each_number_leads_to_the_rows_behind_it(secretary, branch):
    MeetingRequirementFactory(kind="assembly", period="quarter")
    held(branch, topic="第二季度大会")
    text = summary_page(secretary, quarter="2026Q2").content.decode()
    address = reverse("workbench:meeting-detail", args=[branch.pk, "assembly"])
    assert text.count(f"{address}?quarter=2026Q2") == 7
    assert 'aria-label="云溪党支部支部党员大会已开 1"' in text
    text = secretary.get(address, {"quarter": "2026Q2"}).content.decode()
    assert "第二季度大会" in text


def test_the_rows_behind_a_number_say_why_it_is_excused(secretary, branch):
    MeetingRequirementFactory(kind="assembly", period="quarter", source="工作条例")
    RequirementExemptionFactory(branch=branch, reason="支部改选期间")
    address = reverse("workbench:meeting-detail", args=[branch.pk, "assembly"])
    text = secretary.get(address, {"quarter": "2026Q2"}).content.decode()
    assert "原因：支部改选期间" in text
    assert "依据：工作条例" in text


def test_records_of_other_chambers_of_a_joint_branch_are_counted_and_not_shown(
    sign_in,
):
    own, other = ChamberFactory(), ChamberFactory()
    joint = BranchFactory(kind="joint", chambers=[own, other])
    MeetingRequirementFactory(kind="assembly", period="quarter")
    held(joint, chamber=other, topic="别家的大会")
    address = reverse("workbench:meeting-detail", args=[joint.pk, "assembly"])
    answer = sign_in(secretary_of(own)).get(address, {"quarter": "2026Q2"})
    text = answer.content.decode()
    assert "别家的大会" not in text
    assert "另有 1 条" in text


@pytest.mark.parametrize("kind", ["assembly", "nothing", "party_day"])
def test_strangers_and_kinds_without_a_requirement_are_not_found(
    kind, secretary, branch
):
    MeetingRequirementFactory(kind="assembly", period="quarter")
    foreign = BranchFactory()
    address = reverse("workbench:meeting-detail", args=[foreign.pk, kind])
    assert secretary.get(address).status_code == 404
    address = reverse("workbench:meeting-detail", args=[branch.pk, kind])
    expected = 200 if kind == "assembly" else 404
    assert secretary.get(address).status_code == expected


def test_a_secretary_sees_the_own_branches_and_staff_all_by_name(secretary, sign_in):
    MeetingRequirementFactory(kind="assembly", period="quarter")
    BranchFactory(name="别的党支部")
    assert branches(summary_page(secretary)) == ["云溪党支部"]
    staff = sign_in(UserFactory())
    assert branches(summary_page(staff)) == ["别的党支部", "云溪党支部"]


def test_staff_narrow_by_name_and_township(sign_in, branch):
    MeetingRequirementFactory(kind="assembly", period="quarter")
    township = RegionFactory(name="古田镇")
    place = ChamberFactory(kind="township", township=township)
    BranchFactory(name="古田党支部", chambers=[place])
    staff = sign_in(UserFactory())
    assert branches(summary_page(staff, q="yx")) == ["云溪党支部"]
    assert branches(summary_page(staff, township=township.pk)) == ["古田党支部"]
    assert branches(summary_page(staff, township="x", q="\0")) == []


def test_a_bad_quarter_is_the_present_one(secretary):
    answer = summary_page(secretary, quarter="昨天")
    assert answer.context["quarter"] == Quarter.present()
    assert "查询条件无效，已忽略。" in answer.content.decode()


def test_without_requirements_the_page_says_who_sets_them(secretary):
    assert "还没有启用的会议要求" in summary_page(secretary).content.decode()


def test_no_word_of_the_table_is_a_score(secretary, branch):
    MeetingRequirementFactory(kind="assembly", period="quarter")
    text = summary_page(secretary).content.decode()
    assert "不作考核" in text
    for word in ("得分", "排名", "完成率", "%"):
        assert word not in text.partition("<main")[2].partition("</main>")[0]


def test_queries_of_the_rows_do_not_grow(secretary, branch, django_assert_num_queries):
    requirement = MeetingRequirementFactory(kind="assembly", period="quarter")

    def add(count):
        for _ in range(count):
            held(branch)
            RequirementExemptionFactory(
                branch=branch, requirement=requirement, started_on=date(2026, 4, 2)
            )

    address = reverse("workbench:meeting-detail", args=[branch.pk, "assembly"])
    add(1)
    with CaptureQueriesContext(connection) as one:
        secretary.get(address, {"quarter": "2026Q2"})
    add(2)
    with django_assert_num_queries(len(one)):
        secretary.get(address, {"quarter": "2026Q2"})
