"""Measure the targets of speed whose codes are given, or all, and print ratios."""

import argparse
import importlib
import os
import platform
import subprocess
import sys
import time
from datetime import date

from tests.acceptance.bench import CODES


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.acceptance.bench", description=__doc__
    )
    parser.add_argument("codes", nargs="*", metavar="code", help=", ".join(CODES))
    parser.add_argument("--short", action="store_true", help="a quick look")
    options = parser.parse_args()
    codes = [code.upper() for code in options.codes] or CODES
    if unknown := set(codes) - set(CODES):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    if len(codes) == 1:
        return measured(codes[0], short=options.short)
    # Each has a database of its own, and so a process of its own.
    short = ["--short"] if options.short else []
    command = [sys.executable, "-m", "tests.acceptance.bench", *short]
    done = [subprocess.run([*command, code], check=False) for code in codes]
    return max(each.returncode for each in done)


def measured(code: str, *, short: bool) -> int:
    """Print the figures of a target as they come; return 1 if any is not met."""
    write = sys.stdout.write
    bench = importlib.import_module(f"tests.acceptance.bench.{code.lower()}")
    write(f"{date.today()}, {os.cpu_count()} cores, {platform.machine()}\n")
    write(f"{code}  {bench.WHAT}\n  target   {bench.TARGET}\n")
    began, met = time.monotonic(), True
    for figure in bench.measure(short=short):
        met &= figure.met
        write(f"  {figure}\n")
        sys.stdout.flush()
    write(f"  ({time.monotonic() - began:.0f} s)\n")
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
