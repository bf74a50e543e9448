from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.models import Application, Award, Evidence, EvidenceFile
from activities.services.evidence import add_files
from activities.services.objection import answer_objection
from chambers.models import Role
from redleader.models import FormDraft
from tests.factories.activities import (
    ApplicationFactory,
    AwardFactory,
    CriterionFactory,
    ObjectionFactory,
    SchemeLevelFactory,
    SchemeVersionFactory,
    SiteFactory,
    accepted,
    application_at,
    indicator,
    upload,
)
from tests.factories.chambers import BranchFactory, ChamberFactory, UserFactory
from tests.factories.chambers import secretary_of as secretary

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


@pytest.fixture
def user(chamber):
    return secretary(chamber)


@pytest.fixture
def client(user, sign_in):
    return sign_in(user)


@pytest.fixture
def staff(sign_in):
    return sign_in(UserFactory(role=Role.FEDERATION, name="王审核"))


@pytest.fixture
def level():
    version = SchemeVersionFactory(is_open=True)
    good = CriterionFactory(version=version, name="政治引领好")
    indicator(
        version,
        parent=good,
        name="讲堂场次",
        proof="count",
        rule="lectures-held",
        target=2,
        is_required=False,
    )
    indicator(version, parent=good, name="班子情况", points=10)
    indicator(version, parent=good, name="章程", proof="file", is_required=False)
    today = timezone.localdate()
    return SchemeLevelFactory(
        version=version,
        cycle_start=today - timedelta(days=300),
        cycle_end=today + timedelta(days=60),
    )


@pytest.fixture
def application(level, chamber, user):
    return ApplicationFactory(level=level, chamber=chamber, created_by=user)


def page(client, name, *keys, **query):
    answer = client.get(reverse(f"workbench:{name}", args=keys), query)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client, name, *keys, data=None, **headers):
    return client.post(reverse(f"workbench:{name}", args=keys), data or {}, **headers)


def typed(application, **fields):
    """Return the form of an application as a page sends it."""
    text = application.level.version.criteria.get(name="班子情况")
    return {
        "version": application.version,
        "form_key": application.form_key,
        "statement": "年度总结。",
        f"text_{text.pk}": "班子健全。",
    } | fields


def test_the_desk_names_open_titles_and_what_is_missing(client, level):
    text = page(client, "honour-desk")

    assert "县“四好”商会" in text
    assert "必备还缺 1 项" in text
    assert "12 个月内没有到期的称号。" in text


def test_the_desk_lists_titles_that_end_within_3_6_and_12_months(staff):
    today = timezone.localdate()
    for days in (30, 150, 300, 400):
        AwardFactory(
            chamber=ChamberFactory(name=f"{days}天商会"),
            granted_on=today - timedelta(days=400),
            valid_until=today + timedelta(days=days),
        )

    text = page(staff, "honour-desk")

    positions = [
        text.index(word)
        for word in (
            "3 个月内到期",
            "30天商会",
            "6 个月内到期",
            "150天商会",
            "12 个月内到期",
            "300天商会",
        )
    ]
    assert positions == sorted(positions)
    assert "400天商会" not in text


def test_the_gap_list_shows_value_rule_and_rows(client, level, chamber):
    lecture = accepted(chamber=chamber, topic="党章第一讲")

    text = page(client, "gap-list", level.pk)
    rows = page(client, "rule-rows", level.pk, "lectures-held", chamber=chamber.pk)

    assert "1 场" in text
    assert "还差 1 场" in text
    assert "口径：周期内举行、审核通过的党课和讲堂，每场计 1。" in text
    assert "党章第一讲" in rows
    assert lecture.get_absolute_url() in rows


def test_the_rows_of_a_foreign_chamber_or_an_unused_rule_are_missing(
    client, level, chamber
):
    address = reverse("workbench:rule-rows", args=[level.pk, "lectures-held"])
    other = ChamberFactory()
    for query in ({"chamber": other.pk}, {"chamber": "x"}, {"chamber": "9" * 30}, {}):
        assert client.get(address, query).status_code == 404
    unused = reverse("workbench:rule-rows", args=[level.pk, "members"])
    assert client.get(unused, {"chamber": chamber.pk}).status_code == 404


def test_an_application_begins_once(client, level, chamber):
    data = {"chamber": chamber.pk, "recipient": "chamber"}
    first = post(client, "application-start", level.pk, data=data)
    again = post(client, "application-start", level.pk, data=data)

    application = Application.objects.get()
    assert first["Location"] == reverse(
        "workbench:application-update", args=[application.pk]
    )
    assert again["Location"] == application.get_absolute_url()


def test_a_foreign_chamber_cannot_be_applied_for(client, level):
    data = {"chamber": ChamberFactory().pk, "recipient": "chamber"}
    answer = post(client, "application-start", level.pk, data=data)

    assert answer.status_code == 422
    assert "所选申报商会无效，请重新选择。" in answer.content.decode()
    assert not Application.objects.exists()


def test_a_branch_or_a_site_of_the_chamber_can_be_applied_for(client, chamber):
    level = SchemeLevelFactory(version__recipient_kinds=["branch", "site"])
    own, foreign = BranchFactory(chambers=[chamber]), BranchFactory()
    site = SiteFactory(chamber=chamber)
    for recipient, status in (
        (f"branch-{own.pk}", 302),
        (f"site-{site.pk}", 302),
        (f"branch-{foreign.pk}", 422),
        ("branch-x", 422),
        ("chamber", 422),
        ("", 422),
    ):
        data = {"chamber": chamber.pk, "recipient": recipient}
        answer = post(client, "application-start", level.pk, data=data)
        assert answer.status_code == status, recipient
    assert {row.recipient for row in Application.objects.all()} == {own, site}


def test_a_closed_title_is_refused_with_a_sentence(client, level, chamber):
    level.version.is_open = False
    level.version.save()
    data = {"chamber": chamber.pk, "recipient": "chamber"}
    answer = post(client, "application-start", level.pk, data=data)

    assert answer.status_code == 422
    assert "这一称号现在不接受申报。" in answer.content.decode()


def test_the_form_saves_texts_points_and_papers(client, application):
    paper = application.level.version.criteria.get(name="章程")
    text = application.level.version.criteria.get(name="班子情况")
    data = typed(application) | {
        f"points_{text.pk}": "8.5",
        f"files_{paper.pk}": [SimpleUploadedFile("章程.pdf", PDF)],
    }

    answer = post(client, "application-update", application.pk, data=data)

    assert answer["Location"] == application.get_absolute_url()
    application.refresh_from_db()
    assert application.statement == "年度总结。"
    evidence = Evidence.objects.get(criterion=text)
    assert (evidence.text, str(evidence.points)) == ("班子健全。", "8.5")
    assert EvidenceFile.objects.get().name == "章程.pdf"
    shown = page(client, "application-detail", application.pk)
    assert "章程.pdf" in shown
    assert "自评 8.5 分" in shown


def test_the_form_submits_when_that_button_is_pressed(client, application):
    data = typed(application, submit="1")

    answer = post(client, "application-update", application.pk, data=data)

    assert answer.status_code == 302
    assert Application.objects.get().state == "submitted"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("statement", "字" * 2001, "自评总结最多 2000 个字，现有 2001 个字。"),
        ("statement", "a\u202eb", "自评总结含有无法显示的字符，请删除后重试。"),
        ("statement", "证号 350823199001011234", "请勿填写身份证号码等敏感个人信息。"),
        ("points", "11", "自评分应为 0–10，最多一位小数。"),
        ("points", "-1", "自评分应为 0–10，最多一位小数。"),
        ("points", "1.25", "自评分应为 0–10，最多一位小数。"),
        ("points", "NaN", "自评分应为 0–10，最多一位小数。"),
        ("points", "八", "自评分应为 0–10，最多一位小数。"),
    ],
)
def test_bad_input_keeps_what_was_typed(client, application, name, value, said):
    text = application.level.version.criteria.get(name="班子情况")
    field = name if name == "statement" else f"{name}_{text.pk}"

    answer = post(
        client,
        "application-update",
        application.pk,
        data=typed(application, **{field: value}),
    )

    shown = answer.content.decode()
    assert answer.status_code == 422
    assert said in shown
    assert "班子健全。" in shown
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("章程.docx", b"PK", "不支持“.docx”格式，请另存为 PDF 后上传。"),
        ("章程.pdf", b"", "文件“章程.pdf”是空的，请重新选择。"),
        ("章程.pdf", b"hello", "“章程.pdf”不是完整的 PDF 文件，请重新导出后上传。"),
        ("章程.pdf", PDF[:20], "“章程.pdf”不是完整的 PDF 文件，请重新导出后上传。"),
        (
            "章程.pdf",
            PDF.replace(b"<<>>", b"<</JavaScript 1>>"),
            "“章程.pdf”含有脚本或附件，请用“打印为 PDF”另存后上传。",
        ),
        (
            "章程.pdf",
            PDF + b" " * 10 * 1024 * 1024 + b"%%EOF",
            "文件“章程.pdf”超过 10 MB 上限，请压缩后再上传。",
        ),
        ("章程.jpg", b"hello", "不是真正的图片"),
        ("a.exe", b"MZ", "不支持“.exe”格式"),
    ],
)
def test_a_bad_paper_is_refused_with_its_fault(
    client, application, name, content, said
):
    paper = application.level.version.criteria.get(name="章程")
    data = typed(application) | {
        f"files_{paper.pk}": [SimpleUploadedFile(name, content)]
    }

    answer = post(client, "application-update", application.pk, data=data)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not EvidenceFile.objects.exists()
    assert Application.objects.get().statement == "本周期各项工作总结。"


def test_a_stale_form_shows_both_texts_and_keeps_the_typed_one(client, application):
    data = typed(application)
    Application.objects.filter(pk=application.pk).update(
        version=application.version + 1, statement="别人的总结。"
    )

    answer = post(client, "application-update", application.pk, data=data)

    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "别人的总结。" in shown
    assert "年度总结。" in shown
    assert Application.objects.get().statement == "别人的总结。"

    data |= {"version": application.version + 1, "pick-statement": "stored"}
    assert (
        post(client, "application-update", application.pk, data=data).status_code == 302
    )
    assert Application.objects.get().statement == "别人的总结。"
    assert Evidence.objects.get().text == "班子健全。"


def test_the_same_form_twice_is_saved_once(client, application):
    data = typed(application)
    post(client, "application-update", application.pk, data=data)
    answer = post(client, "application-update", application.pk, data=data, follow=True)

    assert "已保存，无需重复提交。" in answer.content.decode()


def test_a_closed_application_refuses_the_form_and_keeps_the_text(
    client, chamber, user
):
    application = application_at("submitted", chamber=chamber, created_by=user)

    answer = post(
        client,
        "application-update",
        application.pk,
        data={"version": application.version, "statement": "晚到的。"},
    )

    assert answer.status_code == 409
    assert "该申报已提交审核，不能修改；如需更正请先“撤回”。" in answer.content.decode()
    assert FormDraft.objects.get().data["statement"] == ["晚到的。"]


def test_a_background_save_is_told_where_the_application_is(client, application):
    answer = post(
        client,
        "application-update",
        application.pk,
        data=typed(application),
        headers={"X-Requested-With": "fetch"},
    )

    assert answer.json() == {"address": application.get_absolute_url()}


def test_a_kept_text_comes_back(client, application, user):
    FormDraft.objects.create(
        user=user,
        key=application.form_key,
        address=reverse("workbench:application-update", args=[application.pk]),
        data={"statement": ["没有保存的总结。"]},
    )

    offered = page(client, "application-update", application.pk)
    shown = page(
        client, "application-update", application.pk, draft=application.form_key
    )

    assert "没有保存的内容" in offered
    assert "没有保存的总结。" in shown


def test_papers_are_downloads_and_never_run(client, application):
    paper = application.level.version.criteria.get(name="章程")
    pdf, picture = add_files(
        application, paper, [SimpleUploadedFile("章程.pdf", PDF), upload(3)]
    )

    answer = client.get(reverse("workbench:evidence-file", args=[pdf.pk]))
    assert b"".join(answer) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    answer = client.get(reverse("workbench:evidence-file", args=[picture.pk]))
    assert b"".join(answer).startswith(b"\xff\xd8")
    assert answer["Content-Type"] == "image/jpeg"


def test_a_paper_is_taken_off_again(client, application):
    paper = application.level.version.criteria.get(name="章程")
    (file,) = add_files(application, paper, [upload(3)])

    answer = post(client, "evidence-file-delete", file.pk)

    assert answer["Location"] == application.get_absolute_url()
    assert not EvidenceFile.objects.exists()


def test_a_draft_is_deleted_after_asking(client, application):
    assert "删除这份申报草稿？" in page(client, "application-delete", application.pk)
    post(client, "application-delete", application.pk)

    assert not Application.objects.exists()


def test_withdrawing_opens_it_again(client, chamber, user):
    application = application_at("submitted", chamber=chamber, created_by=user)

    post(client, "application-withdraw", application.pk)

    assert Application.objects.get().state == "draft"
    late = post(client, "application-withdraw", application.pk)
    assert late.status_code == 409


def step(client, application, state, **fields):
    version = Application.objects.get(pk=application.pk).version
    data = {f"{state}-version": version} | {
        f"{state}-{name}": value for name, value in fields.items()
    }
    return post(client, "application-step", application.pk, state, data=data)


def test_staff_walk_an_application_to_the_title(staff, chamber, user):
    application = application_at("submitted", chamber=chamber, created_by=user)
    paper = {"document_number": "杭联〔2026〕8号", "document_on": "2026-03-02"}

    assert step(staff, application, "county").status_code == 302
    begun = step(staff, application, "publicity", first="2026-03-02", **paper)
    assert begun.status_code == 302
    assert step(staff, application, "recognised", **paper).status_code == 409
    done = step(
        staff, application, "recognised", **paper | {"document_on": "2026-03-10"}
    )

    assert done.status_code == 302
    award = Award.objects.get()
    assert (award.granted_on, award.document_number) == (
        date(2026, 3, 10),
        "杭联〔2026〕8号",
    )
    shown = page(staff, "application-detail", application.pk)
    assert "已认定：县“四好”商会" in shown
    assert shown.count("王审核") >= 3


@pytest.mark.parametrize(
    ("state", "fields", "said"),
    [
        ("returned", {}, "请填写退回原因。"),
        ("failed", {"reason": "  "}, "请填写未通过的原因。"),
        ("returned", {"reason": "补", "criteria": ["9"]}, "所选需要补正的指标无效"),
        ("publicity", {}, "请填写公示起。"),
    ],
)
def test_a_step_without_what_it_needs_is_refused(staff, state, fields, said):
    at = "county" if state == "publicity" else "submitted"
    level = SchemeLevelFactory()
    indicator(level.version, is_required=False)
    application = application_at(at, level=level)

    answer = step(staff, application, state, **fields)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Application.objects.get().state == at


def test_a_step_that_somebody_else_has_taken_is_refused(staff):
    application = application_at("submitted")
    data = {"failed-version": application.version, "failed-reason": "条件不足。"}
    step(staff, application, "county")

    answer = post(staff, "application-step", application.pk, "failed", data=data)

    assert answer.status_code == 409
    assert "已由 王审核 于" in answer.content.decode()
    assert Application.objects.get().state == "county"


def test_a_step_out_of_order_is_refused(staff):
    application = application_at("submitted")

    answer = step(
        staff,
        application,
        "city",
        document_number="龙联〔2026〕1号",
        document_on="2026-03-02",
    )

    assert answer.status_code == 409
    assert post(staff, "application-step", application.pk, "nobel").status_code == 404


def test_a_returned_application_names_what_to_mend(staff, client, level, chamber, user):
    application = ApplicationFactory(level=level, chamber=chamber, created_by=user)
    post(
        client,
        "application-update",
        application.pk,
        data=typed(application, submit="1"),
    )
    criterion = level.version.criteria.get(name="班子情况")

    step(
        staff,
        application,
        "returned",
        reason="请写清分工。",
        criteria=[str(criterion.pk)],
    )

    shown = page(client, "application-detail", application.pk)
    assert "请写清分工。" in shown
    assert "需要补正：班子情况" in shown
    assert "请写清分工。" in page(client, "desk")


def test_who_handed_it_in_gets_no_review_form(sign_in):
    staff = UserFactory(role=Role.FEDERATION)
    application = ApplicationFactory(created_by=staff)
    reviewer = sign_in(staff)
    post(reviewer, "application-submit", application.pk)

    shown = page(reviewer, "application-detail", application.pk)
    refused = step(reviewer, application, "county")

    assert "不能审核本人登记或提交的记录" in shown
    assert "step/county" not in shown
    assert refused.status_code == 409
    assert "不能审核本人登记或提交的记录。" in refused.content.decode()


def test_objections_are_answered_on_the_application(staff):
    objection = ObjectionFactory(name="李某", contact="13800001111")
    application = objection.application
    prefix = f"answer-{objection.pk}"

    empty = post(staff, "objection-answer", objection.pk)
    answered = post(
        staff,
        "objection-answer",
        objection.pk,
        data={
            f"{prefix}-outcome": "rejected",
            f"{prefix}-answer": "经核实，属实举行。",
        },
    )
    late = post(
        staff,
        "objection-answer",
        objection.pk,
        data={f"{prefix}-outcome": "upheld", f"{prefix}-answer": "改判。"},
    )

    assert (empty.status_code, answered.status_code, late.status_code) == (
        422,
        302,
        409,
    )
    shown = page(staff, "application-detail", application.pk)
    assert "李某" in shown
    assert "经核实，属实举行。" in shown


def test_the_chamber_does_not_read_who_objected(client, chamber, user):
    application = application_at("publicity", chamber=chamber, created_by=user)
    objection = ObjectionFactory(application=application, name="李某", content="不实。")
    answer_objection(
        objection, user=UserFactory(), outcome="rejected", answer="已核实。"
    )

    shown = page(client, "application-detail", application.pk)

    assert "收到 1 件异议" in shown
    assert "李某" not in shown
    assert "不实。" not in shown


def test_the_list_is_narrowed(staff):
    draft = ApplicationFactory(chamber__name="云溪商会")
    application_at("submitted", chamber=ChamberFactory(name="松岭商会"))

    def found(**query):
        text = page(staff, "application-list", **query)
        return {name for name in ("云溪商会", "松岭商会") if name in text}

    assert found() == {"云溪商会", "松岭商会"}
    assert found(state="draft") == {"云溪商会"}
    assert found(version=draft.level.version_id) == {"云溪商会"}
    assert found(q="sl") == {"松岭商会"}
    assert found(q="没有") == set()
    for query in ({"state": "x"}, {"version": "9" * 30}, {"older": "x"}, {"q": "\0"}):
        text = page(staff, "application-list", **query)
        assert "云溪商会" in text


@pytest.mark.parametrize("name", ["application-list", "honour-desk", "desk"])
def test_queries_do_not_grow_with_applications(name, client, chamber, user):
    counts = []
    for _ in range(2):
        for _ in range(2):
            ApplicationFactory(chamber=chamber, created_by=user)
        with CaptureQueriesContext(connection) as queries:
            page(client, name)
        counts.append(len(queries))

    # Each open version is counted by its own rules; these have none.
    assert counts[1] - counts[0] <= (2 if name == "honour-desk" else 0)


def test_queries_do_not_grow_with_evidence(client, application):
    version = application.level.version
    counts = []
    for _ in range(2):
        for _ in range(2):
            criterion = indicator(
                version,
                parent=version.criteria.get(parent=None),
                proof="file",
                name=f"材料{version.criteria.count()}",
            )
            add_files(application, criterion, [upload(version.criteria.count())])
        with CaptureQueriesContext(connection) as queries:
            page(client, "application-detail", application.pk)
        counts.append(len(queries))

    assert counts[0] == counts[1]
