"""The public catalogue of courses and places."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.activities import (
    AwardFactory,
    CourseFactory,
    SiteFactory,
    accepted,
    submitted,
)
from tests.factories.chambers import ChamberFactory, RegionFactory
from tests.markup import markup_of

pytestmark = pytest.mark.django_db


def text_of(client, name, *args, **query):
    answer = client.get(reverse(f"public:{name}", args=args), query)
    assert answer.status_code == 200
    return markup_of(answer)


def test_an_empty_catalogue_says_what_will_be_here(client):
    assert "课程公开以后，会显示在这里。" in text_of(client, "course-list")
    assert "登记了红色资源以后，会显示在这里。" in text_of(client, "site-list")


def test_only_public_courses_are_shown(client):
    site = SiteFactory(name="红军桥")
    shown = CourseFactory(name="桥头故事", site=site, is_public=True)
    hidden = CourseFactory(name="内部课程", site=site)
    for text in (
        text_of(client, "course-list"),
        text_of(client, "site-detail", site.pk),
    ):
        assert "桥头故事" in text
        assert "内部课程" not in text
    assert "桥头故事" in text_of(client, "course-detail", shown.pk)
    address = reverse("public:course-detail", args=[hidden.pk])
    assert client.get(address).status_code == 404


def test_a_course_shows_its_place_its_facts_and_its_public_lectures(client):
    site = SiteFactory(name="红军桥", township=RegionFactory(name="古田镇"))
    course = CourseFactory(
        site=site, audience="青年会员", minutes=45, summary="桥的故事", is_public=True
    )
    accepted(topic="公开的讲课", course=course)
    accepted(topic="内部的讲课", course=course, is_public=False)
    submitted(topic="待审的讲课", course=course)
    accepted(topic="别的讲课")
    text = text_of(client, "course-detail", course.pk)
    for word in ("红军桥", "古田镇", "青年会员", "45", "桥的故事", "公开的讲课"):
        assert word in text
    assert reverse("public:site-detail", args=[site.pk]) in text
    for word in ("内部的讲课", "待审的讲课", "别的讲课"):
        assert word not in text


def test_a_place_shows_its_facts_its_titles_and_its_public_lectures(client):
    chamber = ChamberFactory(name="云溪商会")
    site = SiteFactory(
        name="红军桥",
        kind="red",
        township=RegionFactory(name="古田镇"),
        address="溪边路一号",
        introduction="建于清代。",
        chamber=chamber,
    )
    AwardFactory(chamber=None, site=site, title="示范教学点")
    accepted(topic="公开的讲课", site=site)
    accepted(topic="内部的讲课", site=site, is_public=False)
    text = text_of(client, "site-detail", site.pk)
    for word in (
        "红色资源",
        "古田镇",
        "溪边路一号",
        "建于清代。",
        "云溪商会",
        "示范教学点",
        "公开的讲课",
    ):
        assert word in text
    assert "内部的讲课" not in text
    assert client.get(reverse("public:site-detail", args=[10**9])).status_code == 404


@pytest.mark.parametrize("query", ["红军", "hongjun", "hj"])
def test_the_catalogue_is_searched_by_characters_pinyin_and_initials(client, query):
    site = SiteFactory(name="红军桥")
    CourseFactory(name="桥头故事", site=site, is_public=True)
    CourseFactory(name="税务讲解", is_public=True)
    SiteFactory(name="果园")
    courses = text_of(client, "course-list", q=query)
    assert "桥头故事" in courses
    assert "税务讲解" not in courses
    sites = text_of(client, "site-list", q=query)
    assert "红军桥" in sites
    assert "果园" not in sites
    assert "没有符合条件的课程" in text_of(client, "course-list", q="没有")


def test_places_are_narrowed_and_a_made_up_choice_is_ignored(client):
    township = RegionFactory(name="古田镇")
    SiteFactory(name="红军桥", kind="red", township=township)
    SiteFactory(name="果园", kind="base", township=RegionFactory())

    def found(**query):
        answer = client.get(reverse("public:site-list"), query)
        return {site.name for site in answer.context["sites"]}

    assert found(kind="red") == found(township=township.pk) == {"红军桥"}
    assert found(kind="red", q="果园") == set()
    assert found(kind="made-up", township="x") == {"红军桥", "果园"}
    assert "查询条件无效，已忽略。" in text_of(client, "site-list", kind="made-up")


def test_nothing_personal_is_in_the_catalogue(client):
    site = SiteFactory()
    course = CourseFactory(site=site, is_public=True)
    lecture = accepted(
        course=course, site=site, lecturer_name="张主讲", content="内部摘要"
    )
    for name, args in [
        ("course-list", []),
        ("course-detail", [course.pk]),
        ("site-list", []),
        ("site-detail", [site.pk]),
    ]:
        text = text_of(client, name, *args)
        for word in ("张主讲", "内部摘要", str(lecture.created_by)):
            assert word not in text


@pytest.mark.parametrize(
    "name", ["course-list", "course-detail", "site-list", "site-detail"]
)
def test_queries_do_not_grow_with_rows(name, client, django_assert_num_queries):
    site = SiteFactory()
    course = CourseFactory(site=site, is_public=True)
    args = {"course-detail": [course.pk], "site-detail": [site.pk]}.get(name, [])

    def add(count):
        for _ in range(count):
            CourseFactory(site=site, is_public=True)
            other = SiteFactory(township=RegionFactory())
            CourseFactory(site=other, is_public=True)
            AwardFactory(chamber=None, site=site)
            accepted(course=course, site=site)

    add(1)
    with CaptureQueriesContext(connection) as one:
        text_of(client, name, *args)
    add(2)
    with django_assert_num_queries(len(one)):
        text_of(client, name, *args)
