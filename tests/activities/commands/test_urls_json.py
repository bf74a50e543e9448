import json
from io import StringIO

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import call_command
from django.urls import get_resolver, include, path

from activities.services.address import EVERYBODY, PUBLIC, Address, addresses
from chambers.models import Role
from chambers.views.account import closed
from tests.activities.test_addresses import World, unlisted
from tests.activities.test_roles import user_of
from tests.factories.activities import MediationAccessFactory, MediatorFactory
from tests.factories.chambers import secretary_of

PLAIN = [
    a for a in addresses() if not a.takes_arguments and "GET" in (a.methods or ["GET"])
]
# Nothing can be told from asking: it wants parameters; a sign-in half done; a POST.
UNTOLD = {"admin:autocomplete", "mfa_authenticate", "admin:logout"}


def listed():
    out = StringIO()
    call_command("urls_json", stdout=out)
    return json.loads(out.getvalue())


def test_no_address_is_unlisted():
    assert unlisted(get_resolver().url_patterns) == []
    assert len(listed()) == len(list(addresses()))
    assert {"workbench:desk", "admin:index", "public:api:figure-list"} <= {
        row["name"] for row in listed()
    }
    for row in listed():
        assert set(row["actors"]) <= set(EVERYBODY)
        assert row["by_method"]


@pytest.mark.parametrize("space", ["public", "workbench", ""])
def test_a_dummy_address_is_noticed(space):
    dummy = path("dummy/", closed, name="dummy")
    patterns = (
        [path("x/", include(([dummy], "x"), namespace=space))] if space else [dummy]
    )
    full = f"{space}:dummy" if space else "dummy"

    assert unlisted([*get_resolver().url_patterns, *patterns]) == [full]


def test_an_address_without_a_right_is_for_nobody():
    address = Address("dummy", "/dummy/", ["GET"], lambda request: None)

    assert address.actors("GET") == []


def test_actors_by_method():
    rows = {row["name"]: row for row in listed()}

    assert rows["workbench:lead-step"] == {
        "name": "workbench:lead-step",
        "pattern": "/workbench/leads/<int:pk>/step/<slug:state>/",
        "methods": ["POST"],
        "actors": ["organisation", "federation"],
        "by_method": {"POST": ["organisation", "federation"]},
    }
    assert rows["healthz"]["actors"] == EVERYBODY
    assert rows["account_signup"]["actors"] == []
    assert rows["admin:chambers_user_add"]["actors"] == ["administrator"]


@pytest.mark.django_db
@pytest.mark.parametrize("actor", EVERYBODY)
def test_claimed_actors_are_those_who_are_served(actor, client, sign_in):
    if actor != PUBLIC:
        client = sign_in(enabled(actor))
    wrong = []
    for address in PLAIN:
        if address.name in UNTOLD:
            continue
        answer = client.get(address.pattern)
        if answer.streaming:
            b"".join(answer)
        leads_to_login = "/login/?" in answer.get("Location", "")
        served = answer.status_code not in (403, 404) and not leads_to_login
        if served != (actor in address.actors("GET")):
            wrong.append((address.name, answer.status_code))

    assert wrong == [], actor
    assert len(PLAIN) > 90


def enabled(role):
    """Return a user of a role who has a second factor and may see cases."""
    world = World()
    world["own"] = secretary_of(world.chamber)
    user = user_of(Role(role), world)
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    if user.is_staff:
        MediationAccessFactory(user=user)
    elif role in (Role.SECRETARY, Role.MEDIATOR):
        MediatorFactory(user=user)
    return user
