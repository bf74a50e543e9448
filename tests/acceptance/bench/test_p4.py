from tests.acceptance.bench.p4 import figures


def page(time, status=200, size=5, *, is_file=False):
    return [time, 3, status, size, is_file]


def test_growth_is_the_ratio_of_pages_that_answered():
    small = {"a": page(10.0), "b": page(10.0, 404), "c": page(10.0)}
    large = {"a": page(12.0), "b": page(90.0, 404), "c": page(9.0, 503)}
    found = [(row.what, row.ratio, row.met) for row in figures(small, large)]
    assert found == [("a", 1.2, True), ("c (answered 503)", 0.9, False)]


def test_a_page_that_grew_too_much_is_not_met():
    (row,) = figures({"a": page(10.0)}, {"a": page(11.0)}, {"a": page(13.1)})
    assert not row.met
    assert row.value == "13.1 ms (between: 11.0)"


def test_a_file_costs_what_its_bytes_cost():
    small = {"a": page(10.0, size=50_000, is_file=True)}
    large = {"a": page(240.0, size=1_000_000, is_file=True)}
    (row,) = figures(small, large)
    assert (row.what, row.value, row.ratio) == ("a for 100 kB", "24.0 ms", 1.2)
    assert row.met
