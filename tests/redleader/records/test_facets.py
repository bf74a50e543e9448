import sys

import pytest

from redleader.records.facets import Facet, import_modules


def test_parts_come_in_the_order_of_their_places_whoever_gave_them_first():
    facet = Facet()
    facet.at(20)("second")
    facet.at(10)("first")

    assert [*facet] == ["first", "second"]


def test_a_part_is_there_for_those_who_may():
    facet = Facet()
    facet.at(10)("all")
    facet.at(20, lambda user: user == "staff")("some")

    assert [*facet.of("staff")] == ["all", "some"]
    assert [*facet.of("visitor")] == ["all"]


def test_a_decorated_function_stays_what_it_is_and_may_stand_twice():
    facet = Facet()

    @facet.at(10)
    @facet.at(30)
    def given(user):
        return "given"

    assert given("user") == "given"
    assert [*facet] == [given, given]


def test_no_two_parts_stand_at_one_place():
    facet = Facet()
    facet.at(10)("first")
    with pytest.raises(ValueError, match="place 10 is taken by first"):
        facet.at(10)("second")


def test_every_module_of_a_package_is_imported(tmp_path, monkeypatch):
    package = tmp_path / "nouns"
    package.mkdir()
    (package / "__init__.py").write_text("FOUND = []\n")
    (package / "lamp.py").write_text("import nouns\n\nnouns.FOUND.append('lamp')\n")
    monkeypatch.syspath_prepend(tmp_path)
    nouns = __import__("nouns")

    import_modules(nouns)

    assert nouns.FOUND == ["lamp"]
    for name in ("nouns", "nouns.lamp"):
        monkeypatch.delitem(sys.modules, name)
