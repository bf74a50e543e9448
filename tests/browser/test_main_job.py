"""A secretary logs a lecture on a phone, staff accept it, the public reads it."""

from activities.models import Lecture
from activities.models.lecture import LectureState
from tests.browser.conftest import DESKTOP
from tests.factories.activities import SeriesFactory, upload
from tests.factories.chambers import (
    AppointmentFactory,
    BranchFactory,
    ChamberFactory,
    MembershipFactory,
    UserFactory,
    secretary_of,
)


def answer(page, name, status):
    """Tap one of the three answers beside a name of the roll."""
    row = page.get_by_role("radiogroup", name=name)
    row.get_by_role("radio", name=status).check()


def type_present(page, number):
    """Open the numbers, if they are not open for want of a roster, and type one."""
    box = page.locator("details").filter(has_text="不点名，只填人数")
    if not box.evaluate("box => box.open"):
        box.locator("summary").click()
    box.get_by_label("实到").fill(number)


def test_from_the_phone_to_the_public_page(visit):
    chamber = ChamberFactory(name="云溪商会")
    SeriesFactory(name="红土初心讲堂")
    branch = BranchFactory(name="云溪商会党支部", chambers=[chamber])
    AppointmentFactory(
        chamber=None, branch=branch, post="branch_secretary", member__name="王支书"
    )
    MembershipFactory(chamber=chamber, member__name="张会员")

    secretary = visit(secretary_of(chamber))
    page = secretary.page
    secretary.check()
    page.get_by_role("link", name="登记讲课").first.click()
    secretary.check()
    assert page.get_by_label("主讲人*").input_value() == "王支书"
    assert "第1期" in page.get_by_label("期数").locator("option:checked").inner_text()
    page.get_by_label("主题").fill("重走红军路，学习老区精神")
    page.get_by_label("地点").fill("文化礼堂")
    page.get_by_role("button", name="下一步").click()
    secretary.check()
    answer(page, "张会员", "实到")
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("照片").set_input_files(
        {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": upload().read()}
    )
    secretary.check()
    page.get_by_role("button", name="提交审核").click()
    page.get_by_text("已提交，等待县委组织部、县工商联审核").first.wait_for()
    secretary.check()
    lecture = Lecture.objects.get()
    assert lecture.state == LectureState.SUBMITTED
    assert str(lecture.issue) == "红土初心讲堂第1期"

    staff = visit(UserFactory(role="federation"), DESKTOP)
    page = staff.page
    page.goto("/admin/")
    staff.check()
    page.get_by_role("link", name="待审核的讲课记录").first.click()
    staff.check()
    page.get_by_role("link", name="重走红军路").click()
    staff.check()
    page.get_by_label("照片可公开").check()
    page.get_by_role("button", name="通过").click()
    page.get_by_text("已通过：重走红军路").wait_for()
    staff.check()

    public = visit()
    page = public.page
    page.goto("/lectures/")
    page.get_by_role("link", name="重走红军路").first.click()
    text = page.locator("main").inner_text()
    for word in ("重走红军路", "云溪商会", "文化礼堂", "1 人", "红土初心讲堂"):
        assert word in text
    for name in ("王支书", "张会员"):
        assert name not in text
    photo = page.locator("main img").first
    assert photo.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    public.check()


def test_what_was_returned_comes_back_with_its_reason(visit):
    chamber = ChamberFactory()
    user = secretary_of(chamber)
    secretary = visit(user)
    page = secretary.page
    page.goto("/workbench/lectures/new/")
    page.get_by_label("主题").fill("诚信经营")
    page.get_by_label("地点").fill("会议室")
    page.get_by_label("主讲人*").fill("李红")
    page.get_by_label("主讲人身份").select_option(label="专家")
    page.get_by_role("button", name="下一步").click()
    type_present(page, "12")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="提交审核").click()
    page.get_by_text("已提交，等待").first.wait_for()

    staff = visit(UserFactory(role="organisation"), DESKTOP)
    lecture = Lecture.objects.get()
    staff.page.goto(f"/admin/activities/lecture/{lecture.pk}/change/")
    staff.page.get_by_label("退回原因").fill("请补上签到表人数。")
    staff.page.get_by_role("button", name="退回").click()
    staff.page.get_by_text("已退回：诚信经营").wait_for()

    page.goto("/workbench/")
    page.get_by_text("请补上签到表人数。").wait_for()
    secretary.check()
    page.get_by_role("link", name="诚信经营").first.click()
    page.get_by_role("link", name="修改").first.click()
    page.get_by_role("button", name="下一步").click()
    type_present(page, "13")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="提交审核").click()
    page.get_by_text("已提交，等待").first.wait_for()
    lecture.refresh_from_db()
    assert (lecture.state, lecture.present) == (LectureState.SUBMITTED, 13)


def test_the_job_is_done_without_javascript(browser, live_server):
    chamber = ChamberFactory()
    user = secretary_of(chamber)
    user.set_password("Xiaoqiao-4321")
    user.save()
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.get_by_label("用户名").fill(user.username)
    page.get_by_label("密码").fill("Xiaoqiao-4321")
    page.get_by_role("button", name="登录").click()
    page.goto("/workbench/lectures/new/")
    page.get_by_label("主题").fill("守法经营")
    page.get_by_label("地点").fill("会议室")
    page.get_by_label("主讲人*").fill("李红")
    page.get_by_label("主讲人身份").select_option(label="专家")
    type_present(page, "12")
    page.get_by_role("button", name="存为草稿").last.click()
    page.get_by_text("已存为草稿").wait_for()
    context.close()
    assert Lecture.objects.get().state == LectureState.DRAFT
