from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.forms.lecture import LectureForm
from activities.models import Lecture
from activities.models.lecture import LectureState
from tests.factories.activities import (
    IssueFactory,
    LectureFactory,
    accepted,
    returned,
    submitted,
    upload,
)
from tests.factories.chambers import (
    AppointmentFactory,
    BranchFactory,
    ChamberFactory,
    MembershipFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db
NEW = "workbench:lecture-create"


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


@pytest.fixture
def user(chamber):
    return secretary_of(chamber)


@pytest.fixture
def secretary(user, sign_in):
    return sign_in(user)


def typed(chamber, /, **changes):
    """Return what a secretary fills in: what a record needs."""
    started_at = timezone.localtime() - timedelta(hours=3)
    return {
        "kind": "party_lecture",
        "topic": "重走红军路",
        "organiser": "chamber",
        "chamber": chamber.pk,
        "started_at": f"{started_at:%Y-%m-%dT%H:%M}",
        "venue": "文化礼堂",
        "lecturer_name": "李红",
        "lecturer_role": "branch_secretary",
        "present": "18",
        "is_public": "on",
    } | changes


def of_page(client, address):
    """Return what the form of a page would send back, hidden fields too."""
    form = client.get(address).context["form"]
    return {
        name: value
        for name in form.fields
        if name != "roll"
        and (value := form[name].value()) is not None
        and value is not False
        and value != []
    }


def test_seven_fields_and_a_number_are_enough_for_a_draft(secretary, chamber, user):
    answer = secretary.post(reverse(NEW), typed(chamber), follow=True)
    lecture = Lecture.objects.get()
    assert answer.redirect_chain == [(lecture.get_absolute_url(), 302)]
    assert lecture.state == LectureState.DRAFT
    assert lecture.created_by == user
    assert "已存为草稿" in answer.content.decode()
    required = [
        name for name, field in LectureForm(user=user).fields.items() if field.required
    ]
    assert len(required) == 7


def test_submit_sends_it_for_review_at_once(secretary, chamber):
    answer = secretary.post(reverse(NEW), typed(chamber, submit="1"), follow=True)
    assert Lecture.objects.get().state == LectureState.SUBMITTED
    assert "已提交，等待县委组织部、县工商联审核" in answer.content.decode()


def test_a_new_form_knows_chamber_branch_lecturer_venue_and_issue(secretary, chamber):
    branch = BranchFactory(chambers=[chamber])
    AppointmentFactory(
        chamber=None, branch=branch, post="branch_secretary", member__name="王支书"
    )
    issue = IssueFactory()
    accepted(chamber=chamber, venue="老礼堂")
    form = secretary.get(reverse(NEW)).context["form"]
    assert form["chamber"].value() == chamber.pk
    assert form["branch"].value() == branch.pk
    assert form["lecturer_name"].value() == "王支书"
    assert form["lecturer_role"].value() == "branch_secretary"
    assert form["venue"].value() == "老礼堂"
    assert form["issue_choice"].value() == f"new:{issue.series.pk}:2"


def test_the_same_form_sent_twice_is_one_record(secretary, chamber):
    data = typed(chamber, form_key=of_page(secretary, reverse(NEW))["form_key"])
    first = secretary.post(reverse(NEW), data)
    second = secretary.post(reverse(NEW), data, follow=True)
    assert Lecture.objects.count() == 1
    assert second.redirect_chain[0][0] == first["Location"]
    assert "已保存，无需重复提交" in second.content.decode()


def test_a_refused_form_keeps_what_was_typed(secretary, chamber):
    answer = secretary.post(
        reverse(NEW), typed(chamber, topic="", venue="很特别的地点")
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "请填写主题。" in text
    assert "很特别的地点" in text
    assert not Lecture.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"present": "-1"}, "present", "实到应为 0–2000 的整数。"),
        ({"present": "十"}, "present", "实到应为 0–2000 的整数。"),
        ({"present": "2001"}, "present", "实到应为 0–2000 的整数。"),
        ({"started_at": "昨天"}, "started_at", "时间无效"),
        ({"started_at": "1890-01-01T10:00"}, "started_at", "请核对"),
        ({"started_at": "2199-01-01T10:00"}, "started_at", "不能登记到场人数"),
        ({"topic": "字" * 81}, "topic", "主题最多 80 个字，现有 81 个字。"),
        ({"topic": "坏\x00字"}, "topic", "无法显示的字符"),
        ({"content": "证号 350823199001011234"}, "content", "身份证号"),
        ({"chamber": "x"}, "chamber", "所选所属商会无效"),
        ({"chamber": "9" * 30}, "chamber", "所选所属商会无效"),
        ({"kind": "party"}, "kind", "所选类别无效"),
        (
            {"expected": "10", "present": "12"},
            "present",
            "到场 12 人多于应到 10 人，请核对。",
        ),
        (
            {"expected": "20", "on_leave": "1", "absent": "0"},
            None,
            "应到人数应等于",
        ),
        ({"present": ""}, "present", "请点名，或填写实到人数。"),
        ({"organiser": "federation"}, "organiser", "所选主办单位类型无效"),
        ({"organiser": "branch"}, "branch", "请选择主办的党组织。"),
        ({"issue_choice": "new:1:x"}, "issue_choice", "所选期数无效"),
        ({"roll-99999": "present"}, "roll", "无效"),
    ],
)
def test_bad_input_gets_its_sentence(secretary, chamber, changes, field, message):
    answer = secretary.post(reverse(NEW), typed(chamber, **changes))
    errors = answer.context["form"].errors
    assert answer.status_code == 422
    assert message in str(errors.get(field or "__all__"))
    assert not Lecture.objects.exists()


def test_a_bad_photo_keeps_the_form(secretary, chamber):
    bad = upload(name="照片.gif")
    answer = secretary.post(reverse(NEW), typed(chamber, photos=[bad]))
    assert answer.status_code == 422
    assert "只能上传 JPG、PNG 或 WebP" in answer.content.decode()
    assert not Lecture.objects.exists()


def test_photos_roll_and_issue_come_with_the_form(secretary, chamber):
    members = [MembershipFactory(chamber=chamber).member for _ in range(2)]
    issue = IssueFactory()
    secretary.post(
        reverse(NEW),
        typed(
            chamber,
            **{f"roll-{member.pk}": "present" for member in members},
            photos=[upload(1), upload(2)],
            issue_choice=f"new:{issue.series.pk}:2",
        ),
    )
    lecture = Lecture.objects.get()
    assert lecture.photos.count() == lecture.attendances.count() == 2
    assert lecture.issue.number == 2


def test_a_draft_is_changed(secretary, chamber, user):
    lecture = LectureFactory(chamber=chamber, created_by=user)
    address = reverse("workbench:lecture-update", args=[lecture.pk])
    secretary.post(address, of_page(secretary, address) | {"venue": "新地点"})
    lecture.refresh_from_db()
    assert lecture.venue == "新地点"
    assert lecture.version == 2


def test_the_later_of_two_writers_keeps_the_typed_text(secretary, chamber, user):
    lecture = LectureFactory(chamber=chamber, created_by=user, venue="原地点")
    address = reverse("workbench:lecture-update", args=[lecture.pk])
    late = of_page(secretary, address) | {"venue": "迟到的地点"}
    secretary.post(address, of_page(secretary, address) | {"venue": "先到的地点"})
    answer = secretary.post(address, late)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "先到的地点" in text
    assert "迟到的地点" in text
    lecture.refresh_from_db()
    assert lecture.venue == "先到的地点"
    again = secretary.post(address, late | {"version": lecture.version})
    assert again.status_code == 302


def test_a_submitted_record_is_not_edited_but_withdrawn(secretary, chamber, user):
    lecture = submitted(chamber=chamber, created_by=user)
    address = reverse("workbench:lecture-update", args=[lecture.pk])
    answer = secretary.get(address, follow=True)
    assert "请先“撤回”" in answer.content.decode()
    secretary.post(reverse("workbench:lecture-withdraw", args=[lecture.pk]))
    assert secretary.get(address).status_code == 200


def test_the_desk_says_what_was_returned_and_why(secretary, chamber, user):
    returned(chamber=chamber, created_by=user, reason="签到表缺第二页。")
    LectureFactory(chamber=chamber, created_by=user, topic="写了一半")
    text = secretary.get(reverse("workbench:desk")).content.decode()
    assert "签到表缺第二页。" in text
    assert "写了一半" in text


def test_an_empty_desk_says_how_to_begin(secretary):
    text = secretary.get(reverse("workbench:desk")).content.decode()
    assert reverse(NEW) in text


def test_deleting_asks_first(secretary, chamber, user):
    lecture = LectureFactory(chamber=chamber, created_by=user)
    address = reverse("workbench:lecture-delete", args=[lecture.pk])
    assert secretary.get(address).status_code == 200
    assert Lecture.objects.exists()
    secretary.post(address)
    assert not Lecture.objects.exists()


def test_a_step_that_came_too_late_says_so(secretary, chamber, user):
    lecture = accepted(chamber=chamber, created_by=user)
    for step in ("submit", "withdraw", "delete"):
        answer = secretary.post(reverse(f"workbench:lecture-{step}", args=[lecture.pk]))
        assert answer.status_code == 409


def test_the_list_goes_on_to_older_records(secretary, chamber, user):
    for number in range(23):
        day = timezone.now() - timedelta(days=number + 1)
        LectureFactory(
            chamber=chamber, created_by=user, topic=f"第{number:02}讲", started_at=day
        )
    address = reverse("workbench:lecture-list")
    first = secretary.get(address).context["page"]
    second = secretary.get(address, {"older": first.older}).context["page"]
    topics = [row.topic for row in (*first.rows, *second.rows)]
    assert topics == [f"第{number:02}讲" for number in range(23)]
    assert not second.older
    assert secretary.get(address, {"older": "made-up"}).context["page"].is_first


def test_the_list_is_narrowed_by_state(secretary, chamber, user):
    LectureFactory(chamber=chamber, created_by=user)
    submitted(chamber=chamber, created_by=user)
    address = reverse("workbench:lecture-list")
    rows = secretary.get(address, {"state": "submitted"}).context["page"].rows
    assert [row.state for row in rows] == ["submitted"]


@pytest.mark.parametrize("name", ["desk", "lecture-list", "lecture-create"])
def test_queries_do_not_grow_with_rows(
    name, secretary, chamber, user, django_assert_num_queries
):
    address = reverse(f"workbench:{name}")

    def add(count):
        for _ in range(count):
            LectureFactory(chamber=chamber, created_by=user)
            submitted(chamber=chamber, created_by=user)
            returned(chamber=chamber, created_by=user)
            accepted(chamber=chamber, created_by=user)
            MembershipFactory(chamber=chamber)

    add(1)
    with CaptureQueriesContext(connection) as one:
        secretary.get(address)
    add(2)
    with django_assert_num_queries(len(one)):
        secretary.get(address)


def test_queries_of_a_record_do_not_grow_with_photos_and_roll(
    secretary, chamber, user, django_assert_num_queries
):
    lectures = []
    for count in (1, 3):
        lecture = LectureFactory(chamber=chamber, created_by=user)
        secretary.post(
            reverse("workbench:photo-add", args=[lecture.pk]),
            {"photos": [upload(n) for n in range(count)]},
        )
        for _ in range(count):
            lecture.attendances.create(member=MembershipFactory(chamber=chamber).member)
        lectures.append(lecture)
    with CaptureQueriesContext(connection) as one:
        secretary.get(lectures[0].get_absolute_url())
    with django_assert_num_queries(len(one)):
        secretary.get(lectures[1].get_absolute_url())


def test_staff_see_every_chamber(sign_in):
    submitted(topic="甲商会的讲课")
    submitted(topic="乙商会的讲课")
    text = sign_in(UserFactory()).get(reverse("workbench:desk")).content.decode()
    assert "甲商会的讲课" in text
    assert "乙商会的讲课" in text
