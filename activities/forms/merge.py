"""Two people edited one lecture: what each wrote, and which of it to keep."""

from django import forms
from django.http import QueryDict

from activities.forms.lecture import LectureForm
from activities.forms.roll import PREFIX, count
from activities.models import Lecture
from activities.models.lecture import AttendanceStatus
from redleader.records import editing
from redleader.records.editing import STORED, TYPED, Difference, plain, take_stored
from redleader.records.forms import ModelForm
from redleader.records.history import columns, text_of

NAMES = ["issue", *LectureForm.Meta.fields]


def differences(form: ModelForm, stored: Lecture) -> list[Difference]:
    """Compare a valid form with the row that was saved in the meantime.

    The version that the form was opened with tells who changed what: a value that
    only the other changed is offered as stored, all else as typed.
    """
    version = form.cleaned_data.get("version")
    events = stored.events.filter(version=version)  # type: ignore[attr-defined]
    base = events.order_by("pgh_id").last()
    found = []
    fields = columns(Lecture)
    for name in NAMES:
        field = fields[name]
        old = getattr(stored, field.attname)
        new = getattr(form.instance, field.attname)
        if plain(old) == plain(new):
            continue
        before = getattr(base, field.attname) if base else None
        only_other = base is not None and plain(before) == plain(new)
        only_me = base is not None and plain(before) == plain(old)
        found.append(
            Difference(
                name="issue_choice" if name == "issue" else name,
                label=str(field.verbose_name),
                stored=text_of(old, field) or "（空）",
                typed=text_of(new, field) or "（空）",
                pick=STORED if only_other else TYPED,
                both=not only_other and not only_me,
            )
        )
    return found + roll_difference(form, stored)


def roll_difference(form: ModelForm, stored: Lecture) -> list[Difference]:
    old = dict(stored.attendances.values_list("member", "status"))
    new = dict(form.cleaned_data.get("roll") or {})
    if old == new:
        return []
    return [
        Difference(
            name="roll",
            label="到会名单",
            stored=roll_text(old),
            typed=roll_text(new),
            pick=TYPED,
            both=True,
        )
    ]


def roll_text(roll: dict) -> str:
    counts = count(roll.values())
    words = [
        f"{AttendanceStatus(status).label} {number}"
        for status, number in counts.items()
        if number
    ]
    return "、".join(words) or "（空）"


def picked(data: QueryDict, form: ModelForm) -> QueryDict:
    """Return the submitted data, with the stored values where those were picked.

    ``form`` is the unbound form of the stored row.
    """
    return editing.picked(data, form, take)


def take(data: QueryDict, bound: forms.BoundField) -> None:
    """Replace a typed value by the stored one."""
    if bound.name != "roll":
        take_stored(data, bound)
        return
    for key in [key for key in data if key.startswith(PREFIX)]:
        del data[key]
    data.update({f"{PREFIX}{pk}": str(status) for pk, status in bound.value().items()})
