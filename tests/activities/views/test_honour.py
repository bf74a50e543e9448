"""The honour roll on any day, its poster, and titles as a timeline."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.models import Award
from activities.services.public_report import load_public_report
from chambers.models import Region
from tests.factories.activities import (
    AwardFactory,
    PracticeFactory,
    SchemeVersionFactory,
    SiteFactory,
)
from tests.factories.chambers import BranchFactory, ChamberFactory, RegionFactory
from tests.markup import markup_of

pytestmark = pytest.mark.django_db

IGNORED = "查询条件无效，已忽略。"
REVOKED = {
    "revocation_reason": "弄虚作假",
    "revocation_document": "闽联〔2025〕1号",
}


def text_of(client, name, *args, **query):
    answer = client.get(reverse(f"public:{name}", args=args), query)
    assert answer.status_code == 200
    return markup_of(answer)


def roll_of(client, name="honour-list", **query):
    return client.get(reverse(f"public:{name}"), query).context["roll"]


def recipients(client, **query):
    return {str(award.recipient) for award in roll_of(client, **query).awards}


def states(client, **query):
    return [award.state for award in roll_of(client, **query).awards]


def a_long_story():
    """Return a title, and the later one that renewed it and was revoked."""
    old = AwardFactory(
        level="county", granted_on=date(2021, 3, 1), valid_until=date(2023, 3, 1)
    )
    new = AwardFactory(
        level="county",
        version=old.version,
        chamber=old.chamber,
        renews=old,
        granted_on=date(2023, 2, 1),
        valid_until=date(2025, 2, 1),
        revoked_on=date(2024, 5, 5),
        **REVOKED,
    )
    return old, new


def test_an_empty_roll_says_what_will_be_here(client):
    assert "登记了称号以后，会显示在这里。" in text_of(client, "honour-list")
    assert "登记了称号以后，会显示在这里。" in text_of(client, "honour-poster")
    assert "没有符合条件的称号" in text_of(client, "honour-list", q="没有")


@pytest.mark.parametrize("name", ["honour-list", "honour-poster"])
def test_the_roll_has_every_title_and_no_praise(name, client):
    load_public_report()
    text = text_of(client, name)
    titles = Award.objects.titles()
    assert titles.count() == 10
    for award in titles:
        assert award.title in text
        assert str(award.recipient) in text
    for word in ("年度未载明", "单位未载明", "第一批", "试点", "先进和示范称号"):
        assert word in text
    assert "工作肯定" not in text
    assert "写入省工商联工作报告" not in text


@pytest.mark.parametrize("query", ["稔田", "rentian", "rt", "RenTian", "稔 商会"])
def test_the_roll_is_searched_by_characters_pinyin_and_initials(client, query):
    load_public_report()
    text = text_of(client, "honour-list", q=query)
    assert "稔田商会" in text
    assert "庐丰商会" not in text


def test_the_roll_is_narrowed(client):
    load_public_report()
    rentian = Region.objects.get(name="稔田镇").pk
    assert recipients(client, level="national") == {"稔田商会", "庐丰商会"}
    assert recipients(client, township=rentian) == {"稔田商会", "稔田商会党支部"}
    assert recipients(client, level="city", township=rentian) == {"稔田商会党支部"}
    assert recipients(client, kind="pilot") == {"稔田商会党支部"}
    assert recipients(client, kind="title") == {"庐丰商会", "观音井百果园"}
    assert len(recipients(client, cycle="none")) == 8
    AwardFactory(cycle_label="2023—2024年度", chamber=ChamberFactory(name="新商会"))
    assert recipients(client, cycle="2023—2024年度") == {"新商会"}


def test_the_roll_of_a_chamber_has_its_party_organisations_and_sites(client):
    chamber = ChamberFactory(name="云溪商会")
    AwardFactory(chamber=chamber)
    AwardFactory(chamber=None, branch=BranchFactory(name="甲支部", chambers=[chamber]))
    AwardFactory(chamber=None, site=SiteFactory(name="果园", chamber=chamber))
    AwardFactory()
    assert recipients(client, chamber=chamber.pk) == {"云溪商会", "甲支部", "果园"}
    text = text_of(client, "honour-list", chamber=chamber.pk)
    assert f'<input type="hidden" name="chamber" value="{chamber.pk}">' in text


def test_a_made_up_choice_is_ignored_and_said(client):
    load_public_report()
    wrong = {"level": "x", "cycle": "x", "township": "x", "kind": "praise"}
    for name, value in (wrong | {"chamber": "0", "ended": "2"}).items():
        assert len(roll_of(client, **{name: value}).awards) == 10
        for page in ("honour-list", "honour-poster"):
            assert IGNORED in text_of(client, page, **{name: value})
    assert IGNORED not in text_of(client, "honour-list")


@pytest.mark.parametrize(
    "day", ["2024-02-30", "0000-00-00", "1949-09-30", "2999-01-01", "今天", "20240101"]
)
def test_an_impossible_day_is_ignored_and_gives_today(client, day):
    roll = roll_of(client, on=day)
    assert (roll.day, roll.is_today) == (timezone.localdate(), True)
    assert IGNORED in text_of(client, "honour-list", on=day)


def test_tomorrow_is_no_day_of_the_roll(client):
    today = timezone.localdate()
    assert roll_of(client, on=str(today + timedelta(days=1))).filters.ignored
    assert roll_of(client, on=str(today)).is_today
    assert IGNORED not in text_of(client, "honour-list", on=str(today))


def test_the_roll_of_any_day_has_what_was_held_then(client):
    a_long_story()
    assert states(client, on="2021-02-28", ended="1") == []
    assert states(client, on="2021-03-01") == ["valid"]
    assert states(client, on="2022-12-31") == ["due"]
    assert states(client, on="2023-02-01") == ["valid"]
    assert states(client, on="2023-02-01", ended="1") == ["renewed", "valid"]
    assert states(client, on="2024-05-05") == []
    assert states(client, ended="1") == ["renewed", "revoked"]
    assert "截至 <time" in text_of(client, "honour-list", on="2022-12-31")
    assert "截至 2022年12月31日" in text_of(client, "honour-list", on="2022-12-31")


def test_ended_titles_are_shown_on_demand_with_the_word(client):
    a_long_story()
    AwardFactory(granted_on=date(2020, 1, 1), valid_until=date(2021, 1, 1))
    text = text_of(client, "honour-list")
    assert "弄虚作假" not in text
    assert "3</b> 项已再次认定、已到期或已取消，没有列出" in text
    assert 'href="?ended=1"' in text
    text = text_of(client, "honour-list", ended="1")
    for word in (">已再次认定<", ">已到期<", ">已取消<", "弄虚作假", "闽联〔2025〕1号"):
        assert word in text
    assert "含已结束的称号" in text
    assert "全国“四好”商会" not in text_of(client, "home")


def test_levels_are_counted_whatever_level_is_chosen(client):
    load_public_report()
    a_long_story()
    counts = {"national": 2, "provincial": 6, "city": 2, "county": 0}
    for query in ({}, {"level": "city"}, {"ended": "1"}):
        assert roll_of(client, **query).counts == counts
    assert roll_of(client, kind="pilot").counts["city"] == 1


def test_kinds_stand_under_headings_of_their_own(client):
    load_public_report()
    sections = [
        (kind, [level for level, _ in levels])
        for kind, levels in roll_of(client).sections
    ]
    assert sections == [
        ("“四好”商会", ["国家级", "省级"]),
        ("试点", ["市级"]),
        ("先进和示范称号", ["省级", "市级"]),
    ]


def test_titles_without_a_date_are_explained_on_a_past_day_only(client):
    words = "来源没有写明授予日期的称号，在任何一天的榜上都列出。"
    AwardFactory(granted_on=date(2020, 1, 1))
    assert words not in text_of(client, "honour-list", on="2021-01-01")
    AwardFactory()
    for page in ("honour-list", "honour-poster"):
        assert words not in text_of(client, page)
        assert text_of(client, page, on="2019-01-01").count(words) == 1


def test_the_rail_has_the_ends_of_past_years_and_the_day_asked_for(client):
    today = timezone.localdate()
    AwardFactory(granted_on=date(today.year - 2, 6, 1))

    def stops(**query):
        answer = client.get(reverse("public:honour-list"), query)
        return answer.context["rail"]

    ends = [
        (f"{year}年末", f"on={year}-12-31", False)
        for year in (today.year - 2, today.year - 1)
    ]
    assert stops() == [*ends, ("今天", "", True)]
    assert stops(on=f"{today.year - 1}-12-31", q="a") == [
        (ends[0][0], f"q=a&{ends[0][1]}", False),
        (ends[1][0], f"q=a&{ends[1][1]}", True),
        ("今天", "q=a", False),
    ]
    assert stops(on=f"{today.year - 1}-05-04")[1] == (
        f"{today.year - 1}年5月4日",
        f"on={today.year - 1}-05-04",
        True,
    )


def test_an_entry_says_all_that_is_known(client):
    chamber = ChamberFactory(name="云溪商会")
    award = AwardFactory(
        chamber=chamber,
        title="甲称号",
        grantor="某工商联",
        document_number="某联〔2025〕3号",
        cycle_label="2025年度",
        granted_on=date(2025, 3, 4),
        valid_until=date(2035, 3, 31),
    )
    practice = PracticeFactory(name="四方议事", chamber=chamber, is_public=True)
    text = text_of(client, "honour-list")
    for word in (
        *("国家级", "甲称号", "某工商联", "某联〔2025〕3号", "2025年度"),
        *("2025年3月4日", "至 2035年3月31日", ">有效<", f'id="award-{award.pk}"'),
        *(chamber.get_absolute_url(), practice.get_absolute_url(), "四方议事"),
    ):
        assert word in text


def test_chips_and_the_poster_carry_what_is_filtered(client):
    load_public_report()
    query = {"level": "national", "on": "2024-12-31", "q": "rt"}
    text = text_of(client, "honour-list", **query)
    for address in (
        'href="?q=rt&amp;on=2024-12-31"',
        'href="?q=rt&amp;level=national"',
        f'href="{reverse("public:honour-poster")}?q=rt&amp;level=national&amp;on=2024',
        "截至 2024年12月31日",
    ):
        assert address in text
    text = text_of(client, "honour-poster", **query)
    for word in ("红领杭商", "上杭县商会荣誉榜", "2024年12月31日", " · rt · 国家级"):
        assert word in text
    assert "庐丰商会" not in text
    assert 'href="/honours/?q=rt&amp;level=national&amp;on=2024-12-31"' in text


@pytest.mark.parametrize(("count", "size"), [(10, "few"), (11, "some"), (15, "many")])
def test_a_poster_is_set_smaller_with_more_titles(client, count, size):
    version = SchemeVersionFactory()
    AwardFactory.create_batch(count, version=version, chamber=ChamberFactory())
    assert f'class="poster {size}"' in text_of(client, "honour-poster")


def test_a_chamber_shows_its_titles_as_a_timeline(client):
    old, new = a_long_story()
    undated = AwardFactory(chamber=old.chamber, title="无日期称号")
    cycle = AwardFactory(chamber=old.chamber, cycle_label="2019—2020年度")
    site = SiteFactory(name="果园", chamber=old.chamber)
    last = AwardFactory(chamber=None, site=site, granted_on=date(2025, 1, 1))
    answer = client.get(reverse("public:chamber-detail", args=[old.chamber_id]))
    assert answer.context["timeline"] == [
        ("2025年", [last]),
        ("2023年", [new]),
        ("2021年", [old]),
        ("2019—2020年度", [cycle]),
        ("年度未载明", [undated]),
    ]
    text = markup_of(answer)
    for word in (
        *(">已再次认定<", ">已取消<", ">有效<", "果园", "弄虚作假"),
        f'<a href="#award-{old.pk}">2021年3月1日授予</a>',
        f'<a href="#award-{new.pk}">2023年2月1日再次认定</a>',
        f"/honours/?chamber={old.chamber_id}&amp;ended=1",
    ):
        assert word in text


def test_a_site_shows_its_own_titles_as_a_timeline(client):
    site = SiteFactory(name="果园", chamber=ChamberFactory())
    award = AwardFactory(chamber=None, site=site)
    AwardFactory(chamber=site.chamber)
    answer = client.get(reverse("public:site-detail", args=[site.pk]))
    assert answer.context["timeline"] == [("年度未载明", [award])]
    assert ">有效<" in answer.content.decode()


def test_a_chamber_without_titles_says_so(client):
    chamber = ChamberFactory()
    assert "尚未登记称号。" in text_of(client, "chamber-detail", chamber.pk)


@pytest.mark.parametrize("name", ["honour-list", "honour-poster", "chamber-detail"])
def test_queries_do_not_grow_with_rows(name, client, django_assert_num_queries):
    chamber = ChamberFactory(township=RegionFactory())
    args = [chamber.pk] if name == "chamber-detail" else []

    def add(count):
        for _ in range(count):
            award = AwardFactory(chamber=chamber, granted_on=date(2023, 1, 1))
            AwardFactory(
                version=award.version,
                chamber=chamber,
                renews=award,
                granted_on=date(2025, 1, 1),
            )
            AwardFactory(chamber=ChamberFactory(township=RegionFactory()))
            AwardFactory(chamber=None, branch=BranchFactory(chambers=[chamber]))
            AwardFactory(chamber=None, site=SiteFactory(chamber=chamber))
            PracticeFactory(chamber=chamber, is_public=True)

    add(1)
    with CaptureQueriesContext(connection) as one:
        text_of(client, name, *args, ended="1")
    add(2)
    with django_assert_num_queries(len(one)):
        text_of(client, name, *args, ended="1")
