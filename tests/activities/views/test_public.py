import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import Award, Photo
from activities.services.lecture import accept_lecture, submit_lecture
from activities.services.report import load_report
from chambers.models import Region
from tests.factories.activities import (
    AttendanceFactory,
    AwardFactory,
    IssueFactory,
    LectureFactory,
    SiteFactory,
    accepted,
    submitted,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    RegionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def text_of(client, name, *args, **query):
    answer = client.get(reverse(f"public:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_front_page_of_an_empty_county(client):
    assert "红领" in text_of(client, "home")


def test_the_front_page_shows_the_report(client):
    load_report()
    text = text_of(client, "home")
    for word in ("27", "超", "400", "全国“四好”商会", "稔田商会", "庐丰商会"):
        assert word in text


def test_the_roll_has_every_title_and_no_praise(client):
    load_report()
    text = text_of(client, "honour-list")
    for award in Award.objects.titles():
        assert award.title in text
        assert str(award.recipient) in text
    assert "年度未载明" in text
    assert "写入省工商联工作报告" not in text


@pytest.mark.parametrize("query", ["稔田", "rentian", "rt", "RenTian", "稔 商会"])
def test_the_roll_is_searched_by_characters_pinyin_and_initials(client, query):
    load_report()
    text = text_of(client, "honour-list", q=query)
    assert "稔田商会" in text
    assert "庐丰商会" not in text


def test_the_roll_is_narrowed(client):
    load_report()
    roll = reverse("public:honour-list")
    rentian = Region.objects.get(name="稔田镇").pk

    def found(**query):
        return {str(a.recipient) for a in client.get(roll, query).context["awards"]}

    assert found(level="national") == {"稔田商会", "庐丰商会"}
    assert found(township=rentian) == {"稔田商会", "稔田商会党支部"}
    assert found(level="city", township=rentian) == {"稔田商会党支部"}
    assert len(found(cycle="none")) == 8
    AwardFactory(cycle_label="2023—2024年度", chamber=ChamberFactory(name="新商会"))
    assert found(cycle="2023—2024年度") == {"新商会"}
    assert found(level="made-up") == found(township="x") == set()


@pytest.mark.parametrize("query", ["\x00", "%", "'", "a" * 5000, "𠮷", "\\", "()"])
def test_odd_queries_are_harmless(client, query):
    load_report()
    for name in ("honour-list", "chamber-list"):
        for key in ("q", "level", "cycle", "township", "kind"):
            text_of(client, name, **{key: query})
    text_of(client, "lecture-list", series=query, older=query)


def test_a_revoked_title_stays_with_the_word(client):
    AwardFactory(
        state="revoked",
        revoked_on="2025-01-01",
        revocation_reason="弄虚作假",
        revocation_document="闽联〔2025〕1号",
    )
    assert "已取消" in text_of(client, "honour-list")
    assert "全国“四好”商会" not in text_of(client, "home")


def test_the_chamber_list_is_searched_and_narrowed(client):
    load_report()
    assert "稔田商会" in text_of(client, "chamber-list", q="rt")
    assert "庐丰商会" not in text_of(client, "chamber-list", q="rt")
    assert "青年企业家商会" in text_of(client, "chamber-list", kind="youth")
    ChamberFactory(name="旧商会", state="closed")
    assert "旧商会" not in text_of(client, "chamber-list")


def test_a_chamber_page_has_titles_branch_lectures_and_introduction(client):
    chamber = ChamberFactory(name="云溪商会", introduction="位于云溪河畔。")
    branch = BranchFactory(name="云溪支部", chambers=[chamber])
    AwardFactory(chamber=chamber, title="甲称号")
    AwardFactory(chamber=None, branch=branch, title="乙称号")
    AwardFactory(chamber=None, site=SiteFactory(chamber=chamber), title="丙称号")
    accepted(chamber=chamber, topic="公开的讲课")
    accepted(chamber=chamber, topic="内部的讲课", is_public=False)
    submitted(chamber=chamber, topic="待审的讲课")
    text = text_of(client, "chamber-detail", chamber.pk)
    for word in ("位于云溪河畔。", "云溪支部", "甲称号", "乙称号", "丙称号", "公开的"):
        assert word in text
    assert "内部的讲课" not in text
    assert "待审的讲课" not in text


def test_only_accepted_public_lectures_are_shown(client):
    shown = accepted(topic="公开的讲课")
    for hidden in (LectureFactory(), submitted(), accepted(is_public=False)):
        address = reverse("public:lecture-detail", args=[hidden.pk])
        assert client.get(address).status_code == 404
    assert "公开的讲课" in text_of(client, "lecture-detail", shown.pk)
    rows = client.get(reverse("public:lecture-list")).context["page"].rows
    assert rows == [shown]


def test_lectures_are_listed_by_series(client):
    issue = IssueFactory()
    lecture = accepted(issue=issue)
    accepted()
    address = reverse("public:lecture-list")
    assert client.get(address, {"series": issue.series.pk}).context["page"].rows == [
        lecture
    ]


def test_nothing_personal_is_public(client):
    lecture = LectureFactory(
        lecturer_name="张主讲", content="内部摘要", created_by__name="赵登记"
    )
    AttendanceFactory(lecture=lecture, member__name="钱会员")
    submit_lecture(lecture, user=lecture.created_by)
    accept_lecture(lecture, user=UserFactory(name="孙审核"))
    for name, args in [
        ("home", []),
        ("lecture-list", []),
        ("lecture-detail", [lecture.pk]),
        ("chamber-detail", [lecture.chamber_id]),
    ]:
        text = text_of(client, name, *args)
        for word in ("张主讲", "赵登记", "钱会员", "孙审核", "内部摘要"):
            assert word not in text


def test_a_photo_is_public_only_with_its_record(client):
    lecture = accepted(photos=1)
    photo = lecture.photos.get()
    address = reverse("public:photo", args=[photo.pk, "full"])
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    Photo.objects.update(is_public=False)
    assert client.get(address).status_code == 404
    Photo.objects.update(is_public=True)
    type(lecture).objects.update(is_public=False)
    assert client.get(address).status_code == 404


def test_every_figure_of_the_report_is_shown(client):
    load_report()
    text = text_of(client, "figure-list")
    assert text.count("尚未计数") >= 24
    for word in ("708.3", "约", "近", "不少于", "公开报道"):
        assert word in text


@pytest.mark.parametrize(
    "name", ["home", "honour-list", "chamber-list", "lecture-list", "chamber-detail"]
)
def test_queries_do_not_grow_with_rows(name, client, django_assert_num_queries):
    chamber = ChamberFactory(township=RegionFactory())
    args = [chamber.pk] if name == "chamber-detail" else []

    def add(count):
        for _ in range(count):
            branch = BranchFactory(chambers=[chamber])
            ChamberFactory(township=RegionFactory())
            AwardFactory(chamber=chamber)
            AwardFactory(chamber=None, branch=branch)
            AwardFactory(chamber=None, site=SiteFactory(chamber=chamber))
            accepted(chamber=chamber, issue=IssueFactory())

    add(1)
    with CaptureQueriesContext(connection) as one:
        text_of(client, name, *args)
    add(2)
    with django_assert_num_queries(len(one)):
        text_of(client, name, *args)


def test_queries_of_a_lecture_do_not_grow(client, django_assert_num_queries):
    first, second = accepted(photos=1), accepted(photos=3)
    with CaptureQueriesContext(connection) as one:
        text_of(client, "lecture-detail", first.pk)
    with django_assert_num_queries(len(one)):
        text_of(client, "lecture-detail", second.pk)
