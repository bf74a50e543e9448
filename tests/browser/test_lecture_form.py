"""The form of a lecture on a phone: a minute, a weak signal, two editors, a list."""

import re
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import expect

from activities.forms.lecture import LectureForm
from activities.models import Lecture
from activities.models.lecture import LectureState
from tests.browser.test_main_job import answer, type_present
from tests.factories.activities import LectureFactory, SeriesFactory, accepted, upload
from tests.factories.chambers import (
    AppointmentFactory,
    BranchFactory,
    ChamberFactory,
    MemberFactory,
    MembershipFactory,
    secretary_of,
)

NEW = "/workbench/lectures/new/"
NAMES = (
    "王明 李华 张敏 刘洋 陈静 杨帆 黄磊 赵雪 吴涛 周婷 "
    "徐刚 孙丽 马超 朱琳 胡军 林芳 郭亮 高远 梁晨"
)
TOPIC = "民营经济促进法怎么用"


@pytest.fixture
def chamber():
    """A chamber with a branch, twenty on its roster, and one lecture behind it."""
    chamber = ChamberFactory(name="云溪商会")
    SeriesFactory(name="红土初心讲堂")
    branch = BranchFactory(name="云溪商会党支部", chambers=[chamber])
    AppointmentFactory(
        chamber=None, branch=branch, post="branch_secretary", member__name="王支书"
    )
    for name in NAMES.split():
        MembershipFactory(chamber=chamber, member=MemberFactory(name=name))
    accepted(chamber=chamber, branch=branch, venue="文化礼堂", topic="上一讲")
    return chamber


def phone_photos(count):
    return [
        {
            "name": f"现场{n}.jpg",
            "mimeType": "image/jpeg",
            "buffer": upload(n, size=(1600, 1200)).read(),
        }
        for n in range(count)
    ]


@dataclass
class Effort:
    """What one task costs a person."""

    taps: int = 0
    characters: int = 0
    requests: list = field(default_factory=list)

    def tap(self, target):
        self.taps += 1
        target.click()

    def type(self, page, text):
        self.characters += len(text)
        page.keyboard.type(text)


def test_a_party_lecture_is_logged_in_a_minute(visit, chamber, capsys):
    """Twenty on the roster, three absent, two excused, three photos."""
    visitor = visit(secretary_of(chamber))
    page, effort = visitor.page, Effort()
    page.on("request", lambda request: effort.requests.append(request.method))
    effort.tap(page.get_by_role("link", name="登记讲课").first)
    page.get_by_role("button", name="下一步").wait_for()
    effort.type(page, TOPIC)  # The cursor stands in the topic already.
    effort.tap(page.get_by_role("button", name="下一步"))
    effort.tap(page.get_by_role("button", name="全到"))
    for name, status in [
        ("王明", "缺席"),
        ("李华", "缺席"),
        ("张敏", "缺席"),
        ("刘洋", "请假"),
        ("陈静", "请假"),
    ]:
        effort.taps += 1
        answer(page, name, status)
    effort.tap(page.get_by_role("button", name="下一步"))
    effort.taps += 1  # The chooser of the phone opens.
    page.get_by_label("照片").set_input_files(phone_photos(3))
    effort.tap(page.get_by_role("button", name="提交审核"))
    page.get_by_text("已提交，等待县委组织部").first.wait_for()
    visitor.check()

    lecture = Lecture.objects.get(topic=TOPIC)
    counts = (lecture.expected, lecture.present, lecture.on_leave, lecture.absent)
    assert lecture.state == LectureState.SUBMITTED
    assert counts == (20, 15, 2, 3)
    assert lecture.attendance_basis == "names"
    assert lecture.photos.count() == 3
    assert lecture.venue == "文化礼堂"
    form = LectureForm(user=lecture.created_by)
    required = sum(f.required for f in form.fields.values())
    others = effort.characters - len(TOPIC)
    posts = effort.requests.count("POST")
    with capsys.disabled():
        print(  # noqa: T201  the figures of docs/measurements.md
            f"\ntaps {effort.taps}, characters besides the topic {others}, "
            f"required fields {required}, requests {len(effort.requests)} "
            f"({posts} POST)"
        )
    assert effort.taps <= 12
    assert others <= 40
    assert required <= 12


def begin(page):
    page.goto(NEW)
    page.get_by_label("主题").fill(TOPIC)
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="全到").click()


def test_a_reload_brings_back_text_roll_and_photos(visit, chamber):
    visitor = visit(secretary_of(chamber))
    page = visitor.page
    begin(page)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("照片").set_input_files(phone_photos(2))
    page.get_by_text("已暂存").wait_for()
    page.reload()
    page.get_by_text("没有保存的内容").first.wait_for()
    assert page.get_by_label("主题").input_value() == TOPIC
    assert page.locator("#roll input[value=present]:checked").count() == 20
    photos = page.get_by_label("照片")
    expect(photos).to_have_value(re.compile("现场0"))
    assert photos.evaluate("input => input.files.length") == 2
    visitor.check()
    page.get_by_role("button", name="清空重来").click()
    expect(page.get_by_label("主题")).to_have_value("")
    page.reload()
    assert page.get_by_label("主题").input_value() == ""


def test_another_device_goes_on_with_the_draft_of_the_server(visit, chamber):
    user = secretary_of(chamber)
    first = visit(user)
    begin(first.page)
    first.page.get_by_text("已暂存").wait_for()
    second = visit(user)
    second.page.goto(NEW)
    second.page.get_by_role("link", name="接着填").click()
    assert second.page.get_by_label("主题").input_value() == TOPIC
    assert second.page.locator("#roll input[value=present]:checked").count() == 20
    second.check()


def test_without_network_it_waits_and_then_makes_one_record(visit, chamber):
    visitor = visit(secretary_of(chamber))
    page = visitor.page
    begin(page)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("照片").set_input_files(phone_photos(2))
    visitor.context.set_offline(True)
    page.get_by_role("button", name="提交审核").click()
    page.get_by_text("内容已存在本机").wait_for()
    assert not Lecture.objects.filter(topic=TOPIC).exists()
    visitor.context.set_offline(False)
    page.get_by_text("已提交，等待县委组织部").first.wait_for()
    lecture = Lecture.objects.get(topic=TOPIC)
    assert lecture.photos.count() == 2


def test_a_lost_answer_leads_to_the_one_record(visit, chamber):
    """The server has saved each time; the answer never reaches the phone."""
    visitor = visit(secretary_of(chamber))
    page = visitor.page
    lost = []

    def lose_the_first(route):
        request = route.request
        if request.method != "POST" or request.url in lost:
            return route.continue_()
        lost.append(request.url)
        route.fetch(max_redirects=0)
        return route.abort()

    begin(page)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("照片").set_input_files(phone_photos(1))
    page.get_by_text("已暂存").wait_for()
    page.route(re.compile("/workbench/lectures/"), lose_the_first)
    page.get_by_role("button", name="提交审核").click()
    page.wait_for_url(re.compile(r"/lectures/\d+/$"))
    assert len(lost) == 3  # the text, the photo, the submission
    lecture = Lecture.objects.get(topic=TOPIC)
    assert (lecture.state, lecture.photos.count()) == (LectureState.SUBMITTED, 1)


def test_the_second_editor_chooses_field_by_field(visit, chamber):
    user, other = secretary_of(chamber), secretary_of(chamber)
    lecture = LectureFactory(chamber=chamber, created_by=user, venue="老礼堂")
    address = f"/workbench/lectures/{lecture.pk}/edit/"
    late, early = visit(user), visit(other)
    late.page.goto(address)
    late.page.get_by_label("地点").fill("新礼堂")
    late.page.get_by_label("主题").fill("改过的主题")
    early.page.goto(address)
    early.page.get_by_label("地点").fill("文化馆")
    early.page.get_by_label("主讲人*").fill("赵红")
    early.page.get_by_role("button", name="存为草稿").last.click()
    early.page.get_by_text("已存为草稿").first.wait_for()
    late.page.get_by_role("button", name="存为草稿").last.click()
    late.page.get_by_text("修改过此记录").wait_for()
    late.check()
    place = late.page.get_by_role("group", name="地点")
    assert "两人都改了" in place.inner_text()
    place.get_by_label("已保存的").check()
    lecturer = late.page.get_by_role("group", name="主讲人", exact=True)
    assert lecturer.get_by_label("已保存的").is_checked()
    assert late.page.locator("#id_topic").input_value() == "改过的主题"
    late.page.get_by_role("button", name="存为草稿").last.click()
    late.page.get_by_text("已存为草稿").first.wait_for()
    lecture.refresh_from_db()
    saved = (lecture.venue, lecture.lecturer_name, lecture.topic)
    assert saved == ("文化馆", "赵红", "改过的主题")


LIST = (
    "#接龙\n7月党课\n1. 王明\n2. 李桦 +1\n3. 张三丰\n4. 刘洋 请假\n5. 陈静 13800001111"
)


def test_a_pasted_list_is_laid_beside_the_roster(visit, chamber):
    visitor = visit(secretary_of(chamber))
    page = visitor.page
    page.goto(NEW)
    page.get_by_label("主题").fill(TOPIC)
    page.get_by_role("button", name="下一步").click()
    answer(page, "陈静", "请假")
    page.get_by_text("粘贴接龙或名单").click()
    page.get_by_label("把微信群里的接龙").fill(LIST)
    page.get_by_role("button", name="对照名单").click()
    page.get_by_text("对上 3 人").wait_for()
    visitor.check()
    text = page.locator(".match").inner_text()
    for words in ("另带 1 位客人", "仍按请假：陈静", "张三丰", "李桦"):
        assert words in text
    assert "13800001111" not in text
    assert not page.get_by_role("radiogroup", name="李华").locator(":checked").count()
    page.get_by_role("button", name="李华").click()
    expect(page.locator("[data-sum]")).to_contain_text("实到 2，请假 2")
    page.get_by_role("button", name="其余缺席").click()
    assert "缺席 16" in page.locator("[data-sum]").inner_text()


def test_the_roll_is_filled_without_javascript_too(browser, live_server, chamber):
    user = secretary_of(chamber)
    user.set_password("Xiaoqiao-4321")
    user.save()
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("用户名").fill(user.username)
    page.get_by_label("密码").fill("Xiaoqiao-4321")
    page.get_by_role("button", name="登录").click()
    page.goto(NEW)
    page.get_by_label("主题").fill(TOPIC)
    page.get_by_role("button", name="全到").click()
    assert page.get_by_label("主题").input_value() == TOPIC
    answer(page, "王明", "请假")
    page.get_by_text("粘贴接龙或名单").click()
    page.get_by_label("把微信群里的接龙").fill("王明、李桦")
    page.get_by_role("button", name="对照名单").click()
    assert "仍按请假：王明" in page.locator(".match").inner_text()
    page.get_by_role("button", name="提交审核").click()
    page.get_by_text("已提交，等待县委组织部").first.wait_for()
    lecture = Lecture.objects.get(topic=TOPIC)
    context.close()
    assert (lecture.present, lecture.on_leave) == (19, 1)


def test_the_form_that_came_too_late_is_there_after_signing_in(visit, chamber):
    user = secretary_of(chamber)
    visitor = visit(user)
    page = visitor.page
    page.goto(NEW)
    page.get_by_label("主题").fill(TOPIC)
    page.get_by_role("button", name="下一步").click()
    type_present(page, "12")
    cookies = visitor.context.cookies()
    kept = [c | {"value": "gone"} if c["name"] == "sessionid" else c for c in cookies]
    visitor.context.clear_cookies()
    visitor.context.add_cookies(kept)
    page.get_by_role("button", name="存为草稿").last.click()
    page.wait_for_url(re.compile("/accounts/login/"))
    page.get_by_text("登录已超时").wait_for()
    page.get_by_label("用户名").fill(user.username)
    page.get_by_label("密码").fill("Xiaoqiao-4321")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(re.compile(NEW))
    assert page.get_by_label("主题").input_value() == TOPIC
