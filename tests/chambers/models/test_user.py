import pytest

from chambers.models import User
from tests.factories.chambers import MemberFactory, UserFactory
from tests.rules import assert_constraint_is_kept, changed, refused

pytestmark = pytest.mark.django_db

CONSTRAINTS = {
    "chambers_user_role_valid": lambda: changed(UserFactory(), role="guest"),
    "chambers_user_township_fits": lambda: changed(UserFactory(), role="township"),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_user_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


def test_user_of_a_member_is_the_only_one():
    member = UserFactory(member=MemberFactory()).member

    assert "member_id" in str(refused(lambda: UserFactory(member=member)))


def test_user_name_is_taken_once():
    taken = changed(UserFactory(), username=UserFactory().username)

    with pytest.raises(Exception, match="该用户名已有人使用，请换一个。"):
        taken.validate_unique()
    assert "username" in str(refused(taken.save))


def test_user_made_by_the_command_is_an_administrator():
    user = User.objects.create_superuser("root", "made-up words", name="管理员")

    assert (user.role, user.is_staff) == ("administrator", True)
    assert user.check_password("made-up words")
