"""What the targets of speed are, measured: a ratio to a control of the same run.

A module ``p<number>.py`` has ``WHAT``, ``TARGET`` and ``measure(*, short)``, which
yields :class:`tests.acceptance.bench.table.Figure`; it starts and ends what it needs.
"""

CODES = [f"P{number}" for number in range(1, 11)]
