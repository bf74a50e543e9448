from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import Photo
from activities.services.lecture import (
    accept_lecture,
    correct_lecture,
    submit_lecture,
)
from activities.services.public_report import load_public_report
from redleader.models import AuditEntry
from tests.factories.activities import (
    AttendanceFactory,
    AwardFactory,
    CourseFactory,
    IssueFactory,
    LectureFactory,
    SeriesFactory,
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
from tests.markup import markup_of

pytestmark = pytest.mark.django_db


def text_of(client, name, *args, **query):
    answer = client.get(reverse(f"public:{name}", args=args), query)
    assert answer.status_code == 200
    return markup_of(answer)


def test_the_front_page_of_an_empty_county(client):
    assert "红领" in text_of(client, "home")


def test_the_front_page_shows_the_report(client):
    load_public_report()
    text = text_of(client, "home")
    for word in ("27", "超", "400", "全国“四好”商会", "稔田商会", "庐丰商会"):
        assert word in text


@pytest.mark.parametrize("query", ["\x00", "%", "'", "a" * 5000, "𠮷", "\\", "()"])
def test_odd_queries_are_harmless(client, query):
    load_public_report()
    for name in ("honour-list", "honour-poster", "practice-list", "chamber-list"):
        for key in ("q", "level", "cycle", "township", "kind", "on", "chamber"):
            text_of(client, name, **{key: query})
    text_of(client, "lecture-list", series=query, older=query)


def test_the_chamber_list_is_searched_and_narrowed(client):
    load_public_report()
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


def test_lectures_are_narrowed_by_series_kind_theme_and_year(client):
    issue = IssueFactory()
    lecture = accepted(issue=issue, kind="hall", theme="shine", started_at=at(2025))
    other = accepted(kind="group", started_at=at(2023))

    def found(**query):
        answer = client.get(reverse("public:lecture-list"), query)
        return answer.context["page"].rows

    for query in (
        {"series": issue.series.pk},
        {"kind": "hall"},
        {"theme": "shine"},
        {"year": 2025},
    ):
        assert found(**query) == [lecture]
    assert found(kind="group") == found(year=2023) == [other]
    assert found(year=2024) == found(kind="hall", year=2023) == []
    text = text_of(client, "lecture-list", kind="hall", theme="shine")
    for chip in ('href="?theme=shine"', 'href="?kind=hall"', "党徽闪光我担当"):
        assert chip in text


@pytest.mark.parametrize("value", ["0", "abc", "99999", "\x00x", "9" * 30, "-1", "٣"])
def test_a_made_up_choice_of_lectures_is_ignored_and_said(client, value):
    lecture = accepted()
    for name in ("series", "kind", "theme", "year"):
        answer = client.get(reverse("public:lecture-list"), {name: value})
        assert answer.context["page"].rows == [lecture]
        assert "查询条件无效，已忽略。" in answer.content.decode()
    assert "已忽略" not in text_of(client, "lecture-list")


def test_the_choices_of_a_list_go_on_to_its_next_page(client):
    for _ in range(21):
        accepted(kind="hall")
    text = text_of(client, "lecture-list", kind="hall")
    assert "?kind=hall&amp;older=" in text


def at(year):
    return datetime(year, 5, 4, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_lecture_page_says_kind_theme_organiser_course_place_and_numbers(client):
    lecture = accepted(
        kind="assembly",
        theme="recite",
        course=CourseFactory(name="桥头故事", is_public=True),
        site=SiteFactory(name="红军桥"),
        expected=20,
        on_leave=1,
        absent=1,
        guests=3,
    )
    text = text_of(client, "lecture-detail", lecture.pk)
    for word in (
        "支部党员大会",
        "党章传诵我来讲",
        str(lecture.chamber),
        "桥头故事",
        "红军桥",
        "应到 20 人，请假 1 人，缺席 1 人，列席 3 人（仅人数）",
    ):
        assert word in text
    lecture = accepted(course=CourseFactory(name="内部课程"))
    assert "内部课程" not in text_of(client, "lecture-detail", lecture.pk)


def test_what_the_federation_holds_is_public_without_a_chamber(client):
    issue = IssueFactory()
    lecture = accepted(organiser="federation", chamber=None, issue=issue)
    for name, args in [
        ("home", []),
        ("lecture-list", []),
        ("lecture-detail", [lecture.pk]),
        ("series-detail", [issue.series.pk]),
    ]:
        text = text_of(client, name, *args)
        assert "县工商联" in text
        assert "None" not in text


def test_what_a_branch_holds_names_the_branch_on_every_page(client):
    chamber = ChamberFactory()
    branch = BranchFactory(name="云溪支部", chambers=[chamber])
    lecture = accepted(organiser="branch", chamber=chamber, branch=branch)
    for name, args in [
        ("lecture-list", []),
        ("lecture-detail", [lecture.pk]),
    ]:
        assert "云溪支部" in text_of(client, name, *args)


def corrected(lecture, **fields):
    """Accept a correction of a lecture with other values."""
    correction = correct_lecture(lecture, user=lecture.created_by, reason="笔误")
    for name, value in fields.items():
        setattr(correction, name, value)
    correction.save()
    submit_lecture(correction, user=lecture.created_by)
    return accept_lecture(correction, user=UserFactory())


def test_a_correction_says_what_it_changed_and_nothing_internal(client):
    lecture = accepted(
        topic="王五谈经营", present=18, lecturer_name="旧主讲", content="旧摘要"
    )
    address = reverse("public:lecture-detail", args=[lecture.pk])
    assert "更正" not in client.get(address).content.decode()
    correction = corrected(
        lecture,
        topic="会员谈经营",
        present=17,
        expected=17,
        lecturer_name="新主讲",
        content="新摘要",
    )
    text = text_of(client, "lecture-detail", correction.pk)
    assert "更正：主题有改动；应到 未填 → 17；实到 18 → 17。" in text
    for word in ("旧主讲", "新主讲", "旧摘要", "新摘要", "笔误", "王五"):
        assert word not in text
    answer = client.get(address)
    assert answer.status_code == 301
    assert answer["Location"] == reverse("public:lecture-detail", args=[correction.pk])
    rows = client.get(reverse("public:lecture-list")).context["page"].rows
    assert rows == [correction]


def test_a_corrected_record_leads_nowhere_when_either_is_internal(client):
    lecture = accepted()
    correction = corrected(lecture)
    address = reverse("public:lecture-detail", args=[lecture.pk])
    for hidden in (lecture, correction):
        type(lecture).objects.filter(pk=hidden.pk).update(is_public=False)
        assert client.get(address).status_code == 404
        type(lecture).objects.filter(pk=hidden.pk).update(is_public=True)
    correction = corrected(correction, present=16)
    assert client.get(address, follow=True).context["lecture"] == correction


def test_a_correction_is_silent_on_what_was_never_public(client):
    correction = corrected(accepted(present=18, is_public=False), present=17)
    type(correction).objects.filter(pk=correction.pk).update(is_public=True)
    text = text_of(client, "lecture-detail", correction.pk)
    assert "</time> 更正。" in text


def test_a_series_shows_its_issues_newest_first_with_their_sessions(client):
    series = SeriesFactory(name="红土讲堂", introduction="一月一期。")
    issues = [IssueFactory(series=series, number=n) for n in range(1, 23)]
    shown = accepted(topic="公开的讲课", issue=issues[-1])
    accepted(topic="内部的讲课", issue=issues[-1], is_public=False)
    answer = client.get(reverse("public:series-detail", args=[series.pk]))
    page = answer.context["page"]
    assert [issue.number for issue in page.rows] == list(range(22, 2, -1))
    assert page.rows[0].sessions == [shown]
    text = answer.content.decode()
    assert "内部的讲课" not in text
    for word in ("一月一期。", "公开的讲课", "第 22 期", "?older=3"):
        assert word in text
    address = reverse("public:series-detail", args=[series.pk])
    page = client.get(address, {"older": "3"}).context["page"]
    assert [issue.number for issue in page.rows] == [2, 1]
    for odd in ("x", "-1", "9" * 40, "\x00", "²"):
        assert client.get(address, {"older": odd}).context["page"].is_first
    assert client.get(reverse("public:series-detail", args=[10**9])).status_code == 404


def test_an_issue_of_very_many_sessions_shows_the_newest(client, monkeypatch):
    monkeypatch.setattr("activities.views.public.lecture.SESSIONS", 2)
    monkeypatch.setattr("activities.views.public.lecture.OTHERS", 1)
    issue = IssueFactory()
    rows = [accepted(issue=issue, started_at=f"2026-03-0{n}T01:00Z") for n in (1, 2, 3)]

    series = client.get(reverse("public:series-detail", args=[issue.series.pk]))
    lecture = client.get(reverse("public:lecture-detail", args=[rows[0].pk]))

    (shown,) = series.context["page"].rows
    assert shown.sessions == rows[:0:-1]
    assert '公开 <b class="number">3</b> 场' in series.content.decode()
    assert "这里列最近 2 场。" in series.content.decode()
    assert f"?series={issue.series.pk}" in series.content.decode()
    assert lecture.context["others"] == [rows[2]]
    assert "这一期的更多场次" in lecture.content.decode()
    monkeypatch.setattr("activities.views.public.lecture.SESSIONS", 3)
    monkeypatch.setattr("activities.views.public.lecture.OTHERS", 2)
    text = text_of(client, "series-detail", issue.series.pk)
    assert "这里列最近" not in text
    assert "这一期的更多场次" not in text_of(client, "lecture-detail", rows[0].pk)


def test_a_list_and_a_lecture_lead_to_the_series(client):
    issue = IssueFactory()
    lecture = accepted(issue=issue)
    address = reverse("public:series-detail", args=[issue.series.pk])
    assert address in text_of(client, "lecture-list")
    assert address in text_of(client, "lecture-detail", lecture.pk)


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
    page = reverse("public:lecture-detail", args=[lecture.pk])
    assert address in client.get(page).content.decode()
    Photo.objects.update(is_public=False)
    assert client.get(address).status_code == 404
    assert address not in client.get(page).content.decode()
    Photo.objects.update(is_public=True)
    type(lecture).objects.update(is_public=False)
    assert client.get(address).status_code == 404


def test_a_look_at_a_photo_that_is_not_public_is_written_down(sign_in):
    lecture = accepted(photos=1)
    photo = lecture.photos.get()
    client = sign_in(UserFactory())
    full, thumbnail = (
        reverse("public:photo", args=[photo.pk, size]) for size in ("full", "thumbnail")
    )
    b"".join(client.get(full))
    assert not AuditEntry.objects.filter(kind="export").exists()

    Photo.objects.update(is_public=False)
    b"".join(client.get(thumbnail))
    b"".join(client.get(full))

    entry = AuditEntry.objects.get(kind="export")
    assert (entry.path, entry.detail) == (full, {"type": "image/jpeg"})


def test_every_figure_of_the_report_is_shown(client):
    load_public_report()
    text = text_of(client, "figure-list")
    assert text.count("只有公布数") == 3
    for word in ("708.3", "约", "近", "不少于", "公开报道"):
        assert word in text


def open_issue(series):
    return IssueFactory(series=series, number=series.issues.count() + 1)


@pytest.mark.parametrize(
    "name",
    [
        "home",
        "honour-list",
        "chamber-list",
        "lecture-list",
        "chamber-detail",
        "series-detail",
    ],
)
def test_queries_do_not_grow_with_rows(name, client, django_assert_max_num_queries):
    """Fewer are well: the first titles of a longer roll may lack a kind."""
    chamber = ChamberFactory(township=RegionFactory())
    series = SeriesFactory()
    args = {"chamber-detail": [chamber.pk], "series-detail": [series.pk]}.get(name, [])

    def add(count):
        for _ in range(count):
            branch = BranchFactory(chambers=[chamber])
            ChamberFactory(township=RegionFactory())
            AwardFactory(chamber=chamber)
            AwardFactory(chamber=None, branch=branch)
            AwardFactory(chamber=None, site=SiteFactory(chamber=chamber))
            accepted(chamber=chamber, issue=open_issue(series))

    add(1)
    with CaptureQueriesContext(connection) as one:
        text_of(client, name, *args)
    add(2)
    with django_assert_max_num_queries(len(one)):
        text_of(client, name, *args)


def test_queries_of_a_lecture_do_not_grow(client, django_assert_num_queries):
    first, second = accepted(photos=1), accepted(photos=3)
    with CaptureQueriesContext(connection) as one:
        text_of(client, "lecture-detail", first.pk)
    with django_assert_num_queries(len(one)):
        text_of(client, "lecture-detail", second.pk)
