"""Measure the figures whose codes are given, or all, and print them with controls."""

import argparse
import sys
from pathlib import Path

import pytest

from tests.acceptance.proofs import CODES
from tests.acceptance.proofs.table import Proofs

HERE = Path(__file__).parent


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.acceptance.proofs", description=__doc__
    )
    parser.add_argument("codes", nargs="*", metavar="code", help=", ".join(CODES))
    parser.add_argument("--fast", action="store_true", help="leave out the slow ones")
    options = parser.parse_args()
    codes = [code.upper() for code in options.codes] or CODES
    if unknown := set(codes) - set(CODES):
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    files = [str(HERE / f"test_{code.lower()}.py") for code in codes]
    arguments = [*files, "-n0", "-q", "--no-header", "--tb=short", "--show-capture=no"]
    arguments += ["-r", "s"]
    if options.fast:
        arguments += ["-m", "not slow"]
    plugin = Proofs()
    status = pytest.main(arguments, plugins=[plugin])
    whole = all(word in ("kept", "caught") for word in plugin.verdicts.values())
    return int(status) or int(not whole)


if __name__ == "__main__":
    sys.exit(main())
