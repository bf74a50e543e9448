from tests.bench.p4 import figures


def test_growth_is_the_ratio_of_pages_that_answered():
    small = {"a": [10.0, 3, 200, 5], "b": [10.0, 3, 404, 5], "c": [10.0, 3, 200, 5]}
    large = {"a": [12.0, 3, 200, 5], "b": [90.0, 3, 404, 5], "c": [9.0, 3, 503, 5]}
    found = [(row.what, row.ratio, row.met) for row in figures(small, large)]
    assert found == [("a", 1.2, True), ("c (answered 503)", 0.9, False)]


def test_a_page_that_grew_too_much_is_not_met():
    (row,) = figures({"a": [10.0, 3, 200, 5]}, {"a": [13.1, 3, 200, 5]})
    assert not row.met
