from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.forms.plan import PlanForm
from activities.models import Lecture
from activities.models.lecture import LectureState
from activities.services.lecture import save_plan
from redleader.records.quarters import Quarter
from tests.factories.activities import (
    CourseFactory,
    LectureFactory,
    MeetingRequirementFactory,
    SiteFactory,
    accepted,
    cancelled,
    planned,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db
NEW = "workbench:plan-create"


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


@pytest.fixture
def branch(chamber):
    return BranchFactory(name="云溪党支部", chambers=[chamber])


@pytest.fixture
def user(chamber):
    return secretary_of(chamber)


@pytest.fixture
def secretary(user, sign_in):
    return sign_in(user)


def moment(days=0):
    return f"{timezone.localtime() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def typed(chamber, /, **changes):
    return {
        "kind": "party_day",
        "topic": "走访困难会员",
        "started_at": moment(days=1),
        "organiser": "chamber",
        "chamber": chamber.pk,
    } | changes


def of_page(client, address):
    form = client.get(address).context["form"]
    return {
        name: value for name in form.fields if (value := form[name].value()) is not None
    }


def test_five_fields_are_a_plan(secretary, chamber, user):
    answer = secretary.post(reverse(NEW), typed(chamber), follow=True)
    lecture = Lecture.objects.get()
    quarter = Quarter.of(timezone.localtime(lecture.started_at).date())
    address = f"{reverse('workbench:plan')}?quarter={quarter.code}"
    assert answer.redirect_chain == [(address, 302)]
    assert (lecture.state, lecture.created_by) == (LectureState.PLANNED, user)
    assert "已存入计划：走访困难会员" in answer.content.decode()
    form = PlanForm(user=user)
    required = [name for name, field in form.fields.items() if field.required]
    assert required == ["kind", "started_at", "organiser", "chamber"]


def test_a_new_plan_knows_the_one_chamber_and_its_branch(secretary, chamber, branch):
    form = secretary.get(reverse(NEW)).context["form"]
    assert form["chamber"].value() == chamber.pk
    assert form["branch"].value() == branch.pk
    assert form["organiser"].value() == "branch"


def test_a_plan_is_begun_from_a_requirement_or_a_course(secretary, branch):
    site = SiteFactory(name="古田旧址")
    course = CourseFactory(name="古田会议", site=site)
    query = {"branch": branch.pk, "kind": "assembly"}
    form = secretary.get(reverse(NEW), query).context["form"]
    assert (form["kind"].value(), form["topic"].value()) == ("assembly", "支部党员大会")
    form = secretary.get(reverse(NEW), {"course": course.pk}).context["form"]
    assert form["topic"].value() == "古田会议"
    assert form["venue"].value() == "古田旧址"
    for query in (
        {"course": "²"},
        {"branch": "x"},
        {"kind": "x"},
        {"course": "9" * 30},
    ):
        assert secretary.get(reverse(NEW), query).status_code == 200


def test_a_course_gives_topic_and_site(secretary, chamber):
    site = SiteFactory()
    course = CourseFactory(name="古田会议", site=site)
    secretary.post(reverse(NEW), typed(chamber, topic="", course=course.pk))
    lecture = Lecture.objects.get()
    assert (lecture.topic, lecture.course, lecture.site) == ("古田会议", course, site)


def test_without_a_course_the_topic_is_asked_for(secretary, chamber):
    answer = secretary.post(reverse(NEW), typed(chamber, topic=" "))
    assert answer.status_code == 422
    assert "请填写主题，或选择课程。" in answer.content.decode()


def test_several_are_added_at_once(secretary, chamber, branch):
    data = typed(chamber, again="1", branch=branch.pk)
    answer = secretary.post(reverse(NEW), data, follow=True)
    assert answer.redirect_chain[0][0] == f"{reverse(NEW)}?branch={branch.pk}"
    assert answer.context["form"]["branch"].value() == branch.pk
    assert answer.context["form"]["topic"].value() in (None, "")


def test_the_same_form_sent_twice_is_one_plan(secretary, chamber):
    data = typed(chamber, form_key=of_page(secretary, reverse(NEW))["form_key"])
    secretary.post(reverse(NEW), data)
    answer = secretary.post(reverse(NEW), data, follow=True)
    assert Lecture.objects.count() == 1
    assert "已保存，无需重复提交。" in answer.content.decode()


@pytest.mark.parametrize(
    ("days", "text"), [(-100, "不能早于本季度"), (401, "400 天内"), (400, "")]
)
def test_a_plan_lies_in_this_quarter_or_the_year_to_come(
    days, text, secretary, chamber
):
    data = typed(chamber, started_at=moment(days=days))
    answer = secretary.post(reverse(NEW), data)
    assert answer.status_code == (422 if text else 302)
    assert text in answer.content.decode()


@pytest.mark.parametrize("name", ["chamber", "branch"])
def test_foreign_and_missing_are_refused_alike(name, secretary, chamber):
    foreign = {"chamber": ChamberFactory().pk, "branch": BranchFactory().pk}
    texts = []
    for key in (foreign[name], 10**9):
        answer = secretary.post(reverse(NEW), typed(chamber, **{name: key}))
        assert answer.status_code == 422
        texts.append(answer.context["form"].errors[name])
    assert texts[0] == texts[1]
    assert "无效，请重新选择。" in texts[0][0]


def test_only_staff_plan_for_the_federation(secretary, sign_in, chamber):
    data = typed(chamber, organiser="federation", chamber="")
    assert secretary.post(reverse(NEW), data).status_code == 422
    assert sign_in(UserFactory()).post(reverse(NEW), data).status_code == 302
    assert Lecture.objects.get().organiser_name == "县工商联"


def test_the_later_of_two_writers_keeps_the_text_and_is_told(
    secretary, chamber, user, sign_in
):
    lecture = planned(chamber=chamber, topic="原题", created_by=user)
    address = reverse("workbench:plan-update", args=[lecture.pk])
    late = of_page(secretary, address) | {"topic": "迟到的题"}
    other = Lecture.objects.get(pk=lecture.pk)
    other.topic = "先到的题"
    save_plan(other, user=user, version=other.version)
    answer = secretary.post(address, late)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "先到的题" in text
    assert answer.context["form"]["topic"].value() == "迟到的题"
    again = late | {"version": answer.context["form"]["version"].value()}
    assert secretary.post(address, again).status_code == 302
    lecture.refresh_from_db()
    assert lecture.topic == "迟到的题"


def test_a_recorded_plan_is_no_longer_changed_as_a_plan(secretary, chamber):
    lecture = LectureFactory(chamber=chamber)
    address = reverse("workbench:plan-update", args=[lecture.pk])
    answer = secretary.get(address, follow=True)
    assert answer.redirect_chain == [(lecture.get_absolute_url(), 302)]
    assert "不能按计划修改" in answer.content.decode()


def test_a_plan_is_called_off_with_a_reason_and_taken_up_again(secretary, chamber):
    lecture = planned(chamber=chamber)
    address = reverse("workbench:plan-cancel", args=[lecture.pk])
    answer = secretary.post(address, {"reason": " "})
    assert answer.status_code == 422
    assert "请填写取消原因。" in answer.content.decode()
    answer = secretary.post(address, {"reason": "台风停办"}, follow=True)
    assert "取消原因：台风停办" in answer.content.decode()
    assert secretary.post(address, {"reason": "再取消"}).status_code == 422
    reopen = reverse("workbench:plan-reopen", args=[lecture.pk])
    assert "已恢复计划" in secretary.post(reopen, follow=True).content.decode()
    assert "不能这样操作" in secretary.post(reopen, follow=True).content.decode()
    lecture.refresh_from_db()
    assert (lecture.state, lecture.cancel_reason) == (LectureState.PLANNED, "")


def test_the_quarter_shows_planned_held_and_called_off_by_month(secretary, chamber):
    first = timezone.make_aware(
        timezone.datetime(2026, 4, 8, 9)
    )  # what lies in the past is still shown
    planned(chamber=chamber, topic="甲计划", started_at=first)
    cancelled(chamber=chamber, topic="乙取消", started_at=first)
    accepted(chamber=chamber, topic="丙已开", started_at=first + timedelta(days=35))
    answer = secretary.get(reverse("workbench:plan"), {"quarter": "2026Q2"})
    months = [
        [str(lecture) for lecture in rows] for _, rows in answer.context["months"]
    ]
    assert months == [["甲计划", "乙取消"], ["丙已开"], []]
    lecture = Lecture.objects.get(topic="甲计划")
    address = reverse("workbench:lecture-update", args=[lecture.pk])
    assert address in answer.content.decode()


def test_the_plan_says_what_is_still_asked_for(secretary, branch):
    MeetingRequirementFactory(kind="party_day", period="month")
    text = secretary.get(reverse("workbench:plan")).content.decode()
    assert "主题党日" in text
    assert f"?branch={branch.pk}&amp;kind=party_day" in text


def test_a_bad_quarter_is_the_present_one(secretary):
    answer = secretary.get(reverse("workbench:plan"), {"quarter": "2026Q9"})
    assert answer.context["quarter"] == Quarter.present()
    assert "查询条件无效，已忽略。" in answer.content.decode()


def test_staff_narrow_the_plan_by_chamber(sign_in, chamber):
    planned(chamber=chamber, topic="甲题")
    planned(topic="乙题")
    staff = sign_in(UserFactory())
    day = (timezone.localtime() + timedelta(days=7)).date()
    query = {"quarter": Quarter.of(day).code, "q": "yx"}
    text = staff.get(reverse("workbench:plan"), query).content.decode()
    assert "甲题" in text
    assert "乙题" not in text


@pytest.mark.parametrize("name", ["plan", "plan-create", "meeting-summary"])
def test_queries_do_not_grow_with_rows(
    name, secretary, chamber, branch, django_assert_num_queries
):
    def add(count):
        for _ in range(count):
            planned(chamber=chamber, branch=branch, started_at=timezone.now())
            accepted(chamber=chamber, branch=branch, kind="party_day")
            BranchFactory(chambers=[chamber])

    MeetingRequirementFactory(kind="party_day", period="month")
    address = reverse(f"workbench:{name}")
    add(1)
    with CaptureQueriesContext(connection) as one:
        secretary.get(address)
    add(2)
    with django_assert_num_queries(len(one)):
        secretary.get(address)
