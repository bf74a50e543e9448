"""Read a list of names as people paste it: a 接龙, a notice, a table."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from django.core.exceptions import ValidationError

from chambers.services.namelist.grammar import (
    ANSWER_AFTER,
    ANSWER_BEFORE,
    BOXED,
    BRACKET,
    CHINESE_DIGITS,
    CLOSE,
    COMPOUND_SURNAMES,
    COUNT,
    DATE,
    DOTS,
    EXAMPLE,
    FIELD,
    GUESTS,
    HAN,
    INLINE_NUMBER,
    IS_ORGANISATION,
    LISTED,
    LONGEST_NAME,
    MOST_HAN,
    NO_NAME,
    NUMBER,
    OPEN,
    ORGANISATION_BEFORE,
    PHONE,
    POST_AFTER,
    POST_BEFORE,
    PRESENT,
    PRESENT_HEADING,
    PROSE,
    SPACED,
    SPACED_COUNT,
    SPACED_SURNAME,
    STATUS,
    STATUSES,
    TITLE,
    TOKEN,
    TWO_NAMES,
    URL,
)

MAX_CHARACTERS = 20_000
MAX_ENTRIES = 500


@dataclass(frozen=True)
class Entry:
    """One name of a pasted list.

    ``raw`` is the line it stood in, or its own piece where a line has several;
    telephone numbers are already gone from it.
    """

    name: str
    raw: str
    status: str = PRESENT
    guests: int = 0


def parse_names(text: str) -> list[Entry]:
    """Return the names of a pasted list in order, including repetitions."""
    if len(text) > MAX_CHARACTERS:
        raise ValidationError(
            f"粘贴的内容有 {len(text)} 个字，最多 {MAX_CHARACTERS} 个，请分几次粘贴。",
            code="too_long",
        )
    entries: list[Entry] = []
    section = PRESENT
    for line in _lines(text):
        found, section = _read_line(line, section)
        entries += found
    if len(entries) > MAX_ENTRIES:
        raise ValidationError(
            f"名单有 {len(entries)} 个名字，一次最多 {MAX_ENTRIES} 个，请分几次粘贴。",
            code="too_many",
        )
    return entries


def clean_character(character: str) -> str:
    if character in "\n\t":
        return character
    if character in "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029":
        return "\n"
    if character in DOTS:
        return "·"
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Me") or "\ufe00" <= character <= "\ufe0f":
        return ""
    if category[0] == "L" or category in ("Nd", "Zs"):
        plain = unicodedata.normalize("NFKC", character)
        return plain if len(plain) == 1 else character
    return character


def _clean(text: str) -> str:
    """Drop the invisible and what must not be kept; make letters half-width."""
    text = "".join(map(clean_character, unicodedata.normalize("NFC", text)))
    return PHONE.sub(" ", URL.sub(" ", text))


def _lines(text: str) -> list[str]:
    """Return the lines that may hold names, without the title of a 接龙 or examples."""
    lines = [line.strip() for line in _clean(text).split("\n")]
    lines = [line for line in lines if line and not EXAMPLE.match(line)]
    start = next((i for i, line in enumerate(lines) if TITLE.match(line)), None)
    if start is None:
        return lines
    numbered = (i for i in range(start, len(lines)) if NUMBER.match(lines[i]))
    first = next(numbered, start + 1)
    title = [
        line for line in lines[start:first] if STATUS.search(line) or "\u3001" in line
    ]
    return lines[:start] + title + lines[first:]


class _Word(NamedTuple):
    raw: str
    is_label: bool


def _join_singles(found: re.Match[str]) -> str:
    letters = found[0].split(" ")
    if len(letters) % 2:
        return "".join(letters)
    return " ".join(a + b for a, b in zip(letters[::2], letters[1::2], strict=True))


def _is_sign(character: str) -> bool:
    """Tell whether a character is an emoji, a check mark or a bullet."""
    if character in "+\uff0b\u274c\u2717\u2718\u2716":
        return False
    category = unicodedata.category(character)
    return category[0] == "S" or character in '@#*!?！？~_\u2026"“”‘’<>《》&%^=`'


def _words(line: str) -> Iterator[_Word]:
    """Cut a line into pieces; a label is a piece before a colon."""
    line = "".join(" " if _is_sign(c) else c for c in DATE.sub(" ", line))
    line = INLINE_NUMBER.sub(" ", line)
    line = re.sub(r"(?<![A-Za-z])[-–—]+|[-–—]+(?![A-Za-z])", " ", line)
    line = re.sub(rf"(?<=[{HAN}])\.(?=[{HAN}])", "·", line)
    line = re.sub(r"(?<![^\W\d_])·|·(?![^\W\d_])", " ", line)
    line = re.sub(r" +", " ", line).strip()
    line = re.sub(rf"[+\uff0b](?![一二两三四五六七八九十])(?=[{HAN}]{{2}})", " ", line)
    line = SPACED_COUNT.sub("", line)
    line = SPACED.sub(_join_singles, line)
    line = SPACED_SURNAME.sub(r"\1\2", line)
    line = BOXED.sub(r"\1：", LISTED.sub(r"\1\2：\3；", line))
    for found in TOKEN.finditer(line):
        yield _Word(found["word"].strip(), found["colon"] is not None)


class _Reading(NamedTuple):
    """What one piece says; ``other`` is an organisation or prose."""

    names: list[str]
    other: str
    status: str | None
    guests: int


def _status(texts: list[str]) -> str | None:
    for pattern, status in STATUSES:
        if any(pattern.search(text) for text in texts):
            return status
    return None


def _guests(texts: list[str]) -> int:
    for text in texts:
        if (found := GUESTS.search(text)) and (number := found[1]):
            return CHINESE_DIGITS[number] if number in CHINESE_DIGITS else int(number)
    return 0


def _cut(text: str, pattern: re.Pattern[str]) -> str:
    """Cut a title off a name, but leave “李会长” and “欧阳总” alone."""
    rest = pattern.sub("", text, count=1).strip()
    return text if len(rest) < 2 or rest in COMPOUND_SURNAMES else rest


def _bare(text: str) -> str:
    """Return a piece without its number, status, count, post and reply."""
    text = GUESTS.sub("", NUMBER.sub("", text, count=1))
    before, *after = STATUS.split(text, maxsplit=1)
    text = before.strip() or "".join(after)
    text = re.split(r"[\d+\uff0b]", COUNT.sub("", text).lstrip("0123456789"))[0]
    text = text.strip(" .\uff0e·'-")
    previous = text if len(text) > LONGEST_NAME else ""
    while text != previous:
        previous = text
        for pattern in (
            ORGANISATION_BEFORE,
            POST_BEFORE,
            POST_AFTER,
            ANSWER_BEFORE,
            ANSWER_AFTER,
        ):
            text = _cut(text, pattern)
    return text


def _read_word(raw: str) -> _Reading:
    remarks = [text.strip(OPEN + CLOSE + " ") for text in re.findall(BRACKET, raw)]
    text = re.sub(BRACKET, "", raw)
    status, guests = _status([text, *remarks]), _guests([text, *remarks])
    text = _bare(text)
    names, other = [text], ""
    if not _may_be_name(text):
        names = []
    elif two := TWO_NAMES.fullmatch(text):
        names = [two[1], two[2]] if len(text) > 4 else names
    elif IS_ORGANISATION.search(text) or PROSE.search(text) or _is_long(text):
        names, other = [], text
    return _Reading(names, other, status, guests)


def _may_be_name(text: str) -> bool:
    if not any(c.isalpha() or "\ue000" <= c <= "\uf8ff" for c in text):
        return False
    patterns = (NO_NAME, PRESENT_HEADING, POST_BEFORE)
    return not any(pattern.fullmatch(text) for pattern in patterns)


def _is_long(text: str) -> bool:
    han = 0 if "·" in text else len(re.findall(f"[{HAN}]", text))
    return len(text) > LONGEST_NAME or han > MOST_HAN


def _heading(raw: str) -> str | None:
    """Return the status that a heading gives to what follows it."""
    text = COUNT.sub("", re.sub(BRACKET, "", NUMBER.sub("", raw, count=1)))
    if STATUS.fullmatch(text):
        return _status([text])
    return PRESENT if PRESENT_HEADING.fullmatch(text) else None


@dataclass
class _Line:
    """A line as it is read, from left to right."""

    status: str
    entries: list[Entry] = field(default_factory=list)
    others: list[Entry] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    label: Entry | None = None  # it is the name where none follows: “张三：请假”
    in_field: bool = False

    def read(self, word: _Word) -> None:
        heading = _heading(word.raw)
        is_first = not (self.entries or self.label or self.in_field)
        if heading and (word.is_label or is_first):
            self.headings.append(heading)
            self.status, self.label, self.in_field = heading, None, False
        elif word.is_label:
            self._read_label(word.raw)
        else:
            self._read_piece(word.raw)

    def _read_label(self, raw: str) -> None:
        self.in_field = bool(FIELD.search(raw))
        if not self.in_field and (names := self._entries(raw, _read_word(raw))):
            self.take_label()
            self.label = names[0]

    def _read_piece(self, raw: str) -> None:
        reading = _read_word(raw)
        names = self._entries(raw, reading)
        if names and not self.in_field:
            self.label = None
            self.entries += names
            return
        if not self.in_field:
            self.take_label()
        if self.entries:
            self.entries[-1] = _remarked(self.entries[-1], reading)
        if reading.other and not self.in_field:
            self.others += self._entries(raw, reading._replace(names=[reading.other]))

    def _entries(self, raw: str, reading: _Reading) -> list[Entry]:
        status = reading.status or self.status
        return [Entry(name, raw, status, reading.guests) for name in reading.names]

    def take_label(self) -> None:
        if self.label:
            self.entries.append(self.label)
            self.label = None


def _remarked(entry: Entry, reading: _Reading) -> Entry:
    return replace(
        entry,
        status=reading.status or entry.status,
        guests=reading.guests or entry.guests,
    )


def _read_line(text: str, section: str) -> tuple[list[Entry], str]:
    """Return the entries of a line, and the status of the lines after it.

    An organisation is an entry if the line has no person; so is any numbered prose,
    because it may contain a name.
    """
    number = NUMBER.match(text)
    line = _Line(section)
    for word in _words(text[number.end() :] if number else text):
        line.read(word)
    line.take_label()
    entries = line.entries or [
        other for other in line.others if number or IS_ORGANISATION.search(other.name)
    ]
    if len(entries) == 1:
        entries = [replace(entries[0], raw=text)]
    if not line.headings:
        return entries, section
    # A heading applies to the next lines if it stands alone or its list continues.
    runs_on = text.endswith(("\u3001", ",", "，"))
    is_alone = not entries and len(line.headings) == 1
    return entries, line.headings[-1] if runs_on or is_alone else PRESENT
