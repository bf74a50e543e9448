import zipfile
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from activities.counting import RULES, published
from activities.models import ReportTemplate
from activities.papers import briefing
from activities.papers.placeholder import (
    known_names,
    name_of,
    rules_by_name,
    span_of,
    values_of,
)
from activities.papers.template import fill
from chambers.models import Role
from tests.factories.activities import (
    OfficialFigureFactory,
    lead_at,
    workbook_of,
)
from tests.factories.chambers import UserFactory
from tests.workbooks import assert_is_guarded, texts_like_formulas

pytestmark = pytest.mark.django_db
TODAY = date(2026, 5, 4)


@pytest.fixture
def client(sign_in):
    return sign_in(UserFactory(role=Role.FEDERATION))


def document_of(*texts, table=""):
    document = Document()
    for text in texts:
        paragraph = document.add_paragraph()
        for part in text:  # Word cuts text into runs wherever it likes.
            paragraph.add_run(part)
    if table:
        document.add_table(1, 1).cell(0, 0).text = table
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def upload(client, content, name="表.docx", **fields):
    return client.post(
        reverse("workbench:template-list"),
        {"name": "一号表", "file": SimpleUploadedFile(name, content)} | fields,
    )


def text_of(content):
    document = Document(BytesIO(content))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([p.text for p in document.paragraphs] + cells)


def test_every_rule_has_a_name_of_its_own():
    countable = [rule for rule in published() if not rule.is_yes_no]

    assert len(rules_by_name()) == len(countable)
    assert all(name_of(rule).isidentifier() for rule in countable)


def test_word_form_is_uploaded_and_filled(client):
    lead_at("valid", submitted_on=date(2025, 8, 1))
    OfficialFigureFactory(number="M11", value=20, qualifier="at_least", unit="条")
    content = document_of(
        "{{时段}}引才{{ 引才有效信息 }}，{{引才有效信息_环比}}",
        table="{{引才有效信息_数}}，公布{{公布_M11}}",
    )

    upload(client, content)
    template = ReportTemplate.objects.get()
    answer = client.post(template.get_absolute_url(), {"period": "2025Q3"})

    assert template.kind == "word"
    said = text_of(answer.content)
    assert "2025年第3季度引才1 条，上期为 0" in said
    assert "1，公布不少于20条" in said
    page = client.get(template.get_absolute_url()).content.decode()
    assert "引才有效信息_环比" in page


def test_excel_form_gets_numbers_as_numbers(client):
    lead_at("valid", submitted_on=date(2025, 8, 1))
    content = workbook_of("{{引才有效信息_数}}", "共{{引才有效信息}}", "=1+1", "不变")

    upload(client, content, name="表.xlsx")
    template = ReportTemplate.objects.get()
    answer = client.post(template.get_absolute_url(), {"period": "2025"})

    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert [cell.value for (cell,) in sheet.iter_rows()] == [
        1,
        "共1 条",
        "=1+1",
        "不变",
    ]


def test_words_of_a_filled_document_are_text(settings):
    settings.PORTAL = settings.PORTAL | {"county": "<w:br/>&甲"}
    template = ReportTemplate(
        kind="word", content=document_of("{{县名}}"), names=["县名"]
    )

    filled = fill(template, span_of("2025", date(2026, 3, 1)))

    assert text_of(filled).strip() == "<w:br/>&甲"


def test_filled_workbook_has_no_formula_of_ours(settings):
    settings.PORTAL = settings.PORTAL | {"county": "=1+1", "owner": "\t@甲"}
    content = workbook_of("{{县名}}", "{{单位}}数", "+{{县名}}")
    template = ReportTemplate(kind="excel", content=content, names=["县名", "单位"])

    filled = fill(template, span_of("2025", date(2026, 3, 1)))

    assert [text for text, _ in texts_like_formulas(filled)] == [
        "=1+1",
        "\t@甲数",
        "+=1+1",
    ]
    assert_is_guarded(filled)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (
            ["好", "引才{{引才有效信息"],
            "第 2 段“引才{{引才有效信息”里的占位符没有写完整",
        ),
        (["{{没有的名称}}"], "第 1 段的占位符“没有的名称”不认识"),
        (["{% for a in b %}"], "里的占位符没有写完整"),
        (["{{ ''.__class__ }}"], "不认识"),
        (["{{引才有效信息}} {{ 7*7 }}"], "占位符“7*7”不认识"),
        (["没有占位符"], "文件里没有占位符"),
    ],
)
def test_broken_and_unknown_placeholders_are_told(client, texts, said):
    answer = upload(client, document_of(*texts))

    assert answer.status_code == 422
    errors = " ".join(answer.context["form"].errors["file"])
    assert said in errors
    assert not ReportTemplate.objects.exists()


def packed(**parts):
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name.replace("__", "/") + ".xml", text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("表.doc", b"\xd0\xcf\x11\xe0", "只接受 Word（.docx）或 Excel（.xlsx）文件"),
        ("表.docx", b"", "文件已损坏"),
        ("表.docx", b"PK\x03\x04not a zip", "文件已损坏"),
        ("表.docx", packed(word__document="<a>"), "文件已损坏"),
        ("表.xlsx", packed(word__document="<a/>"), "文件已损坏"),
        ("表.docx", packed(word__document="<!DOCTYPE a><a/>"), "文件已损坏"),
        ("表.docx", packed(word__document="x" * 30_000_000), "解压后过大"),
        ("表.docx", b"0" * (2 * 1024 * 1024 + 1), "超过 2 MB"),
    ],
)
def test_hostile_template_is_refused(client, name, content, said):
    answer = upload(client, content, name=name)

    assert answer.status_code == 422
    assert said in " ".join(answer.context["form"].errors["file"])
    assert not ReportTemplate.objects.exists()


def test_briefing_numbers_each_figure_and_says_where_it_is_from(client):
    lead_at("valid", submitted_on=date(2025, 8, 1))

    answer = client.post(reverse("workbench:briefing-create"), {"period": "2025Q3"})

    said = text_of(answer.content)
    assert "2025年第3季度" in said
    assert "核实有效1 条〔" in said
    assert "附：数字出处" in said
    assert RULES["valid-leads"].meaning in said
    assert "/figures/rules/valid-leads/?first=2025-07-01&last=2025-09-30" in said
    assert "{{" not in said


def test_own_words_of_a_briefing_are_kept(client):
    text = "我们的话：{{引才有效信息}}。"
    upload(client, document_of(text), is_briefing="on")
    template = ReportTemplate.objects.get()

    answer = client.post(template.get_absolute_url(), {"period": "2025"})

    assert "我们的话：0 条〔1〕。" in text_of(answer.content)
    file = SimpleUploadedFile("表.xlsx", workbook_of("{{时段}}"))
    data = {"name": "二号表", "file": file, "is_briefing": "on"}
    excel = client.post(reverse("workbench:template-list"), data)
    assert "汇报材料的模板须是 Word 文件" in excel.content.decode()


def test_shipped_text_knows_all_its_names():
    assert set(briefing.default_template().names) <= known_names()


def test_span_is_one_that_has_begun():
    assert span_of("2026Q2", TODAY).before.first == date(2026, 1, 1)
    assert span_of("2026", TODAY).last_year.last == date(2025, 12, 31)
    for text in ("2026Q3", "2027", "1900", "x", ""):
        assert span_of(text, TODAY) is None


def test_period_that_is_none_is_told(client):
    answer = client.post(reverse("workbench:briefing-create"), {"period": "2099"})

    assert answer.status_code == 422
    assert "所选时段无效，请重新选择。" in answer.content.decode()


def test_money_is_in_ten_thousands_for_a_table():
    span = span_of("2026Q1", TODAY)

    values = values_of(["共建项目捐资_数", "共建项目捐资"], span)

    assert values == {"共建项目捐资_数": 0, "共建项目捐资": "0万元"}


def test_template_is_deleted_after_a_question(client):
    upload(client, document_of("{{时段}}"))
    template = ReportTemplate.objects.get()
    address = reverse("workbench:template-delete", args=[template.pk])

    assert "不能找回" in client.get(address).content.decode()
    client.post(address)

    assert not ReportTemplate.objects.exists()
