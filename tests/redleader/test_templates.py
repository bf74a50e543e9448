"""What the formatter of the templates leaves to us; the rest is in make check."""

import re

import pytest

from redleader.settings import BASE_DIR

TEMPLATES = sorted((BASE_DIR / "templates").rglob("*.html"))
LONGEST = 120
BRANCH = r"(?:\{% (?:if|elif|else|endif|for|empty|endfor)\b[^%]*%\})*"
# A line break between words and Chinese punctuation is a visible blank.
BLANK = re.compile(rf"\s{BRANCH}[，。；：、？！）》”]|[（《“]{BRANCH}\s")
OPEN_TAG = re.compile(r"\{%(?:(?!%\})[^\n])*\n")


def faults(text):
    """Return what is wrong with the text of one template."""
    lines = enumerate(text.splitlines(), start=1)
    found = [f"line {n} is too long" for n, line in lines if len(line) > LONGEST]
    for name, rule in {"blank": BLANK, "tag over two lines": OPEN_TAG}.items():
        for match in rule.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{name} in line {line}: {match[0]!r}")
    return found


def test_every_template_keeps_to_the_rules():
    assert {
        path: found for path in TEMPLATES if (found := faults(path.read_text()))
    } == {}


@pytest.mark.parametrize(
    "planted",
    [
        "字" * 121,
        "{% if a\n or b %}",
        "五人{% if absent %}\n{% endif %}，缺席",
        "五人\n{% if absent %}，缺席{% endif %}",
        "（\n{{ name }}）",
    ],
)
def test_planted_fault_is_found(planted):
    assert faults("<p>五人，缺席</p>\n") == []
    assert len(faults(planted)) == 1
