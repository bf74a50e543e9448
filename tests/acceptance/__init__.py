"""Acceptance: proofs, drives and benches on a whole site."""
