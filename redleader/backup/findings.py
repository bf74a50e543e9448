"""What a check of an installation found."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

GOOD, WARNING, BAD = "good", "warning", "bad"
LABELS = {GOOD: "正常", WARNING: "注意", BAD: "有问题"}


@dataclass(frozen=True)
class Finding:
    """The result of one check, and what to do about it."""

    what: str
    state: str
    text: str
    advice: str = ""


Check = Callable[[], Finding]


def good(what: str, text: str) -> Finding:
    return Finding(what, GOOD, text)


def notice(what: str, text: str, advice: str) -> Finding:
    return Finding(what, WARNING, text, advice)


def bad(what: str, text: str, advice: str) -> Finding:
    return Finding(what, BAD, text, advice)


def missing(what: str, text: str, advice: str) -> Finding:
    """Report what a real installation needs and the demo may lack."""
    return Finding(what, WARNING if settings.DEMO else BAD, text, advice)
