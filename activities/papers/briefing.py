"""汇报材料: a draft in plain paragraphs, each number explained in an appendix."""

import io
from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from activities.models import ReportTemplate
from activities.models.template import TemplateKind
from activities.papers.placeholder import (
    Span,
    rules_by_name,
    values_of,
)
from activities.papers.template import PLACE, as_words, fill_document, texts_of

# Heading, then sentences with {{ }} placeholders. Written for any county.
PARTS: list[tuple[str, list[str]]] = [
    (
        "一、总体情况",
        [
            "截至{{数据截至}}，全县共有商会{{商会}}，党组织覆盖{{党组织覆盖的商会}}，"
            "编入商会党组织的党员{{党员}}。",
        ],
    ),
    (
        "二、政治引领",
        [
            "{{时段}}，举行党课和讲堂{{党课和讲堂场次}}，{{党课和讲堂场次_环比}}；"
            "其中书记讲党课{{书记讲党课}}。各类活动到场{{到场人次}}，"
            "与上年同期相比{{到场人次_同比}}。开展三会一课{{三会一课}}。",
            "双向进入、交叉任职{{双向进入交叉任职}}，会长兼任党组织书记"
            "{{会长兼任党组织书记}}。应换届{{应换届}}，已换届{{已换届}}，"
            "逾期未换届{{逾期未换届}}。",
        ],
    ),
    (
        "三、荣誉",
        [
            "现有有效荣誉称号{{已有荣誉称号}}，其中全国“四好”商会{{全国四好商会}}、"
            "省级“四好”商会{{省级四好商会}}。"
        ],
    ),
    (
        "四、引才和发展",
        [
            "商会提供引才信息{{引才信息提供}}，核实有效{{引才有效信息}}，"
            "落地{{引才落地}}，有效信息{{引才有效信息_环比}}。",
        ],
    ),
    (
        "五、村企共建",
        [
            "结对村{{结对村}}、结对企业{{结对企业}}；共建项目{{共建项目}}，"
            "到位资金{{共建项目到位资金}}，捐资{{共建项目捐资}}，"
            "提供就业岗位{{共建项目就业岗位}}。",
        ],
    ),
    ("六、下一步工作", ["（请在此填写。）"]),
]
SONG, HEI, FANG = "方正小标宋简体", "黑体", "仿宋_GB2312"


def default_document() -> bytes:
    """Return the template that a county starts with; staff edit and upload it."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FANG, Pt(16)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FANG)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    write(title, "{{县名}}商会党建工作情况", SONG, 22)
    under = document.add_paragraph()
    under.alignment = WD_ALIGN_PARAGRAPH.CENTER
    write(under, "（{{时段}}）", FANG, 16)
    for heading, sentences in PARTS:
        write(body(document), heading, HEI, 16)
        for sentence in sentences:
            write(body(document), sentence, FANG, 16)
    for text in ("{{单位}}", "{{制表日期}}"):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        write(paragraph, text, FANG, 16)
    return saved(document)


def default_template() -> ReportTemplate:
    """Return the shipped text as an unsaved template."""
    content = default_document()
    texts = " ".join(text for _, text in texts_of(TemplateKind.WORD, content))
    return ReportTemplate(
        name="商会党建工作情况",
        kind=TemplateKind.WORD,
        is_briefing=True,
        content=content,
        names=list(dict.fromkeys(PLACE.findall(texts))),
    )


def body(document):
    """Return a new paragraph in the official layout: indented, 28 points."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Pt(32)
    paragraph.paragraph_format.line_spacing = Pt(28)
    paragraph.paragraph_format.space_after = Pt(0)
    return paragraph


def write(paragraph, text: str, font: str, size: int) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def saved(document) -> bytes:
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def write_briefing(template: ReportTemplate, span: Span) -> bytes:
    """Return the draft for a span: numbers with references to an appendix."""
    values = {k: as_words(v) for k, v in values_of(template.names, span).items()}
    numbered = {name: turn for turn, name in enumerate(counted(values), start=1)}
    shown = {
        name: f"{words}〔{numbered[name]}〕" if name in numbered else words
        for name, words in values.items()
    }
    filled = fill_document(bytes(template.content), shown)
    document = Document(io.BytesIO(filled))
    add_appendix(document, numbered, values, span)
    return saved(document)


def counted(names: Iterable[str]) -> list[str]:
    """Return the names of counted numbers, in order."""
    rules = rules_by_name()
    return [name for name in names if name.partition("_")[0] in rules]


def add_appendix(document, numbered: dict[str, int], values, span: Span) -> None:
    """List what each number is, how it was counted, and where to find its rows."""
    rules = rules_by_name()
    document.add_page_break()
    heading = document.add_paragraph()
    write(heading, "附：数字出处", HEI, 16)
    table = document.add_table(rows=1, cols=4)
    table.style = "Table Grid"
    for cell, text in zip(
        table.rows[0].cells, ("编号", "数字", "口径", "记录"), strict=True
    ):
        write(cell.paragraphs[0], text, HEI, 11)
    query = span.scope.days
    for name, number in numbered.items():
        rule = rules[name.partition("_")[0]]
        path = reverse("public:rule-detail", args=[rule.code])
        cells = (
            f"〔{number}〕",
            f"{rule.name}：{values[name]}",
            rule.meaning,
            f"{settings.SITE_URL}{path}?{query}",
        )
        for cell, text in zip(table.add_row().cells, cells, strict=True):
            write(cell.paragraphs[0], text, FANG, 10)
