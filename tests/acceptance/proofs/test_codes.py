"""Every figure that was promised has its proof, and each proof its control."""

import importlib

import pytest

from tests.acceptance.proofs import CODES


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_figure_and_a_control(code):
    proof = importlib.import_module(f"tests.acceptance.proofs.test_{code.lower()}")
    assert proof.WHAT
    assert proof.TARGET
    assert callable(proof.test_figure)
    assert callable(proof.test_control)
