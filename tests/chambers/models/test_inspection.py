from datetime import date

import pytest

from tests.factories.chambers import AnnualInspectionFactory
from tests.rules import assert_constraint_is_kept, changed

pytestmark = pytest.mark.django_db


def twice():
    row = AnnualInspectionFactory()
    row.pk, row._state.adding = None, True
    return row


CONSTRAINTS = {
    "chambers_annualinspection_once": twice,
    "chambers_annualinspection_result_valid": lambda: changed(
        AnnualInspectionFactory(), result="lost"
    ),
    "chambers_annualinspection_after_the_year": lambda: changed(
        AnnualInspectionFactory(), filed_on=date(2025, 12, 31)
    ),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_inspection_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])
