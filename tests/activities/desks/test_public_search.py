import pytest
from django.urls import reverse

from activities.desks import PAGES
from activities.views.public.search import SHOWN, find_public
from chambers.models.chamber import ChamberState
from redleader.records.finds import fault_of
from tests.factories.activities import (
    AwardFactory,
    CourseFactory,
    LectureFactory,
    OfficialFigureFactory,
    PracticeFactory,
    SeriesFactory,
    SiteFactory,
    accepted,
)
from tests.factories.chambers import (
    AppointmentFactory,
    ChamberFactory,
    EnterpriseFactory,
    MembershipFactory,
)

pytestmark = pytest.mark.django_db


def found(query):
    return {group.noun: [h.name for h in group.hits] for group in find_public(query)}


@pytest.fixture
def rows():
    chamber = ChamberFactory(name="古田商会")
    AwardFactory(title="示范商会", chamber=chamber)
    accepted(topic="古田会议精神", chamber=chamber)
    PracticeFactory(name="古田工作法", is_public=True)
    site = SiteFactory(name="古田会址")
    CourseFactory(name="古田一课", site=site, is_public=True)
    SeriesFactory(name="古田讲堂")
    OfficialFigureFactory(label="古田商会数")
    return chamber


@pytest.mark.parametrize("query", ["古田", "gutian", "gt", " 古　田 "])
def test_one_box_finds_every_public_noun(rows, query):
    names = found(query)

    expected = {
        "商会": ["古田商会"],
        "称号": ["示范商会"],
        "讲堂": ["古田会议精神"],
        "典型做法": ["古田工作法"],
        "课程": ["古田一课"],
        "基地和地点": ["古田会址"],
        "讲堂系列": ["古田讲堂"],
    }
    assert {noun: names.get(noun) for noun in expected} == expected
    # Rules are there in every database, and "gt" is in cGTj as well.
    assert names["数字和口径"][0] == "古田商会数"


def test_a_title_is_found_by_its_own_words_and_its_recipient(rows):
    other = ChamberFactory(name="蛟洋商会")
    AwardFactory(title="示范商会", chamber=other)

    assert found("示范")["称号"] == ["示范商会"] * 2
    assert found("示范 蛟洋")["称号"] == ["示范商会"]
    assert found("sfsh")["称号"] == found("shifan")["称号"] == ["示范商会"] * 2
    assert "称号" not in found("示范 没有的词")


def test_a_page_is_found_by_the_matter():
    assert "申请调解" in found("纠纷")["网站栏目"]
    assert found("jftj") == found("没有的词") == {}
    assert "网站栏目" not in found("gt")  # not in hui xianG Touzi
    for name in [page.name for page in PAGES if page.name]:
        assert name in found(name)["网站栏目"]


def test_a_counting_rule_is_found_by_its_name():
    assert "数字和口径" in found("会员")


def test_what_is_not_public_is_not_found():
    ChamberFactory(name="金丝雀商会", state=ChamberState.CLOSED)
    LectureFactory(topic="金丝雀草稿")
    accepted(topic="金丝雀内部", is_public=False)
    PracticeFactory(name="金丝雀做法")
    CourseFactory(name="金丝雀课", is_public=False)
    EnterpriseFactory(name="金丝雀公司")

    assert found("金丝雀") == {}


def test_no_person_is_found(client):
    chamber = ChamberFactory(name="古田商会")
    MembershipFactory(member__name="金丝雀甲", chamber=chamber)
    AppointmentFactory(member__name="金丝雀乙", chamber=chamber)
    accepted(topic="一课", lecturer_name="金丝雀丙", content="金丝雀丁")

    assert found("金丝雀") == {}
    text = client.get(reverse("public:search"), {"q": "古田"}).content.decode()
    assert "古田商会" in text
    assert "金丝雀" not in text


@pytest.mark.parametrize("count", [1, SHOWN + 2])
def test_search_query_count_is_constant(client, rows, count, django_assert_num_queries):
    for turn in range(count):
        chamber = ChamberFactory(name=f"古田第{turn}商会")
        AwardFactory(chamber=chamber)
        accepted(topic=f"古田第{turn}讲", chamber=chamber)
        SiteFactory(name=f"古田第{turn}址")

    with django_assert_num_queries(10):
        answer = client.get(reverse("public:search"), {"q": "古田"})

    groups = {group.noun: group for group in answer.context["groups"]}
    assert len(groups["商会"].hits) == min(count + 1, SHOWN)
    assert groups["商会"].has_more == (count + 1 > SHOWN)


def test_a_group_leads_to_the_list_with_the_same_query(client):
    for turn in range(SHOWN + 1):
        ChamberFactory(name=f"古田第{turn}商会")

    text = client.get(reverse("public:search"), {"q": "古田"}).content.decode()

    address = f"{reverse('public:chamber-list')}?q=%E5%8F%A4%E7%94%B0"
    assert f'href="{address}"' in text
    assert len(client.get(address).context["chambers"]) == SHOWN + 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("古" * 61, "最多 60 个字，现有 61 个字"),
        ("a", "太短"),
        ("a b", "太短"),
        ("一 二 三 四 五 六", "最多查 5 个词，现有 6 个词"),
    ],
)
def test_a_query_that_cannot_be_asked_is_said_in_words(client, query, words):
    answer = client.get(reverse("public:search"), {"q": query})

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert answer.context["groups"] == []


def test_the_empty_states_say_what_to_do(client):
    def text(**data):
        return client.get(reverse("public:search"), data).content.decode()

    assert "在上面写要找的名称" in text()
    assert "在上面写要找的名称" in text(q="\x00")
    assert "没有找到“没有的词”" in text(q="没有的词")
    shown = text(q="<script>alert(1)</script>")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown
    assert fault_of("古") == ""
