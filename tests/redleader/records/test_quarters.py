from datetime import date

import pytest

from redleader.records.quarters import Quarter, span


def test_a_quarter_knows_its_days_and_neighbours():
    quarter = Quarter.of(date(2026, 11, 24))
    assert quarter == Quarter(2026, 4)
    assert str(quarter) == "2026年第4季度"
    assert (quarter.first, quarter.last) == (date(2026, 10, 1), date(2026, 12, 31))
    assert quarter.next == Quarter(2027, 1)
    assert quarter.next.previous == quarter
    assert Quarter(2026, 3).previous == Quarter(2026, 2)


@pytest.mark.parametrize("text", ["", "2026", "2026Q5", "Q4", "2026q1", "0001Q1"])
def test_anything_else_is_no_quarter(text):
    assert Quarter.parse(text) is None


def test_a_quarter_reads_its_own_code():
    assert Quarter.parse(Quarter(2026, 4).code) == Quarter(2026, 4)


def test_a_span_begins_and_ends_at_local_midnight():
    begin, end = span(date(2026, 10, 1), date(2026, 10, 31))
    assert begin.isoformat() == "2026-10-01T00:00:00+08:00"
    assert end.isoformat() == "2026-11-01T00:00:00+08:00"
