"""A chamber applies, staff decide, the public objects and verifies."""

from datetime import timedelta

from django.utils import timezone

from activities.models import Application, Award, Objection
from activities.services.certificate import load_templates
from activities.services.seed import load_seed
from tests.browser.conftest import DESKTOP
from tests.factories.activities import (
    ApplicationFactory,
    CriterionFactory,
    SchemeLevelFactory,
    SchemeVersionFactory,
    accepted,
    indicator,
    upload,
)
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of


def title():
    """A county title that asks for one lecture, a text and a paper."""
    today = timezone.localdate()
    version = SchemeVersionFactory(label="2026年版", is_open=True, publicity_days=1)
    good = CriterionFactory(version=version, name="政治引领好")
    indicator(
        version,
        parent=good,
        name="开展讲堂",
        proof="count",
        rule="lectures-held",
        target=1,
    )
    indicator(version, parent=good, name="班子情况")
    indicator(version, parent=good, name="章程", proof="file")
    return SchemeLevelFactory(
        version=version,
        cycle_start=today - timedelta(days=300),
        cycle_end=today + timedelta(days=60),
        valid_until=today + timedelta(days=700),
    )


def apply(visit, chamber):
    """The chamber's own work, on a phone."""
    secretary = visit(secretary_of(chamber))
    page = secretary.page
    page.get_by_role("link", name="荣誉", exact=True).click()
    page.get_by_text("必备还缺 2 项").wait_for()
    secretary.check()
    page.get_by_role("link", name="县“四好”商会").click()
    page.get_by_text("还没有填写说明").first.wait_for()
    secretary.check()
    page.get_by_role("link", name="看明细").click()
    page.get_by_text("党章第一讲").wait_for()
    secretary.check()
    page.go_back()
    page.get_by_role("button", name="开始申报").click()
    page.get_by_label("班子情况：说明").fill("班子健全，分工明确。")
    page.get_by_label("章程：上传材料").set_input_files(
        {"name": "章程.jpg", "mimeType": "image/jpeg", "buffer": upload().read()}
    )
    page.get_by_label("自评总结").fill("本年度各项工作按计划完成。")
    secretary.check()
    page.get_by_role("button", name="申报", exact=True).click()
    page.get_by_text("已申报，等待县委组织部、县工商联审核。").first.wait_for()
    secretary.check()


def take_step(staff, name, button="确认", **fields):
    page = staff.page
    box = page.locator("details").filter(has_text=name)
    if not box.evaluate("box => box.open"):
        box.locator("summary").click()
    for label, value in fields.items():
        box.get_by_label(label).fill(value)
    box.get_by_role("button", name=button).click()


def test_from_the_gap_list_to_the_certificate(visit):
    load_seed()
    load_templates()
    chamber = ChamberFactory(name="云溪商会")
    accepted(chamber=chamber, topic="党章第一讲")
    title()
    apply(visit, chamber)
    application = Application.objects.get()
    assert application.state == "submitted"

    staff = visit(UserFactory(role="federation", name="王审核"), DESKTOP)
    page = staff.page
    page.get_by_role("link", name="1 份荣誉申报等待审核").click()
    page.get_by_role("link", name="云溪商会").click()
    staff.check()
    take_step(staff, "县审核通过")
    page.get_by_text("已登记：县审核通过。").wait_for()
    today = timezone.localdate()
    paper = {"文件（文号）": "杭联〔2026〕8号", "文件日期": today.isoformat()}
    take_step(staff, "开始公示", **paper)
    page.get_by_text("已开始公示。").wait_for()
    staff.check()

    visitor = visit()
    visitor.page.goto("/publicity/")
    visitor.check()
    visitor.page.get_by_role("link", name="云溪商会").click()
    visitor.page.get_by_label("异议内容").fill("材料所列活动没有举行。")
    visitor.check()
    visitor.page.get_by_role("button", name="提交异议").click()
    visitor.page.get_by_text("异议已收到，等待办理。").wait_for()
    visitor.check()

    page.reload()
    page.get_by_label("异议不成立").check()
    page.get_by_label("答复").fill("经核实，活动有签到和照片。")
    page.get_by_role("button", name="答复").click()
    page.get_by_text("异议已答复").wait_for()
    visitor.page.reload()
    visitor.page.get_by_text("经核实，活动有签到和照片。").wait_for()
    assert Objection.objects.get().outcome == "rejected"

    # The 公示 is over by now.
    yesterday = today - timedelta(days=1)
    Application.objects.update(publicity_from=yesterday, publicity_until=yesterday)
    page.reload()
    take_step(
        staff,
        "登记认定",
        **{"文件（文号）": "杭联〔2026〕9号", "认定日期": today.isoformat()},
    )
    page.get_by_text("已登记认定，称号已列入荣誉榜。").wait_for()
    staff.check()
    award = Award.objects.get()

    page.goto(f"/admin/activities/award/{award.pk}/change/")
    page.get_by_role("button", name="颁发证书").click()
    page.get_by_text(award.certificate.printed_code).first.wait_for()
    visitor.page.goto("/honours/")
    visitor.page.locator(f"#award-{award.pk}").get_by_text("云溪商会").wait_for()
    visitor.check()
    visitor.page.goto("/verify/")
    visitor.page.get_by_label("验证编号").fill(award.certificate.printed_code.lower())
    visitor.page.get_by_role("button", name="核验").click()
    visitor.page.get_by_text("证书是真的，这项称号现在有效。").wait_for()
    visitor.check()
    visitor.page.goto("/verify/22222222222222222222/")
    visitor.page.get_by_text("没有颁发过").first.wait_for()
    visitor.check()


def test_the_form_keeps_what_is_typed_on_the_device(visit):
    chamber = ChamberFactory(name="云溪商会")
    user = secretary_of(chamber)
    application = ApplicationFactory(level=title(), chamber=chamber, created_by=user)
    secretary = visit(user)
    page = secretary.page
    page.goto(f"/workbench/applications/{application.pk}/edit/")
    page.get_by_label("自评总结").fill("写了一半的总结")
    page.wait_for_timeout(600)

    page.reload()

    page.get_by_text("没有保存的内容。").wait_for()
    assert page.get_by_label("自评总结").input_value() == "写了一半的总结"
    secretary.check()
