"""Plant each fault in a copy of the tree, and print whether the tests found it."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from tests import tables
from tests.acceptance.faults import ROOT, Fault, every
from tests.acceptance.server import QUICK

GIT = shutil.which("git") or "git"
SECONDS = 600  # Who waits for ever has noticed the fault, too.
BAD = ("FAILED ", "ERROR ")
PASSED, FAILED = 0, 1  # how pytest ends; whatever else is no answer


def files() -> list[str]:
    """Return the files of the tree that git knows, as they are now."""
    listed = subprocess.run(
        [GIT, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    names = listed.stdout.decode().split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


class Copy:
    """A copy of the tree, in which one fault at a time is planted."""

    def __init__(self, folder: Path):
        self.tree, self.scratch = folder / "tree", folder / "tmp"
        for name in files():
            target = self.tree / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
        self.scratch.mkdir()
        self.sound = tables.kept()

    def run(
        self, tests: Sequence[str], *options: str, anew: bool = False
    ) -> tuple[int, str]:
        """Run some tests; return how pytest ended, and its last words.

        ``anew`` migrates what was changed; otherwise the tables are the sound ones.
        """
        if anew:
            environment = os.environ | {"TMPDIR": str(self.scratch)}
        else:
            environment = os.environ | {"REDLEADER_TEST_TABLES": str(self.sound)}
        environment.pop("REDLEADER_TEST_RUN", None)
        command = [sys.executable, "-m", "pytest", *QUICK, "-rfE", *options, *tests]
        # Into a file: a server that was started on the way would keep a pipe open.
        with tempfile.TemporaryFile("w+") as said:
            try:
                ended = subprocess.run(
                    command,
                    cwd=self.tree,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    timeout=SECONDS,
                ).returncode
            except subprocess.TimeoutExpired:
                ended = FAILED
            said.seek(0)
            words = "".join(said.readlines()[-120:])
        return ended, words

    def notices(self, fault: Fault) -> tuple[bool, str]:
        """Plant a fault, run its tests, and put the source back."""
        try:
            fault.plant(self.tree)
            ended, words = self.run(fault.tests, anew=fault.makes_tables)
        finally:
            for file, *_ in fault.edits:
                shutil.copy2(ROOT / file, self.tree / file)
        return ended == FAILED, words


def unsound(copy: Copy, tests: Sequence[str]) -> set[str]:
    """The control: return the tests that fail though nothing was planted."""
    ended, words = copy.run(tests, "--maxfail=100")
    if ended != PASSED:
        sys.stdout.write(f"control: the unchanged copy does not pass\n{words}\n")
    failed = {line.split()[1] for line in words.splitlines() if line.startswith(BAD)}
    return failed if ended in (PASSED, FAILED) else {*tests}


def look_for(copies: Sequence[Copy], faults: Sequence[Fault]) -> list[Fault]:
    """Plant the faults, one at a time in each copy; return those that were missed."""
    free: Queue[Copy] = Queue()
    for copy in copies:
        free.put(copy)

    def try_one(fault: Fault) -> bool:
        copy, began = free.get(), time.monotonic()
        try:
            found, words = copy.notices(fault)
        finally:
            free.put(copy)
        seconds = time.monotonic() - began
        verdict = "found    " if found else "NOT FOUND"
        sys.stdout.write(f"{verdict} {seconds:4.0f} s  {fault.name}\n")
        if not found:
            sys.stdout.write("\n".join(words.splitlines()[-5:]) + "\n")
        sys.stdout.flush()
        return found

    with ThreadPoolExecutor(len(copies)) as pool:
        found = list(pool.map(try_one, faults))
    return [
        fault for fault, is_found in zip(faults, found, strict=True) if not is_found
    ]


def chosen(words: Sequence[str]) -> list[Fault]:
    """Return the faults whose names hold a word; what makes tables comes last."""
    faults = [
        fault
        for fault in every()
        if not words or any(word in fault.name for word in words)
    ]
    return sorted(faults, key=lambda fault: fault.makes_tables)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.acceptance.faults", description=__doc__
    )
    parser.add_argument("--only", nargs="*", default=[], metavar="word")
    parser.add_argument("--copies", type=int, default=2, help="as many as processors")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    faults = chosen(options.only)
    stale = [(fault.name, text) for fault in faults for text in fault.stale()]
    for name, text in stale:
        sys.stdout.write(f"stale: {name}: {text}\n")
    faults = [fault for fault in faults if not fault.stale()]
    with tempfile.TemporaryDirectory(prefix="redleader-faults-") as folder:
        Path(folder).chmod(0o755)  # The server may run under another account.
        places = [Path(folder, str(number)) for number in range(options.copies)]
        copies = [Copy(place) for place in places]
        named = sorted({test for fault in faults for test in fault.tests})
        parts = [named[turn :: len(copies)] for turn in range(len(copies))]
        with ThreadPoolExecutor(len(copies)) as pool:
            failing = set().union(*pool.map(unsound, copies, parts))
        untried = [fault for fault in faults if fault.stands_on(failing)]
        missed = look_for(copies, [fault for fault in faults if fault not in untried])
    for fault in untried:
        sys.stdout.write(f"cannot be tried, its tests fail without it: {fault.name}\n")
    sys.stdout.write(
        f"found {len(faults) - len(missed) - len(untried)} of {len(faults)}\n"
    )
    return int(bool(missed or untried or stale))


if __name__ == "__main__":
    sys.exit(main())
