"""S1: who gets in where, asked of every address as everybody.

What is expected comes from the table of ``test_addresses`` and, for the roles that do
not stand in it, from the right of each view, which the page of roles reads too: a page
that is not there for a role answers 404, one that it may not use 403, and any other
answers as it does to an actor of the table whose rows are alike.
"""

from dataclasses import dataclass, field

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import clear_url_caches, get_resolver, path, reverse

from chambers.access import RoleMiddleware
from chambers.models import Role
from chambers.rights import is_public, may_review, may_write, person, right_of
from redleader import urls
from redleader.serving.routes import view_named
from tests.activities import test_addresses as table
from tests.activities.test_addresses import TABLE, World
from tests.activities.test_roles import user_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
WHAT = "permission matrix: every address × 9 actors × GET and POST"
TARGET = "at least 60 addresses and 960 cells; 0 unlisted, 0 wrong"

PUBLIC = "stranger"
# Whose answers of the table a role gets at the pages that are there for it.
LIKE = {
    Role.ADMINISTRATOR: "administrator",
    Role.ORGANISATION: "federation",
    Role.FEDERATION: "federation",
    Role.TOWNSHIP: "own",  # the chamber lies in it
    Role.SECRETARY: "own",
    Role.BRANCH_SECRETARY: "foreign",  # the record is not of their branch
    Role.MEDIATOR: "foreign",  # the case is not theirs
    Role.AUDITOR: "administrator",
}


# Nobody has named these roles for cases, which are closed to them like to others.
NOT_NAMED = {Role.ORGANISATION: "administrator", Role.TOWNSHIP: "foreign"}
# What a POST to a page of a noun in the admin needs; a GET needs what ``STOCK`` says.
POSTING = table.STOCK | {"change": "change"}
OUT, IN = "out", "in"


@dataclass
class Matrix:
    addresses: int = 0
    cells: int = 0
    unlisted: list = field(default_factory=list)
    wrong: list = field(default_factory=list)

    @property
    def is_right(self):
        return not (self.unlisted or self.wrong)

    def __str__(self):
        return (
            f"{self.addresses} addresses, {self.cells} cells,"
            f" {len(self.unlisted)} unlisted, {len(self.wrong)} wrong"
        )


class People:
    """Nine people before one address; what each request does is taken back."""

    def __init__(self, world):
        world["own"], world["foreign"]
        self.world = world
        self.users = {PUBLIC: None} | {role: user_of(role, world) for role in Role}
        for role in (Role.FEDERATION, Role.ADMINISTRATOR):
            self.users[role] = world[LIKE[role]]

    def ask(self, role, method, address):
        client, user = Client(), self.users[role]
        cache.clear()
        with transaction.atomic():
            if user:
                client.force_login(user, backend="chambers.access.RoleBackend")
            answer = getattr(client, method)(address)
            if answer.streaming:
                b"".join(answer)
            transaction.set_rollback(True)
        return answer


def expected(name, role, method, listed):
    """Return the status that a role gets; ``listed`` maps the actors of the table."""
    if role == PUBLIC:
        return listed[PUBLIC]
    view = view_named(name)
    if not is_public(view) and not right_of(view).opens(person(role)):
        return 404
    if not is_public(view) and not right_of(view).allows(person(role), method.upper()):
        return 403
    actor, page = LIKE[role], name.rpartition(":")[2]
    if page.startswith("mediation-"):
        actor = NOT_NAMED.get(role, actor)
    return listed[actor]


def compare(matrix, people, name, address, wanted, read=lambda answer: answer):
    """Ask as everybody by both methods; ``wanted(role, method)`` is what is right."""
    matrix.addresses += 1
    for method in ("get", "post"):
        for role in people.users:
            matrix.cells += 1
            found = read(people.ask(role, method, address))
            right = wanted(role, method)
            if found != right:
                matrix.wrong.append((name, str(role), method, found, right))


def status_of(answer):
    return answer.status_code


def in_or_out(answer):
    """Tell whether somebody was let in; the ways out lead to the sign-in."""
    if answer.status_code in (403, 404):
        return OUT
    way = answer.get("Location", "")
    return OUT if "login" in way or way == reverse("admin:index") else IN


def walk_sites(matrix, names):
    for name in names:
        keys, *answers = TABLE[name]
        listed = [dict(zip(table.ACTORS, codes, strict=True)) for codes in answers]
        with transaction.atomic():
            world = World()
            people = People(world)
            address = reverse(name, args=[world[key] for key in keys])
            compare(
                matrix,
                people,
                name,
                address,
                lambda role, method, name=name, listed=listed: expected(
                    name, role, method, listed[method == "post"]
                ),
                status_of,
            )
            transaction.set_rollback(True)


def rights(role, noun):
    """Return what a role may do with a noun of the admin."""
    if role == PUBLIC or not person(role).is_staff:
        return set()
    listed = table.ADMIN[noun][role == Role.ADMINISTRATOR]
    app, _, model = noun.partition("_")
    return {
        right for right in listed if person(role).has_perm(f"{app}.{right}_{model}")
    }


def walk_nouns(matrix):
    """Ask the list, the form and the rest of every noun of the admin."""
    with transaction.atomic():
        world = World()
        people = People(world)
        rows = table.admin_rows(world)
        for noun in table.ADMIN:
            allowed = {role: rights(role, noun) for role in people.users}
            for page in table.STOCK:
                keys = [] if page in ("changelist", "add") else [rows[noun]]

                def wanted(role, method, page=page, allowed=allowed):
                    needed = (POSTING if method == "post" else table.STOCK)[page]
                    may = needed in allowed[role] and (
                        method == "get" or may_write(person(role))
                    )
                    return IN if may else OUT

                address = reverse(f"admin:{noun}_{page}", args=keys)
                compare(matrix, people, f"{noun}_{page}", address, wanted, in_or_out)
        transaction.set_rollback(True)


def walk_rest(matrix):
    """Ask the pages of the admin that belong to no noun, or that a noun adds."""
    with transaction.atomic():
        world = World()
        people = People(world)
        rows = table.admin_rows(world)

        def staff(role, method):
            if role == PUBLIC or not person(role).is_staff:
                return OUT
            return IN if method == "get" or may_write(person(role)) else OUT

        def reviewers(role, method):
            if method == "get":  # told to post instead
                return staff(role, method)
            may = role != PUBLIC and may_review(person(role))
            return IN if may else OUT

        for name in ("index", "password_change", "password_change_done", "jsi18n"):
            compare(matrix, people, name, reverse(f"admin:{name}"), staff, in_or_out)
        for name in sorted(table.ADMIN_STEPS):
            address = reverse(f"admin:{name}", args=[world["submitted"]])
            compare(matrix, people, name, address, reviewers, in_or_out)
        for name, noun in table.ADMIN_MORE.items():
            address = reverse(f"admin:{name}", args=[rows[noun]])
            needed = "add" if name.endswith("copy") else "view"

            def entitled(role, method, noun=noun, needed=needed):
                return staff(role, method) if needed in rights(role, noun) else OUT

            compare(matrix, people, name, address, entitled, in_or_out)
        for name, (key, *answers) in table.CERTIFICATE_PAGES.items():
            listed = [dict(zip(table.ACTORS, codes, strict=True)) for codes in answers]
            compare(
                matrix,
                people,
                name,
                reverse(f"admin:{name}", args=[world[key]]),
                lambda role, method, listed=listed, name=name: expected(
                    f"admin:{name}", role, method, listed[method == "post"]
                ),
                status_of,
            )
        transaction.set_rollback(True)


def unlisted():
    """Return the addresses of the resolver that stand in no table."""
    sites = set(table.names(get_resolver().url_patterns)) - set(TABLE)
    known = {f"{noun}_{page}" for noun in table.ADMIN for page in table.STOCK}
    known |= {*table.ADMIN_PAGES, *table.ADMIN_STEPS, *table.ADMIN_MORE}
    known |= {*table.CERTIFICATE_PAGES, "auth_user_password_change", "view_on_site"}
    known |= {"app_list", None}
    return sorted(sites) + sorted(set(table.admin_names()) - known)


def measure(names=TABLE, *, with_admin=True):
    matrix = Matrix(unlisted=unlisted())
    walk_sites(matrix, names)
    if with_admin:
        walk_nouns(matrix)
        walk_rest(matrix)
    return matrix


def test_figure(figure):
    matrix = measure()
    figure(
        f"{matrix} {matrix.wrong[:5] or ''}".strip(),
        kept=matrix.is_right and matrix.addresses >= 60 and matrix.cells >= 960,
    )


def test_control(control, monkeypatch):
    names = ["workbench:lead-list", "workbench:lead-create"]
    dummy = path("dummy/", lambda request: HttpResponse(), name="dummy")
    monkeypatch.setattr(urls, "urlpatterns", [*urls.urlpatterns, dummy])
    clear_url_caches()
    matrix = measure(names, with_admin=False)
    control(f"one address more: {matrix}", caught=matrix.unlisted == ["dummy"])
    monkeypatch.undo()
    clear_url_caches()
    monkeypatch.setattr(RoleMiddleware, "process_view", lambda *args: None)
    matrix = measure(names, with_admin=False)
    control(f"rule of the roles switched off: {matrix}", caught=matrix.wrong)
