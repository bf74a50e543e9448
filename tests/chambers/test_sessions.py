"""How long a sign-in lasts, which passwords are taken, and from where staff work."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.conf import settings as base
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chambers.models import Role
from redleader.models import AuditEntry
from redleader.people.addresses import client_address
from redleader.records.drafts import STASH
from redleader.settings import networks
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of

pytestmark = pytest.mark.django_db

WORDS, OTHER = "made-up Words 7", "Other words 8"


@pytest.fixture
def clock(monkeypatch):
    """Return a function that lets minutes pass."""
    real = timezone.now
    passed = timedelta()

    def wait(minutes):
        nonlocal passed
        passed += timedelta(minutes=minutes)

    monkeypatch.setattr("django.utils.timezone.now", lambda: real() + passed)
    return wait


@pytest.fixture
def user():
    user = UserFactory(username="zhang", name="张", role=Role.FEDERATION)
    user.set_password(WORDS)
    user.save()
    return user


def enter(client, password=WORDS):
    return client.post(
        reverse("account_login"), {"login": "zhang", "password": password}
    )


def inside(client):
    return client.get(reverse("workbench:desk")).status_code == 200


def test_idle_session_ends_after_half_an_hour(user, clock):
    client = Client()
    enter(client)
    for _ in range(3):
        clock(29)
        assert inside(client)
    clock(31)
    assert not inside(client)
    assert not inside(client)


def test_busy_session_ends_after_twelve_hours(user, clock):
    client = Client()
    enter(client)
    for _ in range(25):
        clock(28)
        assert inside(client)
    clock(28)
    assert not inside(client)


def test_form_that_comes_too_late_is_kept(user, clock):
    client = Client()
    enter(client)
    clock(31)

    answer = client.post(
        reverse("workbench:lead-create"),
        {"form_key": "8f0f4f0e-0000-4000-8000-000000000000", "title": "线索"},
    )

    assert answer.status_code == 302
    assert "login" in answer["Location"]
    assert client.session[STASH]["texts"]["title"] == ["线索"]


def test_sign_in_makes_a_new_session_and_sign_out_ends_it(user):
    client = Client()
    client.get(reverse("account_login"))
    client.cookies[base.SESSION_COOKIE_NAME] = "chosen-by-somebody-else"
    enter(client)
    key = client.cookies[base.SESSION_COOKIE_NAME].value
    assert key != "chosen-by-somebody-else"
    assert inside(client)

    client.post(reverse("account_logout"))

    thief = Client()
    thief.cookies[base.SESSION_COOKIE_NAME] = key
    assert not inside(thief)


def test_new_password_ends_the_other_sessions(user):
    here, there = Client(), Client()
    enter(here)
    enter(there)

    here.post(
        reverse("account_change_password"),
        {"oldpassword": WORDS, "password1": OTHER, "password2": OTHER},
    )

    assert inside(here)
    assert not inside(there)


def test_disabled_account_is_out_at_the_next_request(user):
    client = Client()
    enter(client)
    assert inside(client)

    user.is_active = False
    user.save()

    answer = client.get(reverse("workbench:desk"))
    assert answer.status_code == 302  # to the sign-in, like a stranger


def test_staff_need_a_second_factor(user, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client = Client()
    enter(client)

    for address in [reverse("workbench:desk"), reverse("admin:index")]:
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (
            302,
            reverse("mfa_activate_totp"),
        )


def failures(times, **where):
    """Fail to sign in so often, each time as the arguments say; return the texts."""
    for turn in range(times):
        client = Client(REMOTE_ADDR=where["address"].format(turn))
        name = where["name"].format(turn)
        client.post(reverse("account_login"), {"login": name, "password": "wrong"})


@pytest.mark.parametrize(
    ("times", "where", "code"),
    [
        (5, {"address": "192.0.2.1", "name": "zhang"}, 429),  # one name, one address
        (20, {"address": "192.0.3.{}", "name": "zhang"}, 200),  # from many addresses
        (50, {"address": "192.0.2.1", "name": "user{}"}, 200),  # many names
        (50, {"address": "2001:db8::{}", "name": "user{}"}, 200),  # of one /64
    ],
)
def test_right_password_is_refused_during_a_lock(user, times, where, code):
    failures(times, **where)
    client = Client(REMOTE_ADDR=where["address"].format(1))

    answer = enter(client)

    assert answer.status_code == code
    assert "登录失败次数过多，请 30 分钟后再试" in answer.content.decode()
    assert not inside(client)
    assert AuditEntry.objects.first().result == "locked"


def test_name_of_nobody_is_answered_alike(user):
    user_off = UserFactory(username="off", is_active=False)
    user_off.set_password(WORDS)
    user_off.save()
    texts = set()
    for name, password in [("zhang", "wrong"), ("nobody", "wrong"), ("off", WORDS)]:
        answer = Client().post(
            reverse("account_login"), {"login": name, "password": password}
        )
        page = answer.content.decode().replace(name, "…")
        texts.add((answer.status_code, "用户名或密码不正确。" in page))
    assert len(texts) == 1
    assert texts.pop()[1]


# Passwords


@pytest.mark.parametrize(
    ("profile", "password", "taken"),
    [
        ("dengbao", "qrtvefghk1", False),
        ("dengbao", "abcdEfgh1", False),
        ("dengbao", "qrtvEfghk1", True),
        ("asvs", "qrtvEfghk1", False),
        ("asvs", "plain words only", True),
        ("asvs", "shanghang2026 words", False),
    ],
)
def test_profiles(profile, password, taken, settings):
    settings.PASSWORD_PROFILE = profile
    try:
        validate_password(password)
    except ValidationError:
        assert not taken
    else:
        assert taken


def test_last_five_passwords_are_refused(user):
    used = [WORDS, *(f"Other words {number}!" for number in range(5))]
    for password in used[1:]:
        user.set_password(password)
        user.save()

    for password in used[1:]:
        with pytest.raises(ValidationError, match="最近 5 次"):
            validate_password(password, user)
    validate_password(used[0], user)
    validate_password("Never seen 9?", user)
    assert WORDS not in str(list(user.password_history.values_list()))


def test_old_password_is_changed_first(user, settings):
    settings.PASSWORD_MAX_DAYS = 90
    client = Client()
    enter(client)
    assert inside(client)
    user.password_changed_at -= timedelta(days=91)
    user.save()

    answer = client.get(reverse("workbench:desk"))

    assert answer["Location"] == reverse("account_change_password")
    assert client.get(answer["Location"]).status_code == 200


# Networks


@pytest.fixture
def office(settings):
    settings.STAFF_NETWORKS = networks(["10.1.0.0/16", "2001:db8::/32"])


def code(client, address, peer, **headers):
    return client.get(address, REMOTE_ADDR=peer, **headers).status_code


def test_back_office_opens_in_the_office_only(office, sign_in, client):
    staff = sign_in(UserFactory())
    secretary = sign_in(secretary_of(ChamberFactory()))
    admin, desk = reverse("admin:index"), reverse("workbench:desk")

    assert [code(staff, at, "10.1.2.3") for at in (admin, desk)] == [200, 200]
    assert code(staff, desk, "2001:db8::7") == 200
    assert code(staff, desk, "::ffff:10.1.2.3") == 200
    for peer in ["192.0.2.1", "10.2.0.1", "2001:db9::7", ""]:
        assert [code(staff, at, peer) for at in (admin, desk)] == [403, 403]
        assert code(client, admin, peer) == 403
    assert code(secretary, desk, "192.0.2.1") == 200
    assert code(secretary, admin, "192.0.2.1") == 403
    answer = staff.get(desk, REMOTE_ADDR="192.0.2.1")
    assert "指定的办公网络" in answer.content.decode()


def test_forged_address_does_not_open_it(office, settings, sign_in):
    staff, desk = sign_in(UserFactory()), reverse("workbench:desk")
    forged = {"HTTP_X_FORWARDED_FOR": "10.1.2.3"}

    assert code(staff, desk, "192.0.2.1", **forged) == 403

    settings.AXES_IPWARE_PROXY_COUNT = 1
    through = "10.1.2.3, 192.0.2.1"
    assert code(staff, desk, "127.0.0.1", HTTP_X_FORWARDED_FOR=through) == 403
    inside = "192.0.2.1, 10.1.2.3"
    assert code(staff, desk, "127.0.0.1", HTTP_X_FORWARDED_FOR=inside) == 200
    assert code(staff, desk, "127.0.0.1") == 403


def test_client_address_counts_trusted_proxies(rf, settings):
    told = {"HTTP_X_FORWARDED_FOR": "1.1.1.1, 2.2.2.2"}
    request = rf.get("/", REMOTE_ADDR="127.0.0.1", **told)
    found = []
    for count in (0, 1, 2, 3):
        settings.AXES_IPWARE_PROXY_COUNT = count
        found.append(client_address(request))
    assert found == ["127.0.0.1", "2.2.2.2", "1.1.1.1", "127.0.0.1"]


def test_networks_are_read_or_refused():
    assert networks(["10.0.0.0/8", " "]) == [ip_network("10.0.0.0/8")]
    with pytest.raises(Exception, match="STAFF_NETWORKS"):
        networks(["10.0.0.1/8"])
