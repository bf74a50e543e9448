"""One figure each, counted anew, with its negative control.

``python -m tests.acceptance.proofs S1 S5`` measures and prints; no code: everything.
The proof of a code is ``test_<code>.py`` here: ``WHAT`` and ``TARGET`` in words,
``test_figure`` that measures, and ``test_control``, the same measurement on something
broken on purpose, which must be caught. A figure that is too slow for every test run is
marked ``slow``: it runs by this command only.
"""

CODES = [
    *("S1", "S2", "S3", "S5", "S6", "S7", "S9", "S10", "S11", "S12", "S13", "S14"),
    *("S15", "S16", "S17", "S19", "R7", "R8", "R9"),
]
