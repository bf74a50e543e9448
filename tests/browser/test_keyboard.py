"""The three main jobs by keyboard alone: log, review, look up and verify."""

from activities.models import Certificate, Lecture
from activities.models.lecture import LectureState
from chambers.models import Role
from tests.browser.conftest import DESKTOP
from tests.factories.activities import SeriesFactory, submitted
from tests.factories.chambers import (
    AppointmentFactory,
    BranchFactory,
    ChamberFactory,
    MemberFactory,
    MembershipFactory,
    UserFactory,
    secretary_of,
)

MOST = 150  # presses of Tab to anywhere on a page
SHOWN = """() => {
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const middle = document.elementFromPoint(
        box.x + box.width / 2, box.y + box.height / 2);
    return {
        // After the last element the focus is the browser's own.
        ring: element === document.body
            || style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
            || style.boxShadow !== 'none',
        covered: !!middle && !element.contains(middle) && !middle.contains(element)
            && !(element.labels && [...element.labels].some(l => l.contains(middle))),
    };
}"""


def tab_to(page, target):
    """Press Tab until the target has the focus; on the way all of it is seen."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        shown = page.evaluate(SHOWN)
        focused = page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        assert shown["ring"], f"看不出焦点在 {focused}"
        assert not shown["covered"], f"焦点被遮住：{focused}"
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{target} 用键盘到不了（{page.url}）")


def press(page, target, key="Enter"):
    tab_to(page, target)
    page.keyboard.press(key)


def test_a_lecture_is_logged_by_keyboard(visit):
    chamber = ChamberFactory(name="云溪商会")
    SeriesFactory(name="红土初心讲堂")
    branch = BranchFactory(name="云溪商会党支部", chambers=[chamber])
    AppointmentFactory(
        chamber=None, branch=branch, post="branch_secretary", member__name="王支书"
    )
    for name in ("王明", "李华", "张敏"):
        MembershipFactory(chamber=chamber, member=MemberFactory(name=name))
    page = visit(secretary_of(chamber), DESKTOP).page

    press(page, page.get_by_role("link", name="登记讲课").first)
    page.wait_for_url("**/lectures/new/")
    tab_to(page, page.get_by_label("主题"))
    page.keyboard.type("民营经济促进法怎么用")
    tab_to(page, page.get_by_label("地点"))
    page.keyboard.type("文化礼堂")
    press(page, page.get_by_role("button", name="下一步"))
    press(page, page.get_by_role("button", name="全到"))
    press(page, page.get_by_role("button", name="下一步"))
    press(page, page.get_by_role("button", name="提交审核"))
    page.get_by_text("已提交，等待").first.wait_for()

    lecture = Lecture.objects.get()
    assert lecture.state == LectureState.SUBMITTED
    assert (lecture.expected, lecture.present) == (4, 4)


def test_a_lecture_is_reviewed_by_keyboard(visit):
    lecture = submitted()
    page = visit(UserFactory(role=Role.FEDERATION), DESKTOP).page

    page.goto("/admin/")
    press(page, page.get_by_role("link", name="待审核的讲课记录").first)
    page.wait_for_url("**/activities/lecture/**")
    press(page, page.get_by_role("link", name=lecture.topic))
    page.wait_for_url("**/change/**")
    press(page, page.get_by_role("button", name="通过"))
    page.get_by_text(f"已通过：{lecture.topic}").wait_for()

    lecture.refresh_from_db()
    assert lecture.state == LectureState.ACCEPTED


def test_a_title_is_looked_up_and_a_certificate_verified_by_keyboard(visit, demo):
    visitor = visit(viewport=DESKTOP)
    page = visitor.page
    certificate = Certificate.objects.get()

    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Past the header.
    assert page.url.endswith("#main")
    field = page.get_by_role("searchbox")
    tab_to(page, field)
    page.keyboard.type("sihao")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=sihao")

    page.goto("/verify/")
    tab_to(page, page.get_by_label("编号"))
    page.keyboard.type(certificate.code)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{certificate.get_absolute_url()}")
    assert page.get_by_text(certificate.award.title).first.is_visible()
