import pytest

from tests.factories.activities import SiteFactory
from tests.rules import assert_constraint_is_kept, changed

pytestmark = pytest.mark.django_db

CONSTRAINTS = {
    "activities_site_kind_valid": lambda: changed(SiteFactory(), kind="moon"),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_site_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])
