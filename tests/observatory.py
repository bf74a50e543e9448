"""The rules that Mozilla's HTTP Observatory publishes, as far as they can matter here.

Written anew from its page "Tests & Scoring", since its program is not always at hand;
``OBSERVATORY`` in the drive ``deployment`` lets that program grade the same pages.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

BASE, BONUS_FROM, HALF_A_YEAR = 100, 90, 15_768_000
GRADES = [(100, "A+"), (90, "A"), (85, "A-"), (80, "B+"), (70, "B"), (65, "B-")]
GRADES += [(60, "C+"), (50, "C"), (45, "C-"), (40, "D+"), (30, "D"), (25, "D-")]
PRIVATE = {"no-referrer", "same-origin", "strict-origin"}
PRIVATE |= {"strict-origin-when-cross-origin"}


@dataclass
class Answer:
    """What came over the wire: headers as (name, value), text, the plain address."""

    headers: list[tuple[str, str]]
    text: str
    host: str
    leads_to: str = ""  # where the same address leads without TLS
    cookies: list[str] = field(init=False)

    def __post_init__(self):
        self.cookies = [v for k, v in self.headers if k.lower() == "set-cookie"]

    def get(self, name):
        return ", ".join(v for k, v in self.headers if k.lower() == name.lower())


def policy_of(answer):
    parts = (part.split() for part in answer.get("Content-Security-Policy").split(";"))
    return {part[0].lower(): part[1:] for part in parts if part}


def csp(answer):
    policy = policy_of(answer)
    if not policy:
        return -25
    usual = policy.get("default-src", ["*"])
    scripts = policy.get("script-src", usual) + policy.get("object-src", usual)
    styles = policy.get("style-src", usual)
    if {"'unsafe-inline'", "*", "data:", "https:", "http:"} & {*scripts}:
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if "'unsafe-inline'" in styles:
        return 0
    return 10 if usual == ["'none'"] else 5


def cookies(answer):
    if not answer.cookies:
        return 0
    worst = 5
    for cookie in answer.cookies:
        name, flags = cookie.partition("=")[0].lower(), cookie.lower()
        is_session = re.search("sess|login", name)
        if "; secure" not in flags:
            worst = min(worst, -40 if is_session else -20)
        if "; httponly" not in flags and is_session:
            worst = min(worst, -30)
        if not ("; httponly" in flags and re.search("; samesite=(lax|strict)", flags)):
            worst = min(worst, 0)
    return worst


def cors(answer):
    return -50 if answer.get("Access-Control-Allow-Origin") == "*" else 0


def redirection(answer):
    target = urlsplit(answer.leads_to)
    if target.scheme != "https":
        return -20
    return 0 if target.hostname == answer.host else -5


def referrer(answer):
    words = answer.get("Referrer-Policy").replace(" ", "").split(",")
    if words == [""]:
        return 0
    return 5 if words[-1] in PRIVATE else -5


def hsts(answer):
    age = re.search(r"max-age=(\d+)", answer.get("Strict-Transport-Security"))
    if not age:
        return -20
    return 0 if int(age[1]) >= HALF_A_YEAR else -10


def integrity(answer):
    worst = 0
    for tag in re.findall(r"<script[^>]*\bsrc=[^>]*>", answer.text):
        host = urlsplit(re.search(r'src="?([^"\s>]+)', tag)[1]).hostname
        if host and host != answer.host and "integrity=" not in tag:
            worst = min(worst, -5 if "https:" in tag else -50)
    return worst


def sniffing(answer):
    return 0 if answer.get("X-Content-Type-Options").lower() == "nosniff" else -5


def frames(answer):
    if policy_of(answer).get("frame-ancestors"):
        return 5
    return 0 if answer.get("X-Frame-Options").upper() in ("DENY", "SAMEORIGIN") else -20


def resources(answer):
    policy = answer.get("Cross-Origin-Resource-Policy")
    return {"same-origin": 10, "same-site": 10, "": 0, "cross-origin": -5}[policy]


TESTS = [csp, cookies, cors, redirection, referrer, hsts, integrity, sniffing, frames]
TESTS += [resources]


def score(answer: Answer) -> tuple[str, int, int]:
    """Return (grade, score, tests passed); a bonus counts from a base of 90."""
    points = [test(answer) for test in TESTS]
    base = BASE + sum(point for point in points if point < 0)
    bonus = sum(point for point in points if point > 0) if base >= BONUS_FROM else 0
    total = max(base + bonus, 0)
    grade = next((grade for least, grade in GRADES if total >= least), "F")
    return grade, total, sum(point >= 0 for point in points)
