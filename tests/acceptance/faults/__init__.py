"""Faults that are planted one at a time, to see that the tests find each.

Each module of this package holds those of one room in ``FAULTS``; it is found by
itself. ``python -m tests.acceptance.faults`` plants them all.
"""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Fault:
    """A text of a file that is replaced, and the tests that ought to notice.

    ``also`` are further replacements of (file, before, after) that belong to it;
    ``makes_tables`` marks a fault of what ``migrate`` makes in the database.
    """

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]
    also: tuple[tuple[str, str, str], ...] = ()
    makes_tables: bool = False

    @property
    def edits(self) -> list[tuple[str, str, str]]:
        return [(self.file, self.before, self.after), *self.also]

    def stale(self, root: Path = ROOT) -> list[str]:
        """Return what of its text is not in the source exactly once."""
        found = []
        for file, before, after in self.edits:
            path = root / file
            count = path.read_text().count(before) if path.exists() else 0
            if count != 1 or before == after:
                found.append(f"{file}: {count} × {before.strip()[:60]!r}")
        return found

    def stands_on(self, failing: Iterable[str]) -> bool:
        """Tell whether one of its tests is among those that fail without it."""
        return any(
            name == test or name.startswith((f"{test}[", f"{test}::"))
            for name in failing
            for test in self.tests
        )

    def plant(self, root: Path) -> None:
        for file, before, after in self.edits:
            path = root / file
            path.write_text(path.read_text().replace(before, after))


def every() -> Iterator[Fault]:
    """Yield the faults of every room."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        if not module.name.endswith(("__main__", "test_catalogue")):
            yield from getattr(importlib.import_module(module.name), "FAULTS", ())
