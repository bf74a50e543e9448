"""Sums kept by day, by triggers made from the counting rules."""
