"""Drives: the whole site in processes of its own, under people who collide.

Each module runs with ``python -m tests.acceptance.drives.<name>``, prints a table, and
ends with 1 when a promise is broken. ``--short`` is a quick look; ``make drives``: all.
"""
