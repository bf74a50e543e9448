import pytest

from tests.factories.chambers import RegionFactory
from tests.rules import assert_constraint_is_kept, changed

pytestmark = pytest.mark.django_db

CODE_LENGTH = (
    "区划代码的位数与级别不符：省 2 位、市 4 位、县 6 位、乡镇 9 位、村 12 位数字。"
)

CONSTRAINTS = {
    "chambers_region_level_valid": lambda: changed(RegionFactory(), level="moon"),
    "chambers_region_code_length": lambda: changed(RegionFactory(), code="3508231"),
    "chambers_region_code_in_parent": lambda: changed(
        RegionFactory(code="350824100"),
        parent=RegionFactory(code="350823", level="county"),
    ),
}
# An unknown level has no length, so the rule of lengths answers first.
ANSWERED_BY = {"chambers_region_level_valid": CODE_LENGTH}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_region_constraint_is_kept(name):
    assert_constraint_is_kept(
        name, CONSTRAINTS[name], answered_by=ANSWERED_BY.get(name)
    )


@pytest.mark.parametrize("code", ["35082310a", "\uff13" * 9, "350823100\n"])
def test_region_code_is_nine_plain_digits(code):
    assert_constraint_is_kept(
        "chambers_region_code_length", lambda: changed(RegionFactory(), code=code)
    )
