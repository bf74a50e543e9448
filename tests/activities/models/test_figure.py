from decimal import Decimal

import pytest

from activities.models.figure import Qualifier
from tests.factories.activities import OfficialFigureFactory
from tests.rules import assert_constraint_is_kept, changed

pytestmark = pytest.mark.django_db

CONSTRAINTS = {
    "activities_officialfigure_qualifier_valid": lambda: changed(
        OfficialFigureFactory(), qualifier="maybe"
    ),
    "activities_officialfigure_group_valid": lambda: changed(
        OfficialFigureFactory(), group="other"
    ),
    "activities_officialfigure_not_both": lambda: changed(
        OfficialFigureFactory(), uncounted="有口径又有原因"
    ),
    "activities_officialfigure_not_negative": lambda: changed(
        OfficialFigureFactory(), value=Decimal("-0.01")
    ),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_figure_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


@pytest.mark.parametrize(
    ("qualifier", "text"),
    [
        (Qualifier.EXACT, "1,200场"),
        (Qualifier.DERIVED, "1,200场"),
        (Qualifier.OVER, "超1,200场"),
        (Qualifier.ABOUT, "约1,200场"),
        (Qualifier.ABOUT_OVER, "约1,200余场"),
        (Qualifier.NEARLY, "近1,200场"),
        (Qualifier.REACH, "达1,200场"),
        (Qualifier.AT_LEAST, "不少于1,200场"),
    ],
)
def test_figure_is_written_as_published(qualifier, text):
    figure = OfficialFigureFactory.build(
        value=Decimal("1200.00"), unit="场", qualifier=qualifier
    )

    assert figure.text == text
