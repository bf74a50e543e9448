"""The table that the command prints."""

import importlib
from pathlib import Path

from tests.proofs import CODES

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
        if name not in OUTCOMES:
            return
        self.seconds[code] = self.seconds.get(code, 0) + report.duration
        if report.when == "call" or not report.passed:
            said = [text for _, text in report.user_properties]
            outcome = OUTCOMES[name][report.outcome]
            # A test that measured nothing has shown nothing.
            self.verdicts[code, name] = outcome if said else "NOT RUN"
            self.said[code, name] = said

    def pytest_terminal_summary(self, terminalreporter):
        write = terminalreporter.write_line
        for code in (code for code in CODES if code in self.seconds):
            proof = importlib.import_module(f"tests.proofs.test_{code.lower()}")
            write(f"\n{code}  {proof.WHAT}  ({self.seconds[code]:.0f} s)")
            write(f"  target   {proof.TARGET}")
            for name, title in [("test_figure", "figure"), ("test_control", "control")]:
                said = self.said.get((code, name)) or ["–"]
                verdict = self.verdicts.get((code, name), "NOT RUN")
                for number, text in enumerate(said):
                    last = number == len(said) - 1
                    write(f"  {title:<8} {text}" + (f"  {verdict}" if last else ""))
                    title = ""


def place_of(report) -> tuple[str, str]:
    """Return the code and the name of a test."""
    file, _, name = report.nodeid.partition("::")
    return Path(file).stem.removeprefix("test_").upper(), name
