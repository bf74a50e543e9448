"""S12: no page at work for staff who have given a password and no second factor."""

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from chambers.models import Role
from chambers.models.role import STAFF_ROLES
from tests.activities.test_addresses import ADMIN, TABLE
from tests.chambers.test_access import PASSWORD, sign_in_with
from tests.factories.chambers import UserFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
WHAT = "second factor: pages served to staff with a password only; codes used twice"
TARGET = "0 pages for every role of staff; 0 codes taken twice"


def pages():
    """Return every address of the workbench and the admin that needs no row."""
    names = [name for name, (keys, *_) in TABLE.items() if not keys]
    names = [name for name in names if name.startswith("workbench:")]
    names += [
        f"admin:{noun}_{page}" for noun in ADMIN for page in ("changelist", "add")
    ]
    return [reverse(name) for name in [*names, "admin:index"]]


def user_with_password(role):
    user = UserFactory(role=role)
    user.set_password(PASSWORD)
    user.save()
    return user


def signed_in(user):
    client = Client()
    sign_in_with(client, user.username, PASSWORD)
    return client


def served(client):
    """Return the addresses that a client reads or posts to, past the second factor."""
    names = ["mfa_activate_totp", "mfa_authenticate", "account_login", "admin:login"]
    gates = tuple(reverse(name) for name in names)
    found = []
    for address in pages():
        for ask in (client.get, client.post):
            cache.clear()
            answer = ask(address)
            if not answer.get("Location", "").startswith(gates):
                found.append((ask.__name__, address, answer.status_code))
    return found


def staff_pages_served():
    """Return (actors, answers) of staff before their second factor."""
    found = []
    for role in STAFF_ROLES:
        user = user_with_password(role)
        found.append(served(signed_in(user)))  # nothing is set up yet
        totp.TOTP.activate(user, totp.generate_totp_secret())
        found.append(served(signed_in(user)))  # set up, and not given
    return len(found), [page for pages in found for page in pages]


def taken_twice(kind):
    """Tell how often the same code opens the door of two sign-ins."""
    user = user_with_password(Role.FEDERATION)
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    if kind == "recovery":
        code = RecoveryCodes.activate(user).get_unused_codes()[0]
    else:
        counter = next(iter(totp.yield_hotp_counters_from_time()))
        code = totp.format_hotp_value(totp.hotp_value(secret, counter))
    opened = []
    for _ in range(2):
        client = signed_in(user)
        client.post(reverse("mfa_authenticate"), {"code": code})
        opened.append(client.get(reverse("workbench:desk")).status_code == 200)
    return opened


@pytest.fixture(autouse=True)
def production(settings):
    settings.SECOND_FACTOR_REQUIRED = True


def test_figure(figure):
    actors, found = staff_pages_served()
    figure(
        f"{len(found)} pages to {actors} actors ({len(STAFF_ROLES)} roles of staff,"
        f" second factor not set up or not given) at {len(pages())} addresses,"
        " GET and POST",
        kept=not found and pages(),
    )
    for kind in ("totp", "recovery"):
        opened = taken_twice(kind)
        figure(
            f"{kind} code: opens {opened.count(True)} time",
            kept=opened == [True, False],
        )


def test_control(control, settings, monkeypatch):
    settings.SECOND_FACTOR_REQUIRED = False
    _, found = staff_pages_served()
    control(f"second factor not required: {len(found)} pages", caught=found)
    monkeypatch.setattr(totp.TOTP, "_mark_code_used", lambda *args: True)
    opened = taken_twice("totp")
    control(
        f"memory of used codes off: opens {opened.count(True)} times",
        caught=opened == [True, True],
    )
