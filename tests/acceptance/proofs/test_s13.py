"""S13: how long a session lasts, what ends it, and how strict its cookies are."""

import json
import re

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from tests.chambers.test_sessions import (  # noqa: F401  (three fixtures)
    OTHER,
    WORDS,
    clock,
    enter,
    inside,
    user,
)
from tests.redleader.test_settings import KEY, run

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
WHAT = "sessions: idle and whole length, what ends them, flags of their cookies"
TARGET = (
    "idle 30 min, at most 12 h, new key at sign-in, dead after sign-out, new password"
    " and lock; __Host-, Secure, HttpOnly, SameSite"
)
COOKIES = [
    f"{kind}_COOKIE_{flag}"
    for kind in ("SESSION", "CSRF")
    for flag in ("NAME", "SECURE", "HTTPONLY", "SAMESITE")
]


def entered(password=WORDS):
    client = Client()
    enter(client, password)
    return client


def idle_minutes(wait):
    """Return the longest pause that a session outlives; None for over an hour."""
    for minutes in range(1, 62):
        client = entered()
        wait(minutes)
        if not inside(client):
            return minutes - 1
    return None


def whole_minutes(wait):
    """Return the minute in which a session that is always used is last open."""
    client, passed = entered(), 0
    while passed < 48 * 60:
        step = 25 if passed < 11.5 * 60 else 1
        wait(step)
        if not inside(client):
            return passed
        passed += step
    return None


def stolen_cookie_works():
    """Tell whether a cookie still opens the desk after its owner has signed out."""
    client, thief = entered(), Client()
    thief.cookies.load(client.cookies.output(header=""))
    assert inside(thief)
    client.post(reverse("account_logout"))
    return inside(thief)


def chosen_key_stays():
    """Tell whether a sign-in goes on with the session key that somebody chose."""
    client = Client()
    client.get(reverse("account_login"))
    session = client.session
    session.save()
    client.cookies["sessionid"] = session.session_key
    enter(client)
    assert inside(client)
    return client.session.session_key == session.session_key


def others_after_new_password():
    here, there = entered(), entered()
    here.post(
        reverse("account_change_password"),
        {"oldpassword": WORDS, "password1": OTHER, "password2": OTHER},
    )
    assert inside(here)
    return inside(there)


def disabled_goes_on(person):
    client = entered(OTHER)
    assert inside(client)
    person.refresh_from_db()
    person.is_active = False
    person.save()
    return inside(client)


def production_cookies(tmp_path):
    """Return the settings of cookies of a real installation."""
    read = (
        "import json; from django.conf import settings as s;"
        f"print(json.dumps({{n: getattr(s, n) for n in {COOKIES}}}))"
    )
    told = {"REDLEADER_DEMO": "0", "SECRET_KEY": KEY}
    return json.loads(run("-c", read, tmp_path=tmp_path, **told).stdout)


def faults_of_cookies():
    """Sign in as on a real installation; return what its cookies lack."""
    client = Client(headers={"host": "testserver"})
    client.get(reverse("account_login"), secure=True)
    form = {"login": "zhang", "password": WORDS}
    client.post(reverse("account_login"), form, secure=True)
    lines = [morsel.OutputString() for morsel in client.cookies.values()]
    wanted = [r"^__Host-", r"; Secure", r"; HttpOnly", r"; SameSite=(Lax|Strict)"]
    wanted += [r"; Path=/(;|$)"]
    faults = [
        (line.partition("=")[0], rule)
        for line in lines
        for rule in wanted
        if line.partition("=")[0] != "messages" and not re.search(rule, line)
    ]
    return len(lines), faults


def test_figure(figure, user, clock, tmp_path):  # noqa: F811
    minutes = idle_minutes(clock)
    figure(f"outlives a pause of {minutes} min", kept=minutes == 30)
    minutes = whole_minutes(clock)
    figure(f"open for {minutes} min when busy", kept=719 <= minutes <= 720)
    stays = chosen_key_stays()
    figure(f"key from before the sign-in goes on: {stays}", kept=not stays)
    works = stolen_cookie_works()
    figure(f"cookie works after sign-out: {works}", kept=not works)
    with override_settings(**production_cookies(tmp_path)):
        count, faults = faults_of_cookies()
    figure(f"{count} cookies, {len(faults)} flags missing", kept=count and not faults)
    others = others_after_new_password()
    figure(f"another session after a new password: {others}", kept=not others)
    goes_on = disabled_goes_on(user)
    figure(f"next request of a disabled account: {goes_on}", kept=not goes_on)


def test_control(control, user, clock, settings):  # noqa: F811
    count, faults = faults_of_cookies()
    control(
        f"settings of the demo: {len(faults)} flags missing on {count} cookies",
        caught=faults,
    )
    limit = "redleader.people.sessions.SessionLimitMiddleware"
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != limit]
    minutes = idle_minutes(clock)
    control(
        f"limit taken out: outlives 61 min: {minutes is None}", caught=minutes != 30
    )
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    works = stolen_cookie_works()
    control(f"sessions kept in the cookie: works after sign-out: {works}", caught=works)
