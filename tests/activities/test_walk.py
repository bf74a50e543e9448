"""Every role follows every link and presses every button that it is shown."""

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from activities.views.workbench import desk
from chambers import rights
from chambers.models import Role
from redleader.records.todos import Todo
from tests.activities.test_addresses import ROWS, World
from tests.activities.test_roles import user_of
from tests.factories.activities import (
    CaseMediatorFactory,
    DonationFactory,
    LectureFactory,
    MediationAccessFactory,
    MediatorFactory,
    MeetingRequirementFactory,
    accepted,
    demand_at,
    lead_at,
    pairing_at,
    planned,
    returned,
    submitted,
)
from tests.factories.chambers import ChamberTermFactory

pytestmark = pytest.mark.django_db

DEAD = {403, 404, 405}
# The way out would end the walk.
LEAVING = {"account_logout", "admin:logout"}
# The pages whose links are followed; those of the public are the same for all.
INSIDE = {"workbench", "admin"}
# How many ways there are at least for whom there are few.
LEAST = {Role.MEDIATOR: 10, Role.BRANCH_SECRETARY: 30, Role.TOWNSHIP: 50}
OURS = {"", "testserver"}


class Ways(HTMLParser):
    """Collects where a page leads: (method, address) of its links and its buttons.

    A form that has no button leads nowhere.
    """

    def __init__(self, page: str, base: str):
        super().__init__()
        self.base, self.found = base, []
        self.form, self.forms = ("get", base), {}  # the one it is in; by their ids
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        if tag == "a" and known.get("href", "#")[0] != "#":
            self.found.append(("get", urljoin(self.base, known["href"])))
        if tag == "form":
            address = urljoin(self.base, known.get("action") or "")
            self.form = known.get("method", "get").lower(), address
            self.forms[known.get("id", "")] = self.form
        if is_button(tag, known):
            named = self.forms.get(known["form"]) if "form" in known else None
            method, address = named or self.form
            address = urljoin(self.base, known.get("formaction") or address)
            self.found.append((known.get("formmethod", method), address))


def is_button(tag, known):
    sends = {"button": ("submit",), "input": ("submit", "image")}
    default = "submit" if tag == "button" else "text"
    return known.get("type", default) in sends.get(tag, ())


@dataclass
class Walk:
    """What one person saw: how many ways were tried, and which of them are dead."""

    client: object
    tried: set = field(default_factory=set)
    dead: list = field(default_factory=list)

    def ask(self, method, address):
        """Return the answer; whatever it changed is taken back."""
        cache.clear()
        with transaction.atomic():
            answer = getattr(self.client, method)(address)
            body = b"".join(answer) if answer.streaming else answer.content
            transaction.set_rollback(True)
        is_page = answer.get("Content-Type", "").startswith("text/html")
        return answer, body.decode() if is_page else ""

    def follow(self, start):
        waiting = deque([("", "get", start)])
        while waiting:
            origin, method, address = waiting.popleft()
            space, page = place_of(address)
            if space is None or (method, page) in self.tried:
                continue
            self.tried.add((method, page))
            answer, text = self.ask(method, address)
            if answer.status_code in DEAD:
                self.dead.append((answer.status_code, method, address, origin))
            if method == "get" and answer.status_code == 302:
                waiting.append((origin, "get", urljoin(address, answer["Location"])))
            if space in INSIDE and answer.status_code == 200:
                found = Ways(text, address).found
                waiting.extend((address, *way) for way in found)
        return self


def place_of(address):
    """Return the namespace of an address and what makes it one page of the walk.

    Of the back office and of the public one row stands for all; of the lists at work
    the whole one and a narrowed one count. The namespace is None where the walk does
    not go.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("", "http", "https") or parts.netloc not in OURS:
        return None, address
    try:
        place = resolve(parts.path)
    except Resolver404:
        return "", parts.path
    space = None if place.view_name in LEAVING else place.namespace
    if space == "workbench":
        return space, (parts.path, bool(parts.query))
    return space, place.view_name or place.route


@pytest.fixture
def world():
    """A row of each noun, and what waits for somebody to do something."""
    world = World()
    for key in ROWS:
        world[key]
    today = timezone.localdate()
    chamber, branch = world.chamber, world["branch"]
    of_branch = {"chamber": chamber, "branch_id": branch, "organiser": "branch"}
    MeetingRequirementFactory(kind="party_day", period="month")
    for make in (LectureFactory, submitted, accepted, planned, returned):
        make(**of_branch)
    returned(chamber=chamber)
    planned(chamber=chamber, started_at=timezone.now() + timedelta(days=5))
    planned(chamber=chamber, started_at=timezone.now() - timedelta(days=5))
    pairing_at("active", chamber=chamber, ended_on=today - timedelta(days=9))
    DonationFactory(
        chamber=chamber, received_on=None, pledged_on=today - timedelta(days=200)
    )
    ChamberTermFactory(chamber=chamber, due_on=today - timedelta(days=9))
    for state in ("answered", "collected", "assigned"):
        demand_at(state, chamber=chamber)
    for state in ("waiting", "invalid"):
        lead_at(state, chamber=chamber)
    return world


def walker(role, world, sign_in):
    user = user_of(role, world)
    if role == Role.BRANCH_SECRETARY:
        user.member.appointments.update(branch_id=world["branch"])
    if user.is_staff and role != Role.ADMINISTRATOR:
        MediationAccessFactory(user=user)
    if role == Role.MEDIATOR:
        mediator = MediatorFactory(user=user)
        CaseMediatorFactory(case_id=world["case"], mediator=mediator)
    return Walk(sign_in(user))


@pytest.mark.parametrize("role", Role)
def test_no_link_and_no_button_is_dead(role, world, sign_in):
    walk = walker(role, world, sign_in).follow(reverse("workbench:desk"))

    assert not walk.dead, walk.dead
    assert len(walk.tried) > LEAST.get(role, 100)


def test_a_dead_link_is_found(world, sign_in, monkeypatch):
    """A to-do leads where a branch secretary finds nothing."""
    address = reverse("workbench:pairing-list")
    monkeypatch.setattr(desk, "todos", lambda user: [Todo("诉求", "看", "", address)])

    walk = walker(Role.BRANCH_SECRETARY, world, sign_in)
    walk.follow(reverse("workbench:desk"))

    assert walk.dead == [(404, "get", address, reverse("workbench:desk"))]


def test_dead_buttons_are_found_where_templates_do_not_ask(world, sign_in, monkeypatch):
    monkeypatch.setattr(rights, "serves", lambda *args: True)

    walk = walker(Role.TOWNSHIP, world, sign_in).follow(reverse("workbench:desk"))

    found = {(status, method) for status, method, *_ in walk.dead}
    assert found == {(403, "get"), (403, "post")}
