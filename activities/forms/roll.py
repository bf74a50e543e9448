"""The roll of a lecture: one of three answers for each person of the roster."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from activities.models.lecture import AttendanceStatus
from chambers.models import Member
from chambers.services.namelist.matching import Matching, RosterMember, match_names
from chambers.services.namelist.reading import parse_names

PREFIX = "roll-"
PRESENT, ON_LEAVE, ABSENT = AttendanceStatus


@dataclass(frozen=True)
class RollRow:
    """A person of the roster and their status; empty if none yet."""

    member: Member
    status: str

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.member.pk}"


class RollWidget(forms.Widget):
    """Reads ``roll-<member>`` of what was sent; ``_roll.html`` shows it."""

    def value_from_datadict(self, data, files, name):
        return {
            key.removeprefix(PREFIX): data[key]
            for key in data
            if key.startswith(PREFIX) and data[key]
        }

    def value_omitted_from_data(self, data, files, name):
        return False


class RollField(forms.Field):
    """Cleans to {member's key: status}; ``members`` are those who may be named."""

    widget = RollWidget

    def __init__(self, **kwargs):
        super().__init__(**{"label": "到会名单", "required": False} | kwargs)
        self.members: list[Member] = []

    def clean(self, value):
        known = {str(member.pk): member.pk for member in self.members}
        statuses = AttendanceStatus.values
        if any(k not in known or s not in statuses for k, s in (value or {}).items()):
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice"
            )
        return {known[key]: AttendanceStatus(s) for key, s in (value or {}).items()}

    def rows(self, value: Mapping) -> list[RollRow]:
        statuses = {str(key): status for key, status in (value or {}).items()}
        return [
            RollRow(member, statuses.get(str(member.pk), "")) for member in self.members
        ]

    def take_stored(self, data: QueryDict, bound: forms.BoundField) -> None:
        """Replace the typed roll by the stored one."""
        for key in [key for key in data if key.startswith(PREFIX)]:
            del data[key]
        rows = (bound.value() or {}).items()
        data.update({f"{PREFIX}{pk}": str(status) for pk, status in rows})


def roll_text(roll: Mapping) -> str:
    """Return how many of a roll were there, on leave and absent."""
    return "、".join(
        f"{AttendanceStatus(status).label} {number}"
        for status, number in count(roll.values()).items()
        if number
    )


@dataclass(frozen=True)
class Filled:
    """A roll after one step of filling, and what a pasted list gave."""

    statuses: dict[str, str]
    matching: Matching | None = None
    kept_on_leave: Sequence[RosterMember] = ()
    guests: int = 0


def fill_roll(
    members: Sequence[Member],
    statuses: Mapping[str, str],
    *,
    mark: str = "",
    accept: str = "",
    pasted: str = "",
    last: Mapping[int, str] | None = None,
) -> Filled:
    """Return the roll after a button was pressed; the excused stay excused.

    ``mark`` is ``present`` (全到), ``absent`` (其余缺席), ``last`` (照上一次) or
    ``clear``; ``accept`` is ``key:status``, a suggestion that was taken; a
    ``pasted`` list is laid beside the roster. Raises ValidationError when the
    list is too long.
    """
    now = dict(statuses)
    keys = [str(member.pk) for member in members]
    if mark == "clear":
        now = {}
    for key in keys:
        if mark == "present" and now.get(key) != ON_LEAVE:
            now[key] = PRESENT
        if mark == "absent" and not now.get(key):
            now[key] = ABSENT
    if mark == "last" and last:
        for pk, status in last.items():
            if str(pk) in keys and status != ON_LEAVE and now.get(str(pk)) != ON_LEAVE:
                now[str(pk)] = status
    key, _, status = accept.partition(":")
    if key in keys and status in AttendanceStatus.values:
        now[key] = status
    if not pasted.strip():
        return Filled(now)
    entries = parse_names(pasted)
    matching = match_names(entries, list(members))
    kept = apply(matching, now) if mark == "match" else []
    return Filled(now, matching, kept, sum(entry.guests for entry in entries))


def apply(matching: Matching, statuses: dict[str, str]) -> list[RosterMember]:
    """Mark who was named for certain; return who stays excused all the same."""
    kept: list[RosterMember] = []
    for match in matching.matched:
        key = str(match.member.pk)
        if statuses.get(key) == ON_LEAVE and match.entry.status != ON_LEAVE:
            kept.append(match.member)
        else:
            statuses[key] = match.entry.status
    return kept


def count(statuses: Iterable[str]) -> dict[str, int]:
    """Return how many are present, on leave and absent."""
    listed = list(statuses)
    return {status.value: listed.count(status) for status in AttendanceStatus}
