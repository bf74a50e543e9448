"""A figure of a benchmark, and how the command prints it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured thing beside its control.

    ``value`` and ``control`` are texts with their unit; ``ratio`` is the first
    by the second, ``met`` says whether that keeps the target.
    """

    what: str
    value: str
    control: str
    ratio: float
    met: bool

    def __str__(self) -> str:
        verdict = "met" if self.met else "NOT MET"
        beside = f"{self.value}, control {self.control}, {self.ratio:.2f} ×"
        return f"{self.what}: {beside}  {verdict}"
