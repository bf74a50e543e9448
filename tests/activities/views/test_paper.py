"""Sign-in sheets and record forms to be printed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.papers.paper import qr_of
from activities.services.photo import add_photos
from tests.factories.activities import (
    AttendanceFactory,
    IssueFactory,
    LectureFactory,
    accepted,
    planned,
    upload,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    EnterpriseFactory,
    MemberFactory,
    MembershipFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db
SHEETS = ["lecture-signin", "lecture-record"]


def page(client, name, lecture):
    answer = client.get(reverse(f"workbench:{name}", args=[lecture.pk]))
    assert answer.status_code == 200
    return answer


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


@pytest.fixture
def client(chamber, sign_in):
    return sign_in(secretary_of(chamber))


def call(chamber, count):
    for number in range(count):
        MembershipFactory(chamber=chamber, member__name=f"会员{number}")


def test_a_sheet_names_who_is_called_and_leaves_lines_free(client, chamber):
    firm = EnterpriseFactory(name="云溪茶厂")
    MembershipFactory(chamber=chamber, member__name="陈会员", member__enterprise=firm)
    MembershipFactory(chamber=chamber, member__name="张会员", member__note="秘书处")
    lecture = LectureFactory(
        chamber=chamber, topic="诚信经营", issue=IssueFactory(series__name="红土讲堂")
    )
    answer = page(client, "lecture-signin", lecture)
    text = answer.content.decode()
    for word in (
        "签到表",
        "诚信经营",
        "云溪商会",
        "红土讲堂第1期",
        "商会会议室",
        "李红",
        "陈会员",
        "云溪茶厂",
        "张会员",
        "秘书处",
        "单位/职务",
    ):
        assert word in text
    lines = answer.context["lines"]
    assert len(lines) == 20
    assert {len(line) for line in lines} == {1}


@pytest.mark.parametrize(
    ("called", "lines", "columns"), [(13, 20, 1), (14, 20, 2), (79, 43, 2)]
)
def test_a_long_list_is_set_in_two_columns(client, chamber, called, lines, columns):
    call(chamber, called)  # and the secretary
    lecture = LectureFactory(chamber=chamber)
    rows = page(client, "lecture-signin", lecture).context["lines"]
    assert len(rows) == lines
    assert {len(row) for row in rows} == {columns}
    places = [place for row in rows for place in row]
    assert [place.number for place in places] == list(range(1, len(places) + 1))
    assert len([place for place in places if place.name]) == called + 1


def test_a_meeting_of_the_branch_lists_its_members(client, chamber):
    branch = BranchFactory(chambers=[chamber])
    MemberFactory(name="周党员", branch=branch)
    call(chamber, 2)
    lecture = LectureFactory(chamber=chamber, branch=branch, kind="assembly")
    text = page(client, "lecture-signin", lecture).content.decode()
    assert "周党员" in text
    assert "会员0" not in text


def test_the_record_form_says_what_is_known(client, chamber):
    lecture = LectureFactory(
        chamber=chamber,
        topic="诚信经营",
        theme="shine",
        host_name="王主持",
        recorder_name="赵记录",
        expected=20,
        present=18,
        on_leave=1,
        absent=1,
        guests=3,
        content="学习民营经济促进法。",
        decision="每季度一次。",
    )
    AttendanceFactory(
        lecture=lecture, member__name="钱会员", status="on_leave", reason="出差"
    )
    AttendanceFactory(lecture=lecture, member__name="孙会员", status="present")
    add_photos(lecture, [upload(1), upload(2)])
    text = page(client, "lecture-record", lecture).content.decode()
    for word in (
        "活动纪实表",
        "党徽闪光我担当",
        "王主持",
        "赵记录",
        "李红（商会党支部书记）",
        "钱会员（请假：出差）",
        "学习民营经济促进法。",
        "每季度一次。",
        "现场照片 2 张",
        "审核意见",
        "记录人签字",
    ):
        assert word in text
    assert "孙会员" not in text


@pytest.mark.parametrize("name", SHEETS)
def test_a_plan_leaves_blank_what_is_not_known(client, chamber, name):
    text = page(client, name, planned(chamber=chamber)).content.decode()
    assert "None" not in text
    assert "仅人数" not in text


@pytest.mark.parametrize("name", SHEETS)
def test_what_the_federation_holds_has_sheets_too(sign_in, name):
    lecture = accepted(organiser="federation", chamber=None)
    text = page(sign_in(UserFactory()), name, lecture).content.decode()
    assert "县工商联" in text


@pytest.mark.parametrize("name", SHEETS)
def test_the_code_opens_exactly_this_record(client, chamber, name):
    lecture = LectureFactory(chamber=chamber)
    answer = page(client, name, lecture)
    address = "http://testserver" + reverse(
        "workbench:lecture-detail", args=[lecture.pk]
    )
    assert answer.context["qr"] == qr_of(address)
    text = answer.content.decode()
    assert qr_of(address).path in text
    assert "<style" not in text
    assert "style=" not in text


def test_a_code_is_the_standard_one():
    """Its three finders stand in the corners, inside the quiet zone."""
    code = qr_of("http://testserver/workbench/lectures/1/")
    far = code.size - 11
    for x, y in ((4, 4), (far, 4), (4, far)):
        for step in range(7):
            assert f"M{x + step},{y}h1v1h-1z" in code.path
    assert "M3,4" not in code.path


@pytest.mark.parametrize("name", SHEETS)
def test_queries_of_a_sheet_do_not_grow(
    client, chamber, name, django_assert_num_queries
):
    first, second = (LectureFactory(chamber=chamber) for _ in range(2))

    def add(lecture, count):
        for _ in range(count):
            member = MemberFactory(enterprise=EnterpriseFactory())
            MembershipFactory(chamber=chamber, member=member)
            AttendanceFactory(lecture=lecture, member=member, status="absent")

    add(first, 1)
    with CaptureQueriesContext(connection) as one:
        page(client, name, first)
    add(second, 3)
    with django_assert_num_queries(len(one)):
        page(client, name, second)
