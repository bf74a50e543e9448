"""Drawings of the county's facts, as SVG and PNG."""
