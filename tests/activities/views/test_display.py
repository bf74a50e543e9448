"""大字 and 高对比 without JavaScript, the style page, the help of a missing page."""

import re

import pytest
from django.urls import reverse

from activities.views.workbench.style import USES, colours
from chambers.models import Role
from tests.factories.chambers import UserFactory

pytestmark = pytest.mark.django_db
DISPLAY = reverse("public:display")


@pytest.mark.parametrize(
    ("name", "css"), [("large_text", "large-text"), ("high_contrast", "high-contrast")]
)
def test_choice_is_kept_on_the_device_and_taken_back(client, name, css):
    answer = client.get(DISPLAY, {name: "1", "next": "/honours/?level=national"})
    assert answer.url == "/honours/?level=national"
    assert answer["Cache-Control"] == "private, no-store"
    page = client.get("/honours/").content.decode()
    assert css in re.search(r"<html[^>]*>", page)[0]
    assert f"display/?{name}=0&amp;next=%2Fhonours%2F" in page

    client.get(DISPLAY, {name: "0", "next": "/"})
    assert css not in re.search(r"<html[^>]*>", client.get("/").content.decode())[0]


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "\0"]
)
def test_choice_never_leads_to_another_site(client, back):
    assert client.get(DISPLAY, {"large_text": "1", "next": back}).url == "/"


def test_nothing_else_becomes_a_cookie(client):
    answer = client.get(DISPLAY, {"large_text": "x", "sessionid": "1"})
    assert not answer.cookies


def test_style_page_is_there_for_staff_and_shows_the_sheet_itself(sign_in):
    page = sign_in(UserFactory(role=Role.FEDERATION)).get(reverse("workbench:style"))
    text = page.content.decode()
    assert {colour.name for colour in colours()} == set(USES)
    for colour in colours():
        assert f"--{colour.name}" in text
        assert colour.light in text
        assert colour.dark in text
    assert sign_in(UserFactory(role=Role.SECRETARY)).get(
        reverse("workbench:style")
    ).status_code in (403, 404)


def test_missing_page_says_where_to_look(client):
    page = client.get("/没有这一页/")
    assert page.status_code == 404
    for name in ("honour-list", "verify-form", "chamber-list", "lecture-list"):
        assert reverse(f"public:{name}") in page.content.decode()
