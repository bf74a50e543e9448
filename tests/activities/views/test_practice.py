"""The public pages of practices, and the links that lead to them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import Practice
from activities.services.public_report import load_public_report
from tests.factories.activities import (
    AwardFactory,
    PracticeFactory,
    PracticeItemFactory,
    PracticeResultFactory,
    SiteFactory,
)
from tests.factories.chambers import BranchFactory, ChamberFactory, RegionFactory
from tests.markup import markup_of

pytestmark = pytest.mark.django_db


def text_of(client, name, *args, **query):
    answer = client.get(reverse(f"public:{name}", args=args), query)
    assert answer.status_code == 200
    return markup_of(answer)


def test_an_empty_list_says_what_will_be_here(client):
    assert "做法公开以后，会显示在这里。" in text_of(client, "practice-list")
    assert "没有符合条件的做法" in text_of(client, "practice-list", q="没有")


def test_only_public_practices_are_shown(client):
    chamber = ChamberFactory()
    shown = PracticeFactory(name="公开做法", chamber=chamber, is_public=True)
    hidden = PracticeFactory(name="内部做法", chamber=chamber)
    AwardFactory(chamber=chamber)
    for name, args in [
        ("home", []),
        ("practice-list", []),
        ("chamber-detail", [chamber.pk]),
        ("honour-list", []),
    ]:
        text = text_of(client, name, *args)
        assert shown.get_absolute_url() in text
        assert "内部做法" not in text
    assert client.get(hidden.get_absolute_url()).status_code == 404
    assert client.get(shown.get_absolute_url()).status_code == 200


def test_a_practice_shows_items_results_chamber_and_titles(client):
    chamber = ChamberFactory(name="云溪商会", township=RegionFactory(name="古田镇"))
    practice = PracticeFactory(
        chamber=chamber, summary="怎样议事", source="县里的材料", is_public=True
    )
    PracticeItemFactory(practice=practice, number=2, name="会上共议", content="四方")
    PracticeItemFactory(practice=practice, number=1, name="会前问需")
    PracticeResultFactory(practice=practice, value="15%左右", source="第 15 行")
    AwardFactory(chamber=chamber, title="甲称号")
    AwardFactory(chamber=None, site=SiteFactory(chamber=chamber), title="乙称号")
    AwardFactory(title="别人的称号")
    text = text_of(client, "practice-detail", practice.pk)
    for word in (
        *("云溪商会", "古田镇", "怎样议事", "县里的材料", "会上共议", "四方"),
        *("农户增收", "15%左右", "第 15 行", "甲称号", "乙称号"),
    ):
        assert word in text
    assert text.index("会前问需") < text.index("会上共议")
    assert "别人的称号" not in text


def test_a_practice_without_a_chamber_or_anything_else(client):
    practice = PracticeFactory(is_public=True)
    text = text_of(client, "practice-detail", practice.pk)
    assert "要点来源未载明。" in text
    assert "来源：未载明。" in text
    assert "商会的称号" not in text


def test_the_practice_of_the_report_invents_no_items(client):
    load_public_report()
    practice = Practice.objects.get()
    text = text_of(client, "practice-detail", practice.pk)
    for word in (
        "“八个统一”运作模式",
        "上杭县湖洋镇观音井同心果业商会",
        "八项内容来源未载明。",
        "15%左右",
        "第 15 行",
    ):
        assert word in text
    # The titles of its orchard lead to it.
    roll = text_of(client, "honour-list", q="观音井")
    assert roll.count(practice.get_absolute_url()) == 2


@pytest.mark.parametrize("query", ["四方", "sfys", "云溪", "yunxi"])
def test_practices_are_found_by_their_name_and_chamber(client, query):
    chamber = ChamberFactory(name="云溪商会")
    PracticeFactory(name="四方议事", chamber=chamber, is_public=True)
    PracticeFactory(name="别的做法", is_public=True)
    text = text_of(client, "practice-list", q=query)
    assert "四方议事" in text
    assert "别的做法" not in text


@pytest.mark.parametrize("name", ["home", "practice-list", "practice-detail"])
def test_queries_do_not_grow_with_rows(name, client, django_assert_num_queries):
    chamber = ChamberFactory(township=RegionFactory())
    practice = PracticeFactory(chamber=chamber, is_public=True)
    args = [practice.pk] if name == "practice-detail" else []

    def add(count):
        for _ in range(count):
            number = practice.items.count() + 1
            PracticeItemFactory(practice=practice, number=number)
            PracticeResultFactory(practice=practice)
            other = PracticeFactory(chamber=ChamberFactory(), is_public=True)
            PracticeResultFactory(practice=other)
            AwardFactory(chamber=chamber)
            AwardFactory(chamber=None, branch=BranchFactory(chambers=[chamber]))

    add(1)
    with CaptureQueriesContext(connection) as one:
        text_of(client, name, *args)
    add(2)
    with django_assert_num_queries(len(one)):
        text_of(client, name, *args)
