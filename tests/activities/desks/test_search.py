import pytest
from django.db import connection

from activities.models import Lecture
from activities.views.workbench.search import find
from chambers.models import Branch, Chamber, Enterprise, Member, Role
from redleader.records.search import search, syllables
from tests.factories.activities import LeadFactory, LectureFactory
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    EnterpriseFactory,
    MembershipFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return UserFactory(role=Role.FEDERATION)


def found(query, user):
    return {group.noun: [h.name for h in group.hits] for group in find(query, user)}


@pytest.fixture
def rows():
    chamber = ChamberFactory(name="古田商会")
    BranchFactory(name="古田党支部", chambers=[chamber])
    EnterpriseFactory(name="古田食品公司")
    MembershipFactory(member__name="古田", chamber=chamber)
    LectureFactory(topic="古田会议精神", chamber=chamber)
    LeadFactory(title="古田项目", chamber=chamber)
    return chamber


@pytest.mark.parametrize("query", ["古田", "gutian", "gt", " 古　田 "])
def test_one_box_finds_every_noun(rows, staff, query):
    names = found(query, staff)

    expected = {
        "商会": ["古田商会"],
        "党组织": ["古田党支部"],
        "企业": ["古田食品公司"],
        "会员": ["古田"],
        "讲课": ["古田会议精神"],
        "引才信息": ["古田项目"],
    }
    assert {key: names.get(key) for key in expected} == expected


def test_secretary_finds_what_is_of_the_own_chambers(rows):
    assert set(found("古田", secretary_of(rows))) == {
        "商会",
        "党组织",
        "企业",
        "会员",
        "讲课",
        "引才信息",
    }
    assert set(found("古田", secretary_of(ChamberFactory()))) == {"企业"}


def test_nothing_is_asked_for_an_empty_query(staff, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert find("　 ", staff) == []


def test_hits_are_ordered_by_pinyin_and_limited(staff):
    for name in ("张会", "安会", "单会", *(f"装{n:02}会" for n in range(12))):
        ChamberFactory(name=name)

    (group,) = find("会", staff)

    assert [hit.name for hit in group.hits[:2]] == ["安会", "单会"]
    assert (len(group.hits), group.has_more) == (10, True)
    assert group.more.endswith("/admin/chambers/chamber/?q=%E4%BC%9A")


@pytest.mark.parametrize("count", [1, 3])
def test_search_asks_the_same_number_of_queries(
    staff, count, django_assert_num_queries
):
    for _ in range(count):
        chamber = ChamberFactory(name=f"古田{_}商会")
        MembershipFactory(member__name="古田", chamber=chamber)
        LectureFactory(topic="古田", chamber=chamber)

    with django_assert_num_queries(9):
        find("古田", staff)


@pytest.mark.parametrize(
    ("model", "field", "extra"),
    [
        (Chamber, "name", {"kind": "trade"}),
        (Branch, "name", {"kind": "functional"}),
        (Enterprise, "name", {}),
        (Member, "name", {"kind": "person"}),
    ],
)
def test_two_characters_use_the_index_of_a_filled_table(model, field, extra):
    model.objects.bulk_create(
        model(**{field: f"第{n}组织"} | extra) for n in range(300)
    )
    model.objects.create(**{field: "古田组织"} | extra)

    assert_uses_index(model, "古田")


def test_two_characters_use_the_index_of_lectures():
    lecture = LectureFactory(topic="古田会议")
    lecture.pk, made = None, []
    for n in range(300):
        made.append(Lecture(**values_of(lecture) | {"topic": f"第{n}讲"}))
    Lecture.objects.bulk_create(made)

    assert_uses_index(Lecture, "古田")


def values_of(lecture):
    return {
        field.attname: getattr(lecture, field.attname)
        for field in Lecture._meta.concrete_fields
        if field.name not in ("id", "form_key", "search_text", "search_grams")
    }


def assert_uses_index(model, query):
    """Without statistics, which only the owner gathers, a small table is read."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = search(model.objects.order_by(), query).explain()
    assert f"{table}_search" in plan, plan
    assert search(model.objects.all(), query).count() == 1


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("单雄", "shan xiong"),
        ("曾巩", "zeng gong"),
        ("仇远", "qiu yuan"),
        ("区适", "ou shi"),
        ("查良", "zha liang"),
        ("解珍", "xie zhen"),
        ("朴实", "piao shi"),
        ("尉迟恭", "yu chi gong"),
        ("尉健", "wei jian"),
        ("万俟卨", "mo qi xie"),
        ("长孙无忌", "zhang sun wu ji"),
        ("宿迁", "su qian"),
        ("纪昀", "ji yun"),
        ("葛洪", "ge hong"),
        ("缪红", "miao hong"),
    ],
)
def test_surnames_have_their_own_readings(name, pinyin):
    assert " ".join(syllables(name, surname=True)) == pinyin


def test_page_shows_what_was_found(rows, sign_in, staff):
    page = sign_in(staff).get("/workbench/search/", {"q": "古\0田"}).content.decode()

    assert '<h2 id="group-1">商会</h2>' in page
    assert "古田会议精神" in page
    empty = sign_in(staff).get("/workbench/search/", {"q": "没有<"}).content.decode()
    assert "没有找到“没有&lt;”" in empty
