"""What nouns give is found by itself, and leads only where somebody may go."""

import ast
import re
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import resolve, reverse
from django.utils import timezone

from activities import desks
from activities.desks import MENU, PAGES, TODOS, todos
from activities.desks.lecture import COMING, DRAFTS, RETURNED, UNRECORDED
from activities.desks.plan import ASKED
from chambers.models import Role
from chambers.rights import is_public, right_of
from redleader.records.facets import import_modules
from redleader.records.todos import Todo
from tests.activities.test_addresses import World
from tests.activities.test_roles import user_of
from tests.factories.activities import (
    AwardFactory,
    DemandFactory,
    DonationFactory,
    ErrorReportFactory,
    LeadFactory,
    LectureFactory,
    application_at,
    pairing_at,
    planned,
    project_at,
    returned,
    submitted,
)
from tests.factories.chambers import ChamberTermFactory, secretary_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
# Whatever shows what nouns give; none of them knows a noun.
COLLECTORS = [
    "activities/desks/__init__.py",
    "activities/services/export.py",
    "activities/templatetags/menus.py",
    "activities/views/public/search.py",
    "activities/views/public/sitemap.py",
    "activities/views/workbench/search.py",
    "activities/views/workbench/work.py",
]
NOT_OF_A_NOUN = {"Chamber", "ExportLog", "Role", "User"}


def names_of_nouns(text: str) -> set[str]:
    """Return what a module imports of the nouns: their models and their rooms."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if re.fullmatch(r"(activities|chambers)\.models", node.module):
                found |= names - NOT_OF_A_NOUN
            elif re.match(r"activities\.(desks|services|views\.\w+)\.\w", node.module):
                found.add(node.module)
    return found


@pytest.mark.parametrize("path", COLLECTORS)
def test_no_collector_names_a_noun(path):
    assert names_of_nouns((ROOT / path).read_text()) == set()


def test_a_noun_that_is_named_is_seen():
    text = "from activities.models import Lead\nfrom activities.desks.lead import card"
    assert names_of_nouns(text) == {"Lead", "activities.desks.lead"}


@pytest.mark.parametrize(
    "path", ["base.html", "components/public_nav.html", "workbench/base.html"]
)
def test_no_menu_names_the_list_of_a_noun(path):
    text = (ROOT / "templates" / path).read_text()
    assert re.findall(r"url '\w+:[\w-]+-(?:list|totals|calendar)'", text) == []


@pytest.fixture
def own_facets(monkeypatch):
    """Let what a test gives be forgotten after it."""
    for facet in (TODOS, PAGES, MENU):
        monkeypatch.setattr(facet, "parts", dict(facet.parts))
    yield
    sys.modules.pop("activities.desks.lamp", None)


LAMP = """
from activities.desks import PAGES, TODOS
from redleader.records.menus import PublicPage
from redleader.records.todos import Todo

PAGES.at(9999)(PublicPage("public:home", "灯笼"))


@TODOS.at(9999)
def to_light(user):
    return [Todo("灯笼", "点灯", "", "/")]
"""


def test_the_module_of_a_new_noun_is_found_by_itself(
    own_facets, tmp_path, monkeypatch, client
):
    (tmp_path / "lamp.py").write_text(LAMP)
    monkeypatch.setattr(desks, "__path__", [*desks.__path__, str(tmp_path)])

    import_modules(desks)

    assert todos(secretary_of())[-1:] == [Todo("灯笼", "点灯", "", "/")]
    page = client.get(reverse("public:search"), {"q": "灯笼"})
    assert "灯笼" in [
        hit.name for group in page.context["groups"] for hit in group.hits
    ]


def opens(user, address):
    view = resolve(urlsplit(address).path).func
    return is_public(view) or right_of(view).serves(user, "GET")


def fill(world):
    """Make what a desk may have to do with a chamber."""
    chamber, now = world.chamber, timezone.now()
    today, past = timezone.localdate(), now - timedelta(days=40)
    for make in (LectureFactory, planned, returned, submitted):
        make(chamber=chamber, started_at=past)
    planned(chamber=chamber, started_at=now + timedelta(days=3))
    project_at("signed", chamber=chamber)
    pairing_at("active", chamber=chamber, ended_on=today - timedelta(days=1))
    LeadFactory(chamber=chamber)
    DemandFactory(chamber=chamber)
    DonationFactory(
        chamber=chamber, pledged_on=today - timedelta(days=100), received_on=None
    )
    ChamberTermFactory(chamber=chamber, due_on=today - timedelta(days=1))
    AwardFactory(chamber=chamber, valid_until=today + timedelta(days=30))
    ErrorReportFactory()
    application_at("submitted")


@pytest.mark.parametrize("role", Role)
def test_desk_leads_only_to_pages_that_are_there_for_the_role(role, client):
    world = World()
    world["own"] = secretary_of(world.chamber)
    fill(world)
    user = user_of(role, world)

    addresses = [todo.address for todo in todos(user)]
    addresses += [entry.url for entry in MENU.of(user) if entry.label]

    assert [address for address in addresses if not opens(user, address)] == []
    assert len(addresses) > 2


def test_a_branch_secretary_is_asked_for_the_own_records_only():
    """Projects, pairings and cases of the chamber are not there for the branch."""
    world = World()
    fill(world)
    user = user_of(Role.BRANCH_SECRETARY, world)
    groups = {todo.group for todo in todos(user)}
    assert groups <= {RETURNED, UNRECORDED, DRAFTS, COMING, ASKED}
