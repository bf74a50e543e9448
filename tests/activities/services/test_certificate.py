from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pypdf
import pytest
import typst
from django.core.exceptions import ValidationError
from django.utils import timezone
from PIL import Image

from activities.models import Certificate, CertificateTemplate
from activities.papers.certificate_sheet import FONT, pdf_of, png_of
from activities.services import certificate as services
from redleader.uploads.fonts import characters_in, missing_characters
from tests.factories.activities import (
    AwardFactory,
    CertificateFactory,
    CertificateTemplateFactory,
    SchemeVersionFactory,
    SiteFactory,
)
from tests.factories.chambers import BranchFactory, ChamberFactory, UserFactory

pytestmark = pytest.mark.django_db

SITE = "https://chamber.example"
GRANTED = {
    "level": "county",
    "title": "县“四好”商会",
    "grantor": "某县工商业联合会",
    "document_number": "某联〔2026〕1号",
    "cycle_label": "2025—2026年度",
    "granted_on": date(2026, 3, 15),
}


@pytest.fixture(autouse=True)
def templates():
    services.load_templates()


@pytest.fixture
def staff():
    return UserFactory(role="federation")


def pages_of(pdf):
    return pypdf.PdfReader(BytesIO(pdf)).pages


def text_of(pdf):
    """Return the words of the one page, without the blanks of the layout."""
    (page,) = pages_of(pdf)
    return "".join(page.extract_text().split())


def printed(award, staff):
    certificate = services.issue_certificate(award, user=staff)
    sheet = services.certificate_sheet(certificate, site=SITE)
    return certificate, pdf_of(sheet)


# The first templates.


def test_templates_are_made_once_and_left_to_staff():
    own = CertificateTemplate.objects.get(for_own_titles=True)
    above = CertificateTemplate.objects.get(for_own_titles=False)
    own.name, own.body = "改过的", "{recipient}"
    own.save()

    assert services.load_templates() == 0

    own.refresh_from_db()
    assert own.body == "{recipient}"
    assert (above.heading, above.is_default) == ("荣誉登记证明", True)


def test_templates_are_made_again_when_a_kind_has_none():
    CertificateTemplate.objects.filter(for_own_titles=False).delete()

    assert services.load_templates() == 1


# Who gets one.


def test_issue_gives_one_certificate_however_often(staff):
    award = AwardFactory(is_demo=True)

    first = services.issue_certificate(award, user=staff)
    second = services.issue_certificate(award, user=UserFactory())

    assert first == second
    assert Certificate.objects.count() == 1
    assert (first.issued_by, first.is_demo) == (staff, True)


def test_issue_serves_a_title_that_is_due(staff):
    soon = timezone.localdate() + timedelta(days=30)

    assert services.issue_certificate(AwardFactory(valid_until=soon), user=staff)


REVOKED = {
    "revoked_on": date(2024, 6, 1),
    "revocation_reason": "年检不合格",
    "revocation_document": "某联〔2024〕9号",
}


def revoked():
    return AwardFactory(granted_on=date(2024, 1, 1), **REVOKED)


def expired():
    return AwardFactory(granted_on=date(2020, 1, 1), valid_until=date(2022, 12, 31))


def renewed():
    old = AwardFactory(granted_on=date(2022, 1, 1))
    AwardFactory(
        version=old.version,
        chamber=old.chamber,
        renews=old,
        granted_on=date(2024, 1, 1),
    )
    return old


ENDED = [
    (
        revoked,
        "这项称号已于 2024-06-01 取消（原因：年检不合格；文号：某联〔2024〕9号）",
    ),
    (expired, "这项称号已于 2022-12-31 到期"),
    (renewed, "这项称号已于 2024-01-01 再次认定，请用新的称号"),
]


@pytest.mark.parametrize(("make", "why"), ENDED)
def test_ended_title_gets_no_certificate_and_no_paper(make, why, staff):
    award = make()

    with pytest.raises(ValidationError) as refused:
        services.issue_certificate(award, user=staff)
    certificate = CertificateFactory(award=award)
    with pytest.raises(ValidationError) as no_paper:
        services.certificate_sheet(certificate, site=SITE)

    assert refused.value.messages == [f"{why}，不能颁发证书。"]
    assert no_paper.value.messages == [f"{why}，证书不能再下载。"]


def test_praise_gets_no_certificate(staff):
    award = AwardFactory(version=SchemeVersionFactory(scheme__kind="praise"))

    with pytest.raises(ValidationError, match="工作肯定不是称号"):
        services.issue_certificate(award, user=staff)


def test_without_a_default_template_nothing_is_issued(staff):
    CertificateTemplate.objects.update(is_default=False)

    with pytest.raises(ValidationError, match="还没有用于上级称号的默认证书模板"):
        services.issue_certificate(AwardFactory(), user=staff)
    assert not Certificate.objects.exists()


# What it says.


def test_own_title_is_certified_by_who_granted_it(staff):
    award = AwardFactory(
        chamber=ChamberFactory(name="云溪商会"),
        valid_until=timezone.localdate() + timedelta(days=900),
        **GRANTED,
    )

    certificate, pdf = printed(award, staff)

    text, until = text_of(pdf), award.valid_until
    assert "云溪商会：" in text
    assert "认定你单位为县“四好”商会（2025—2026年度，某联〔2026〕1号）" in text
    assert f"有效期至：{until.year}年{until.month}月{until.day}日" in text
    assert "某县工商业联合会二〇二六年三月十五日" in text
    assert certificate.printed_code in text
    assert f"{SITE}/verify/" in text


def test_title_from_above_is_only_stated_and_silence_is_said(staff, settings):
    award = AwardFactory(grantor="全国工商联", title="全国“四好”商会")

    _, pdf = printed(award, staff)

    text = text_of(pdf)
    assert text.startswith("荣誉登记证明")
    assert "获得国家级称号全国“四好”商会（年度未载明）" in text
    assert "授予单位：全国工商联（文号未载明）" in text
    assert "授予日期：未载明；有效期至：未载明" in text
    for owner in settings.PORTAL["owner"].split():
        assert owner in text


@pytest.mark.parametrize(
    ("field", "factory"), [("branch", BranchFactory), ("site", SiteFactory)]
)
def test_every_kind_of_recipient_is_named(field, factory, staff):
    award = AwardFactory(chamber=None, **{field: factory(name="云溪第一支部")})

    assert "云溪第一支部" in text_of(printed(award, staff)[1])


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 1, 1), "二〇二六年一月一日"),
        (date(2020, 10, 10), "二〇二〇年十月十日"),
        (date(2021, 11, 20), "二〇二一年十一月二十日"),
        (date(2009, 12, 31), "二〇〇九年十二月三十一日"),
    ],
)
def test_date_is_written_as_under_a_certificate(day, words):
    assert services.day_in_numerals(day) == words


def test_words_of_a_person_are_never_markup(staff):
    name = '*云*_溪_ #panic("x") $x^2$ @a <b> \\ 商会'
    award = AwardFactory(chamber=ChamberFactory(name=name))

    text = text_of(printed(award, staff)[1])

    assert "".join(name.split()) in text


def test_signature_of_the_template_comes_first(staff):
    CertificateTemplate.objects.update(signature="{county}商会联合会 办公室")

    text = text_of(printed(AwardFactory(), staff)[1])

    assert "上杭县商会联合会办公室二〇" in text


# How it is made.


def test_the_same_certificate_is_the_same_file(staff):
    certificate = services.issue_certificate(AwardFactory(), user=staff)

    def draw():
        return pdf_of(services.certificate_sheet(certificate, site=SITE))

    assert draw() == draw()


def test_font_is_embedded_and_the_file_is_accessible(staff):
    _, pdf = printed(AwardFactory(), staff)

    reader = pypdf.PdfReader(BytesIO(pdf))
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    embedded = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for font in fonts
    ]
    assert embedded
    assert all("NotoSerifSC" in font["/FontName"] for font in embedded)
    assert all({"/FontFile2", "/FontFile3"} & set(font) for font in embedded)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


LONG = {
    "heading": "荣" * 20,
    "body": ("{title}{recipient}{grantor}{document}{cycle}" * 2).ljust(500, "县"),
    "signature": "{grantor}".ljust(60, "局"),
    "footnote": ("{title}" * 2).ljust(120, "注"),
    "title_size": 80,
    "body_size": 40,
}


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize(("letter", "lines"), [("县", 1), ("县", 10), ("W", 1)])
def test_longest_texts_stay_on_one_page(orientation, letter, lines, staff):
    CertificateTemplate.objects.all().delete()
    body = "\n".join([LONG["body"][: 502 - 2 * lines], *["县"] * (lines - 1)])
    CertificateTemplateFactory(
        **LONG | {"body": body}, orientation=orientation, is_default=True
    ).full_clean()
    award = AwardFactory(
        chamber=ChamberFactory(name=(letter * 60)[:60].strip()),
        title=(letter * 80)[:80].strip(),
        grantor=(letter * 60)[:60].strip(),
        document_number=(letter * 60)[:60].strip(),
        cycle_label=(letter * 30)[:30].strip(),
    )

    certificate, pdf = printed(award, staff)

    (page,) = pages_of(pdf)
    text = text_of(pdf).replace("\u200b", "")
    assert text.count("注") == 106
    assert certificate.printed_code in text
    width, height = (842, 595) if orientation == "landscape" else (595, 842)
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (width, height)
    for x, y in places_of(page):
        assert 45 < x < width - 45
        assert 45 < y < height - 45


def places_of(page):
    """Return where each piece of text begins, in points."""
    places = []

    def visit(text, matrix, text_matrix, font, size):
        if text.strip():
            x = matrix[0] * text_matrix[4] + matrix[2] * text_matrix[5] + matrix[4]
            y = matrix[1] * text_matrix[4] + matrix[3] * text_matrix[5] + matrix[5]
            places.append((x, y))

    page.extract_text(visitor_text=visit)
    assert places
    return places


def test_picture_of_the_page_is_paper_with_a_red_frame(staff):
    template = CertificateTemplate.objects.get(for_own_titles=True)

    picture = Image.open(BytesIO(png_of(services.sample_sheet(template, site=SITE))))

    assert (picture.width, picture.height) == (1123, 794)
    assert picture.convert("RGB").getpixel((5, 5)) == (253, 250, 243)
    assert picture.convert("RGB").getpixel((31, 400)) == (166, 27, 27)


# Characters.


def test_font_has_every_standard_character_of_names():
    known = characters_in(FONT)

    assert len(known) == 10_014
    assert missing_characters("㛃𬍛䶮骉镕堃喆昇〇〔〕“”—·①", FONT) == ""
    assert missing_characters("云㐂溪𠮷㐂", FONT) == "㐂𠮷"


@pytest.mark.parametrize("name", ["㛃溪商会", "𬍛溪商会"])
def test_rare_characters_are_printed(name, staff):
    award = AwardFactory(chamber=ChamberFactory(name=name))

    assert name in text_of(printed(award, staff)[1])


def test_character_that_the_font_lacks_is_refused_and_named(staff):
    award = AwardFactory(chamber=ChamberFactory(name="㐂溪𠮷商会"))

    with pytest.raises(ValidationError) as refused:
        services.issue_certificate(award, user=staff)

    assert refused.value.messages == [
        "证书字体里没有“㐂、𠮷”，印不出来。"
        "请核对用字；确需使用的，请联系系统管理员更换字体。"
    ]
    assert not Certificate.objects.exists()


def test_no_character_becomes_an_empty_box_even_unchecked(staff):
    """The standard of the file itself forbids a character without a shape."""
    certificate = services.issue_certificate(AwardFactory(), user=staff)
    sheet = services.certificate_sheet(certificate, site=SITE)

    with pytest.raises(typst.TypstError, match="㐂"):
        pdf_of(replace(sheet, footnote="㐂"))
