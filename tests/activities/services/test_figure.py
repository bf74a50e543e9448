from datetime import date
from decimal import Decimal

import pytest

from activities.services.figure import compare, fits, grouped, scope_of
from activities.services.public_report import load_public_report
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
    groups = grouped(rows)
    assert sum(len(group.rows) for group in groups) == 31
    assert sum(bar is not None for group in groups for _, bar in group.rows) == 28


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
