import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from chambers.models import Role, User
from chambers.rights import may_review
from redleader.people.passwords import CommonPasswordValidator, LocalPasswordValidator
from tests.factories.chambers import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "Xiaoqiao-4321"


@pytest.fixture
def user():
    user = UserFactory(username="wang", name="王五", role=Role.FEDERATION)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in_with(client, username, password):
    return client.post(
        reverse("account_login"), {"login": username, "password": password}
    )


def test_the_right_password_leads_to_the_desk(user, client):
    answer = sign_in_with(client, "wang", PASSWORD)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("workbench:desk")


@pytest.mark.parametrize(
    ("username", "password"), [("wang", "falsch"), ("li", PASSWORD), ("wang", "")]
)
def test_the_refusal_never_tells_which_was_wrong(user, client, username, password):
    answer = sign_in_with(client, username, password)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert ("用户名或密码不正确。" in text) or ("请填写密码。" in text)


def test_a_disabled_account_is_refused_like_a_wrong_password(user, client):
    user.is_active = False
    user.save()
    assert (
        "用户名或密码不正确。"
        in sign_in_with(client, "wang", PASSWORD).content.decode()
    )


def test_five_failures_lock_name_and_address(user, client):
    for _ in range(5):
        answer = sign_in_with(client, "wang", "falsch")
    assert answer.status_code == 429
    assert "登录失败次数过多，请 30 分钟后再试" in answer.content.decode()
    assert sign_in_with(client, "wang", PASSWORD).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in_with(elsewhere, "wang", PASSWORD).status_code == 302


def test_staff_must_set_up_a_second_factor(user, client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in_with(client, "wang", PASSWORD)
    for address in (reverse("workbench:desk"), reverse("admin:index")):
        answer = client.get(address)
        assert answer["Location"] == reverse("mfa_activate_totp")
    asked = client.get(reverse("mfa_activate_totp"))
    page = client.post(asked["Location"], {"password": PASSWORD}, follow=True)
    assert page.redirect_chain[-1][0] == reverse("mfa_activate_totp")
    secret = page.context["form"].secret
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret, counter))
    done = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)
    assert "恢复码" in done.content.decode()
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_secretary_needs_no_second_factor(sign_in, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    secretary = sign_in(UserFactory(role=Role.SECRETARY))
    assert secretary.get(reverse("workbench:desk")).status_code == 200


def test_a_second_factor_is_asked_for_at_the_next_sign_in(user, client, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    answer = sign_in_with(client, "wang", PASSWORD)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert "验证码" in client.get(answer["Location"]).content.decode()
    assert client.get(reverse("admin:index")).status_code == 302


@pytest.mark.parametrize("name", ["signup", "reset_password", "set_password"])
def test_closed_doors_look_like_missing_pages(name, client):
    assert client.get(reverse(f"account_{name}")).status_code == 404


def test_rights_follow_the_role():
    administrator, reviewer, secretary = (
        UserFactory(role=role)
        for role in (Role.ADMINISTRATOR, Role.ORGANISATION, Role.SECRETARY)
    )
    assert administrator.has_perm("chambers.change_user")
    assert administrator.has_perm("chambers.delete_member")
    assert not reviewer.has_perm("chambers.view_user")
    assert reviewer.has_perm("activities.change_award")
    assert not reviewer.has_perm("activities.delete_award")
    assert not reviewer.has_perm("sessions.view_session")
    assert not secretary.has_perm("activities.view_lecture")
    assert may_review(reviewer)
    assert not may_review(administrator)
    assert not may_review(User(role=Role.FEDERATION, is_active=False))


@pytest.mark.parametrize(
    "password",
    [
        "short-1A",
        "onlyletters",
        "1234567890",
        "abcdefgh12",
        "wang-Xiao-1234",
        "红领Ab-12345",
    ],
)
def test_weak_passwords_are_refused(password):
    with pytest.raises(ValidationError):
        LocalPasswordValidator().validate(password, User(username="wang", name="王"))


def test_common_passwords_are_refused():
    with pytest.raises(ValidationError):
        CommonPasswordValidator().validate("password1")
    LocalPasswordValidator().validate(PASSWORD, User(username="li", name="李四"))


def test_an_account_is_made_by_the_administrator(sign_in):
    administrator = sign_in(UserFactory(role=Role.ADMINISTRATOR))
    address = reverse("admin:chambers_user_add")
    data = {
        "username": "mishu",
        "name": "张三",
        "role": "secretary",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    assert (
        "商会秘书须选择对应的会员。"
        in administrator.post(address, data).content.decode()
    )
    answer = administrator.post(address, data | {"role": "federation"})
    assert answer.status_code == 302
    user = User.objects.get(username="mishu")
    assert user.check_password(PASSWORD)
    change = reverse("admin:auth_user_password_change", args=[user.pk])
    assert administrator.get(change).status_code == 200
