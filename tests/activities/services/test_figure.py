from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.counting import EVER, RULES, Scope, Total
from activities.models import OfficialFigure
from activities.services.figure import (
    HOME_FIGURES,
    Bar,
    Comparison,
    bar_of,
    compare,
    fits,
    grouped,
    home_figures,
    scope_of,
)
from activities.services.public_report import load_public_report
from chambers.models import Chamber
from tests.factories.activities import (
    OfficialFigureFactory,
    PairingProjectFactory,
    pairing_at,
)
from tests.factories.chambers import ChamberFactory


@pytest.mark.parametrize(
    ("qualifier", "value", "agree", "contradict"),
    [
        ("exact", 27, [27], [26, 28]),
        ("derived", 2, [2], [1, 3]),
        ("over", 400, [401, 900], [400, 399]),
        ("nearly", 400, [399, 360], [400, 359]),
        ("at_least", 20, [20, 21], [19]),
        ("about", 100, [90, 100, 110], [89, 111]),
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
def test_all_figures_are_listed_and_each_has_its_rule_or_a_reason():
    load_public_report()
    rows = compare()
    assert len(rows) == 31
    without = {row.official.number for row in rows if row.total is None}
    assert without == {"M02", "M09", "M10"}
    assert all(row.official.uncounted for row in rows if row.total is None)
    verdicts = {row.official.number: row.verdict for row in rows}
    assert verdicts["M06"] == verdicts["M07"] == verdicts["M08"] == "相符"
    assert verdicts["M01"] == "不符"  # The report names 10 of the 27 chambers.
    assert verdicts["M02"] == "只有公布数"
    assert [row.official.number for row in compare(["M06", "M02"])] == ["M02", "M06"]
    groups = grouped(rows)
    assert sum(len(group.rows) for group in groups) == 31
    assert sum(bar is not None for group in groups for _, bar in group.rows) == 28
    assert all(group.source == group.rows[0][0].official.source for group in groups)
    numbers = [[row.number for row in rows] for rows in home_figures().values()]
    assert numbers == [*HOME_FIGURES.values()]


@pytest.mark.django_db
def test_figure_is_counted_in_its_own_unit_days_and_chamber():
    chamber = ChamberFactory()
    pairing = pairing_at("active", chamber=chamber)
    PairingProjectFactory(pairing=pairing, donated=6_324_000, as_of=date(2023, 5, 1))
    PairingProjectFactory(pairing=pairing, donated=1, as_of=date(2021, 5, 1))
    PairingProjectFactory(pairing=pairing_at("active"), donated=10_000_000)
    OfficialFigureFactory(
        number="M21",
        unit="万元",
        rule="pairing-donations",
        chamber=chamber,
        since=date(2022, 1, 1),
        value=Decimal(600),
        qualifier="over",
    )

    (row,) = compare(["M21"])

    assert (row.counted, row.counted_text) == (Decimal("632.4"), "632.4")
    assert row.verdict == "相符"


@pytest.mark.django_db
def test_yearly_figure_starts_with_the_year():
    figure = OfficialFigureFactory(rule="valid-leads", is_yearly=True)

    assert scope_of(figure, date(2026, 5, 4)).first == date(2026, 1, 1)


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


@pytest.mark.django_db
def test_figures_that_are_not_there_are_left_out_of_the_front_page():
    OfficialFigureFactory(number="M01", group="overview")

    assert [row.number for row in home_figures()["overview"]] == ["M01"]
    assert home_figures()["party"] == []
    OfficialFigureFactory(number="M99")
    with CaptureQueriesContext(connection) as queries:
        home_figures()
    assert "IN ('M01'" in queries[0]["sql"]  # and not the whole report


def comparison(value, total, **fields):
    """Return what a published value and a counted one say of the same rule."""
    scope = fields.pop("scope", Scope(EVER, date(2026, 5, 4)))
    official = OfficialFigure(value=Decimal(value), unit="个", **fields)
    counted = Total(RULES["chambers"], total, scope)
    return Comparison(official, counted, scope)


@pytest.mark.parametrize(
    ("value", "total", "length", "mark"),
    [(100, 100, 174, 174), (200, 100, 87, 174), (100, 50, 87, 174), (50, 100, 174, 87)],
)
def test_bar_of_a_figure_is_to_its_own_scale(value, total, length, mark):
    assert bar_of(comparison(value, total)) == Bar(length, mark)


def test_figure_of_nothing_has_a_bar_of_no_length():
    assert bar_of(comparison(0, 0)) == Bar(0, 0)
    assert bar_of(Comparison(OfficialFigure(value=Decimal(5)))) is None


def test_persons_are_counted_in_ten_thousands():
    row = comparison(1, 12_345)
    row.official.unit = "万人次"
    assert row.counted == Decimal("1.2345")


def test_counted_number_leads_to_its_page_narrowed_alike():
    page = reverse("public:rule-detail", args=["chambers"])
    year, day = date(2026, 1, 1), date(2026, 5, 4)
    narrow = Scope(year, day, Chamber(pk=7))

    assert comparison(1, 1).address == page
    assert (
        comparison(1, 1, scope=Scope(year, day)).address == f"{page}?first=2026-01-01"
    )
    address = comparison(1, 1, scope=narrow).address
    assert address == f"{page}?chamber=7&first=2026-01-01"
    assert Comparison(OfficialFigure(value=Decimal(1))).address == ""
    # Without days or without a number there is nothing to explain.
    total = Total(RULES["chambers"], 1, narrow)
    assert Comparison(OfficialFigure(value=Decimal(1)), total).address == ""
    assert Comparison(OfficialFigure(value=Decimal(1)), None, narrow).address == ""
