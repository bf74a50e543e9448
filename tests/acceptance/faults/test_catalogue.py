"""Every planted fault still fits the source, and its tests are still there."""

from collections import Counter

import pytest

from tests.acceptance.faults import ROOT, Fault, every

FAULTS = list(every())


def test_there_are_enough_and_each_has_a_name_of_its_own():
    assert len(FAULTS) >= 60
    assert [
        n for n, count in Counter(f.name for f in FAULTS).items() if count > 1
    ] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_fits_the_source(fault):
    assert fault.stale() == []
    for test in fault.tests:
        file, _, rest = test.partition("::")
        name = rest.partition("[")[0]
        text = (ROOT / file).read_text()
        assert not name or f"def {name}(" in text, test


def test_a_text_that_is_gone_is_found(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    assert not Fault("a", "a.py", "x = 1", "x = 2", ()).stale(tmp_path)
    assert Fault("a", "a.py", "y = 1", "y = 2", ()).stale(tmp_path)
    assert Fault("a", "b.py", "x = 1", "x = 2", ()).stale(tmp_path)
