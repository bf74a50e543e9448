from decimal import Decimal

import pytest

from activities.services.figure import COUNTS, compare, fits
from activities.services.report import load_report
from tests.factories.activities import OfficialFigureFactory


@pytest.mark.parametrize(
    ("qualifier", "value", "agree", "contradict"),
    [
        ("exact", 27, [27], [26, 28]),
        ("derived", 2, [2], [1, 3]),
        ("over", 400, [401, 900], [400, 399]),
        ("nearly", 400, [399, 360], [400, 359]),
        ("at_least", 20, [20, 21], [19]),
        ("about", 100, [95, 100, 110], [89, 111]),
        ("reach", 100, [100, 110], [89]),
        ("about_over", 1000, [1000, 1100], [999, 1101]),
    ],
)
def test_a_count_agrees_by_the_qualifier(qualifier, value, agree, contradict):
    for counted in agree:
        assert fits(counted, Decimal(value), qualifier)
    for counted in contradict:
        assert not fits(counted, Decimal(value), qualifier)


@pytest.mark.django_db
def test_all_figures_of_the_report_are_listed_and_seven_are_counted():
    load_report()
    rows = compare()
    assert len(rows) == 31
    assert {row.official.number for row in rows if row.counted is not None} == set(
        COUNTS
    )
    verdicts = {row.official.number: row.verdict for row in rows}
    assert verdicts["M06"] == verdicts["M07"] == verdicts["M08"] == "相符"
    assert verdicts["M01"] == "不符"  # The report names 10 of the 27 chambers.
    assert verdicts["M02"] == "尚未计数"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("qualifier", "value", "text"),
    [
        ("exact", "27", "27个"),
        ("over", "1320", "超1,320个"),
        ("over", "708.3", "超708.3个"),
        ("about_over", "1000", "约1,000余个"),
        ("nearly", "4", "近4个"),
    ],
)
def test_the_qualifier_stands_beside_the_number(qualifier, value, text):
    figure = OfficialFigureFactory(qualifier=qualifier, value=Decimal(value))
    assert figure.text == text
