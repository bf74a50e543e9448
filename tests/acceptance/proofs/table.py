"""The table that the command prints."""

import importlib
from pathlib import Path

from tests.acceptance.proofs import CODES

OUTCOMES = {
    "test_figure": {"passed": "kept", "failed": "MISSED", "skipped": "NOT RUN"},
    "test_control": {"passed": "caught", "failed": "NOT CAUGHT", "skipped": "NOT RUN"},
}


class Proofs:
    """Gathers what the proofs found, and prints it at the end."""

    def __init__(self):
        self.said: dict[tuple[str, str], list[str]] = {}
        self.verdicts: dict[tuple[str, str], str] = {}
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logreport(self, report):
        code, name = place_of(report)
        kind = next((kind for kind in OUTCOMES if name.startswith(kind)), None)
        if not kind:
            return
        self.seconds[code] = self.seconds.get(code, 0) + report.duration
        if report.when == "call" or not report.passed:
            said = [text for _, text in report.user_properties]
            outcome = OUTCOMES[kind][report.outcome]
            # A test that measured nothing has shown nothing.
            self.verdicts[code, name] = outcome if said else "NOT RUN"
            self.said[code, name] = said

    def pytest_terminal_summary(self, terminalreporter):
        write = terminalreporter.write_line
        for code in (code for code in CODES if code in self.seconds):
            proof = importlib.import_module(
                f"tests.acceptance.proofs.test_{code.lower()}"
            )
            write(f"\n{code}  {proof.WHAT}  ({self.seconds[code]:.0f} s)")
            write(f"  target   {proof.TARGET}")
            for (owner, name), verdict in self.verdicts.items():
                if owner == code:
                    title = "figure" if name.startswith("test_figure") else "control"
                    *first, last = self.said[owner, name] or ["–"]
                    for text in [*first, f"{last}  {verdict}"]:
                        write(f"  {title:<8} {text}")
                        title = ""


def place_of(report) -> tuple[str, str]:
    """Return the code and the name of a test."""
    file, _, name = report.nodeid.partition("::")
    return Path(file).stem.removeprefix("test_").upper(), name
