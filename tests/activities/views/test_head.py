"""What a public page says of itself to search engines and to who shares it."""

import json
import re
import xml.etree.ElementTree as ET  # our own answer, no foreign XML
from io import BytesIO

import pytest
from django.urls import reverse
from PIL import Image

from activities.desks import PAGES
from activities.pictures.share import HEIGHT, WIDTH, share_card
from redleader.templatetags.page import json_ld
from tests.factories.activities import LectureFactory, accepted
from tests.factories.chambers import ChamberFactory, secretary_of

pytestmark = pytest.mark.django_db
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
CANARY = "金丝雀讲课人"


def public_lecture(**fields):
    lecture = accepted(is_public=True, **fields)
    lecture.refresh_from_db()
    return lecture


def head_of(answer):
    return answer.content.decode().partition("</head>")[0]


def test_page_names_its_one_address_whatever_it_is_narrowed_by(client, settings):
    settings.SITE_URL = "https://www.example.cn"
    head = head_of(client.get("/honours/?level=national&q=rt"))
    assert '<link rel="canonical" href="https://www.example.cn/honours/">' in head
    assert 'property="og:url" content="https://www.example.cn/honours/"' in head
    assert re.search(r'og:title" content="荣誉榜（截至 [^"]+）"', head)
    assert re.search(r'og:description" content="各级“四好”商会[^"]+"', head)
    assert 'og:image" content="https://www.example.cn/share.png"' in head


def test_text_of_a_row_stays_text_in_the_head(client):
    chamber = ChamberFactory(name='"><script>alert(1)</script>')
    answer = client.get(chamber.get_absolute_url())
    assert "<script>alert" not in answer.content.decode()
    (block,) = BLOCK.findall(answer.content.decode())
    assert json.loads(block)["name"] == chamber.name


def test_closed_and_missing_pages_have_no_address_of_their_own(client, sign_in):
    assert "canonical" not in head_of(client.get("/accounts/login/"))
    missing = client.get("/chambers/999999/")
    assert "canonical" not in head_of(missing)
    assert 'name="robots" content="noindex"' in head_of(missing)
    desk = sign_in(secretary_of(ChamberFactory())).get(reverse("workbench:desk"))
    assert "canonical" not in head_of(desk)


def test_structured_data_is_json_about_organisations_only(client):
    lecture = public_lecture(lecturer_name=CANARY)
    pages = {
        "/": "WebSite",
        lecture.chamber.get_absolute_url(): "Organization",
        f"/lectures/{lecture.pk}/": "Event",
        "/open-data/": "Dataset",
    }
    for address, kind in pages.items():
        text = client.get(address).content.decode()
        blocks = [json.loads(block) for block in BLOCK.findall(text)]
        assert {block["@type"] for block in blocks} == {kind}
        assert {block["@context"] for block in blocks} == {"https://schema.org"}
        assert CANARY not in text
        assert '"Person"' not in text


def test_structured_data_never_ends_its_element():
    hostile = "</script><!--<script>&"
    block = json_ld({"name": hostile})
    (inside,) = BLOCK.findall(block)
    assert "<" not in inside
    assert json.loads(inside)["name"] == hostile


def test_sitemap_has_the_public_pages_and_rows_and_no_others(client):
    lecture = public_lecture()
    hidden = LectureFactory()
    answer = client.get("/sitemap.xml")
    found = [
        node.text.partition("testserver")[2]
        for node in ET.fromstring(answer.content).iter()  # noqa: S314
        if node.tag.endswith("}loc")
    ]
    assert {reverse(page.address) for page in PAGES if page.in_sitemap} <= set(found)
    assert f"/lectures/{lecture.pk}/" in found
    assert f"/lectures/{hidden.pk}/" not in found
    assert len(found) == len(set(found))
    assert all(client.get(address).status_code == 200 for address in found)


def test_robots_are_told_what_is_closed_and_where_the_map_is(client):
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /workbench/\n" in text
    assert text.endswith("Sitemap: http://testserver/sitemap.xml\n")


def test_share_cards_are_pictures_of_public_rows_only(client):
    lecture = public_lecture()
    for address in [
        reverse("public:site-share"),
        reverse("public:chamber-share", args=[lecture.chamber_id]),
        reverse("public:lecture-share", args=[lecture.pk]),
    ]:
        answer = client.get(address)
        assert answer["Content-Type"] == "image/png"
        assert Image.open(BytesIO(answer.content)).size == (WIDTH, HEIGHT)
        assert len(answer.content) < 100_000
    hidden = LectureFactory()
    assert (
        client.get(reverse("public:lecture-share", args=[hidden.pk])).status_code == 404
    )


@pytest.mark.parametrize("title", ["", "一", "很长的名字" * 30, "A" * 200])
def test_share_card_holds_any_title(title):
    assert Image.open(BytesIO(share_card(title, title, title, title))).size == (
        WIDTH,
        HEIGHT,
    )


@pytest.mark.parametrize("name", ["privacy", "accessibility"])
def test_statements_are_linked_from_every_page(client, name):
    address = reverse(f"public:{name}")
    assert address in client.get("/honours/").content.decode()
    assert client.get(address).status_code == 200
