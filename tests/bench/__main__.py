"""Measure the targets of speed whose codes are given, or all, and print ratios."""

import argparse
import importlib
import os
import platform
import sys
import time
from datetime import date

from tests.bench import CODES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("codes", nargs="*", metavar="code", help=", ".join(CODES))
    parser.add_argument("--short", action="store_true", help="a quick look")
    options = parser.parse_args()
    codes = [code.upper() for code in options.codes] or CODES
    if unknown := set(codes) - set(CODES):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    write = sys.stdout.write
    write(f"{date.today()}, {os.cpu_count()} cores, {platform.machine()}\n")
    met = True
    for code in codes:
        bench = importlib.import_module(f"tests.bench.{code.lower()}")
        write(f"\n{code}  {bench.WHAT}\n  target   {bench.TARGET}\n")
        began = time.monotonic()
        for figure in bench.measure(short=options.short):
            met &= figure.met
            write(f"  {figure}\n")
            sys.stdout.flush()
        write(f"  ({time.monotonic() - began:.0f} s)\n")
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
