import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from chambers.models import Chamber, Member
from redleader.records.search import first_found, fold, grams, search, search_text
from tests.factories.chambers import ChamberFactory, MemberFactory

pytestmark = pytest.mark.django_db


def found(query, model=Chamber):
    return sorted(search(model.objects.all(), query).values_list("name", flat=True))


@pytest.fixture
def chambers():
    ChamberFactory(name="上杭县古田商会", short_name="古商")
    ChamberFactory(name="上杭县建筑业协会")
    ChamberFactory(name="100%_会\\社")
    ChamberFactory(name="\uff21\uff22\uff23青商")


@pytest.mark.parametrize(
    "query",
    [
        "古田",
        "田",
        "上杭县古田商会",
        "古商",  # the short name
        "gutian",
        "GuTian",
        "gutianshanghui",
        "gt",
        "shxgtsh",
        "古田 商会",
        "商会 gutian 上杭",
        "商会　古田",  # an ideographic blank
        "\uff47\uff55\uff54\uff49\uff41\uff4e",
        "古\0田",
    ],
)
def test_search_finds_a_chamber_by(chambers, query):
    assert found(query) == ["上杭县古田商会"]


@pytest.mark.parametrize(
    "query", ["田古", "古会", "古田 建筑", "gutianx", "xyz", "古.田", "古*"]
)
def test_search_finds_no_chamber_by(chambers, query):
    assert found(query) == []


def test_search_does_not_join_pairs_that_stand_apart():
    ChamberFactory(name="古田商田会")

    assert found("古田") == found("田会") == ["古田商田会"]
    assert found("古田会") == []


@pytest.mark.parametrize(
    "query",
    ["%", "_", "\\", "100%", "%_", "_会\\", "\uff11\uff10\uff10\uff05", "0%_会\\社"],
)
def test_search_takes_wildcards_as_they_are(chambers, query):
    assert found(query) == ["100%_会\\社"]


def test_search_finds_full_width_names_by_half_width(chambers):
    assert found("abc") == found("\uff21\uff22\uff23") == ["\uff21\uff22\uff23青商"]


@pytest.mark.parametrize("query", ["", "  ", "\0", "　\t\n"])
def test_search_for_nothing_filters_nothing(chambers, query):
    assert len(found(query)) == 4


def test_search_joins_words_by_and(chambers):
    assert found("上杭") == ["上杭县古田商会", "上杭县建筑业协会"]
    assert found("上杭 建筑") == ["上杭县建筑业协会"]


def test_search_reads_five_words_and_fifty_characters_at_most(chambers):
    assert found("上 杭 县 古 田 没有") == ["上杭县古田商会"]
    assert found("田" * 5000) == []


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("单红", "shanhong"),
        ("曾红", "zenghong"),
        ("仇红", "qiuhong"),
        ("区红", "ouhong"),
        ("查红", "zhahong"),
        ("任红", "renhong"),
        ("解红", "xiehong"),
    ],
)
def test_search_reads_a_surname_as_a_surname(name, pinyin):
    MemberFactory(name=name)
    MemberFactory(name="别人")

    assert found(pinyin, Member) == [name]
    assert found(pinyin[0] + "h", Member) == [name]
    assert Member.objects.get(name=name).sort_key == f"{pinyin[:-4]} hong"


def test_search_reads_the_same_character_otherwise_in_a_chamber():
    assert search_text("单位").split()[1] == "danwei"
    assert search_text("单位", surname=True).split()[1] == "shanwei"


def test_search_columns_follow_the_name():
    chamber = ChamberFactory(name="古田商会")

    chamber.name = "才溪商会"
    chamber.save()

    assert found("古田") == []
    assert found("才溪") == found("caixi") == ["才溪商会"]
    chamber.refresh_from_db()
    assert chamber.search_grams == grams(chamber.search_text)


def test_search_columns_are_made_by_bulk_create_too():
    Chamber.objects.bulk_create([Chamber(name="古田商会", kind="trade")])

    assert found("古田") == found("gtsh") == ["古田商会"]


def test_search_passes_a_relation():
    member = MemberFactory(name="张三")
    member.memberships.create(
        chamber=ChamberFactory(name="古田商会"), started_on="2024-01-01"
    )
    rows = search(member.memberships.all(), "zhangsan", prefix="member__")

    assert [str(row) for row in rows] == ["张三 – 古田商会"]
    assert not search(rows, "李四", prefix="member__").exists()


@pytest.mark.parametrize("query", ["古田", "田", "gt", "古田 商会"])
def test_search_can_use_its_index(query):
    names = [f"第{n}商会" for n in range(300)]
    Chamber.objects.bulk_create(Chamber(name=name, kind="trade") for name in names)
    ChamberFactory(name="古田商会")

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = search(Chamber.objects.order_by(), query).explain()

    assert "chambers_chamber_search" in plan
    assert "Seq Scan" not in plan
    assert found(query) == ["古田商会"]


def test_sort_key_orders_by_pinyin():
    for name in ("张三", "王五", "曾二", "李四", "安一", "单六", "解七", "Bob"):
        MemberFactory(name=name)

    assert [member.name for member in Member.objects.all()] == [
        "安一",
        "Bob",
        "李四",
        "单六",
        "王五",
        "解七",
        "曾二",
        "张三",
    ]


def test_sort_key_of_a_long_name_fits_its_column():
    chamber = ChamberFactory(name="装" * 60)

    assert chamber.sort_key == " ".join(["zhuang"] * 60)[:400]


@pytest.mark.parametrize(
    ("text", "folded"),
    [("\uff21　b\tC", "abc"), ("（红）", "(红)"), ("ﬁ", "fi"), ("", "")],
)
def test_fold_makes_text_comparable(text, folded):
    assert fold(text) == folded


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20))
def test_every_part_of_a_text_has_its_grams(text):
    folded = fold(text)
    for start in range(len(folded)):
        for end in range(start + 1, len(folded) + 1):
            assert set(grams(folded[start:end])) <= set(grams(folded))


@pytest.fixture
def persons():
    for name in ("王小明", "李王明", "王明", "王明明", "汪明", "欧阳王明"):
        MemberFactory(name=name)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("王明", ["王明", "王明明", "李王明", "欧阳王明"]),
        ("wangming", ["王明", "汪明", "王明明", "李王明", "欧阳王明"]),
        ("wm", ["王明", "汪明", "王明明", "李王明", "欧阳王明"]),
        ("明", ["李王明", "汪明", "王小明", "王明", "王明明", "欧阳王明"]),
        ("王%", []),
        ("王 小明", ["王小明"]),
    ],
)
def test_first_found_has_the_names_that_begin_with_the_query_first(
    persons, query, names
):
    rows = Member.objects.all()
    words = {name: search_text(name, surname=True).split() for name in names}
    begin = [n for n in names if any(w.startswith(query) for w in words[n])]
    shown = [member.name for member in first_found(rows, query, 10)]
    assert sorted(shown) == sorted(names)
    assert shown[: len(begin)] == begin
    assert {*shown} == {*found(query, Member)}
    assert shown[:3] == [m.name for m in first_found(rows, query, 3)]


@pytest.mark.parametrize("query", ["王明", "wangm", "wm"])
def test_first_found_reads_its_own_index(persons, query):
    with CaptureQueriesContext(connection) as seen:
        first_found(Member.objects.all(), query, 1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in [one["sql"] for one in seen.captured_queries][:2]:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert re.search(r"Index Scan using chambers_member_(word|pin|init)", plan)
            assert "Sort" not in plan
