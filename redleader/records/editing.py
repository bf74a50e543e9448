"""One form for one row: saved once, never overwriting somebody else's changes.

``edit`` is a complete view that creates or changes a row with a ``RecordForm``.
Whoever saves second sees what each of the two changed since the version that they
opened, and chooses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone

from redleader.records.forms import (
    EditConflictError,
    ModelForm,
    NamedChoiceField,
    attempt,
    parse_uuid,
)
from redleader.records.history import columns, event_of_version, last_change, text_of
from redleader.records.money import MoneyFormField
from redleader.serving.errors import TITLES

PICK = "pick-"
STORED, TYPED = "stored", "typed"
SENT_TWICE = "已保存，无需重复提交。"


@dataclass(frozen=True)
class Difference:
    """One field that two people left with different values."""

    name: str
    label: str
    stored: str
    typed: str
    pick: str = TYPED  # which of the two is offered
    both: bool = False  # changed by both, so a person has to choose


class RecordForm(ModelForm):
    """Knows the version of its row when it was opened, and its one key.

    The row has ``version`` and ``form_key``.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        self.initial["form_key"] = self.instance.form_key
        for shown in self.fields.values():
            if isinstance(shown, forms.DateField):
                shown.widget = forms.DateInput(
                    attrs={"type": "date"}, format="%Y-%m-%d"
                )

    @property
    def compared(self) -> list[str]:
        """The names of the fields that two writers may leave differently."""
        return [name for name in self._meta.fields or () if name in self.fields]

    def held(self, row: Any) -> dict[str, Any]:
        """Return what a row, or an event of its history, holds of these fields."""
        known = columns(self._meta.model)
        names = [name for name in self.compared if name in known]
        return {name: getattr(row, known[name].attname) for name in names}

    def beside(self) -> dict[str, Any]:
        """Return the values of compared fields that are no columns of the row."""
        names = [
            name for name in self.compared if name not in columns(self._meta.model)
        ]
        return {
            name: self.cleaned_data.get(name) if self.is_bound else self[name].value()
            for name in names
        }

    def beside_then(self, event: Any) -> dict[str, Any]:
        """Return what ``beside`` was when a version stood, as far as is known."""
        return {}

    def differences(self, stored: "RecordForm") -> list[Difference]:
        """Compare a valid form with the form of the row as it is now.

        The version that it was opened with tells who changed what: a value that
        only the other changed is offered as stored, all else as typed.
        """
        theirs = self.held(stored.instance) | stored.beside()
        mine = self.held(self.instance) | self.beside()
        opened = event_of_version(stored.instance, self.cleaned_data.get("version"))
        before = self.held(opened) | self.beside_then(opened) if opened else {}
        found = []
        for name in self.compared:
            old, new = plain(theirs[name]), plain(mine[name])
            if old == new:
                continue
            base = plain(before[name]) if name in before else None
            only_other, only_me = name in before and base == new, base == old
            found.append(
                Difference(
                    name=name,
                    label=str(self.fields[name].label),
                    stored=self.word(name, theirs[name]) or "（空）",
                    typed=self.word(name, mine[name]) or "（空）",
                    pick=STORED if only_other else TYPED,
                    both=not only_other and not (name in before and only_me),
                )
            )
        return found

    def word(self, name: str, value: Any) -> str:
        """Return a value as a person reads it."""
        typed, column = self.fields[name], columns(self._meta.model).get(name)
        if isinstance(typed, NamedChoiceField | MoneyFormField):
            value = typed.prepare_value(value)
        elif column:
            return text_of(value, column)
        elif isinstance(typed, forms.ChoiceField):
            value = dict(typed.choices).get(value, value)  # type: ignore[arg-type]
        return "" if value is None else str(value)


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(second=0, microsecond=0)
    return "" if value is None else value


def picked(data: QueryDict, form: ModelForm) -> QueryDict:
    """Return the submitted data, with the stored values where those were picked.

    ``form`` is the unbound form of the stored row.
    """
    data = data.copy()
    for key in [key for key in data if key.startswith(PICK)]:
        name = key.removeprefix(PICK)
        if data[key] == STORED and name in form.fields:
            bound = form[name]
            getattr(bound.field, "take_stored", take_stored)(data, bound)
    return data


def take_stored(data: QueryDict, bound: forms.BoundField) -> None:
    """Replace a typed value by the stored one."""
    value, widget = bound.value(), bound.field.widget
    if isinstance(widget, forms.CheckboxInput):
        data.pop(bound.name, None)
        if value:
            data[bound.name] = "on"
    elif isinstance(widget, forms.Select):
        key = value.pk if isinstance(value, models.Model) else value
        data[bound.name] = "" if key is None else str(key)
    else:
        data[bound.name] = widget.format_value(value) or ""


@dataclass
class Editor:
    """The page of one form, from opening it to the answer.

    ``make_form(*data, instance=row)`` makes the form, ``save(row, version=…)`` saves it
    and may raise ValidationError or EditConflictError. ``mine`` are the rows that the
    user may see: resubmitting a form leads to the row that it made. ``closed`` returns
    why a row can no longer be changed, if so. The answer to a refused form is 422, to
    an outdated one 409; both keep the text.
    """

    template: ClassVar[str] = "workbench/record_form.html"

    request: HttpRequest
    row: Any
    make_form: Callable[..., Any]
    save: Callable[..., Any]
    mine: models.QuerySet
    title: str = ""
    crumbs: Sequence[tuple[str, Any]] = ()
    hint: str = ""
    saved: str = "已保存。"
    closed: Callable[[Any], str] = lambda row: ""
    context: dict[str, Any] = field(default_factory=dict)

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self.open()
        if self.row._state.adding:
            key = parse_uuid(self.request.POST.get("form_key"))
            self.row.form_key = key or self.row.form_key
            made = self.made()
            return self.again(made) if made else self.receive(self.request.POST)
        stored = self.mine.get(pk=self.row.pk)
        data = picked(self.request.POST, self.make_form(instance=stored))
        if self.closed(stored):
            return self.receive_late(stored, data)
        return self.receive(data)

    def open(self) -> HttpResponse:
        if not self.row._state.adding and self.closed(self.row):
            messages.warning(self.request, self.closed(self.row))
            return redirect(self.row)
        return self.show(self.first_form())

    def first_form(self) -> Any:
        return self.make_form(instance=self.row)

    def made(self) -> Any:
        """Return the row that the same form has already made, if it has."""
        return self.mine.filter(form_key=self.row.form_key).first()

    def receive(self, data: QueryDict) -> HttpResponse:
        """Save what was sent; a refused form is shown again."""
        is_new = self.row._state.adding
        form = self.make_form(data, self.request.FILES, instance=self.row)
        try:
            if form.is_valid() and attempt(form, self.save_form, form):
                return self.done(form)
        except EditConflictError as error:
            return self.answer_conflict(form, error.current)
        if is_new:
            # Of two that arrive together, the later one fails on the key of the first.
            self.row.pk, self.row._state.adding = None, True
            made = self.made()
            if made:
                return self.again(made)
        return self.show(form, 422)

    def save_form(self, form: Any) -> Any:
        return self.save(form.instance, version=form.cleaned_data.get("version"))

    def receive_late(self, stored: Any, data: QueryDict) -> HttpResponse:
        """Answer what was typed into a row that is closed by now."""
        form = self.make_form(data, self.request.FILES, instance=self.row)
        if form.is_valid() and not form.differences(self.make_form(instance=stored)):
            return self.again(stored)  # A button was pressed twice.
        form.add_error(None, self.closed(stored))
        return self.refuse(form, stored)

    def refuse(self, form: Any, stored: Any) -> HttpResponse:
        return self.show(form, 409)

    def answer_conflict(self, form: Any, current: Any) -> HttpResponse:
        """Say who was faster and what each wrote, and keep the typed text."""
        found = form.differences(self.make_form(instance=current))
        if not found:  # The response to the first submission was lost.
            return self.again(current)
        form.data = form.data.copy()
        form.data["version"] = str(current.version)
        self.context |= {
            "title": TITLES[409],
            "change": last_change(current),
            "differences": found,
        }
        return self.show(form, 409)

    def show(self, form: Any, status: int = 200) -> HttpResponse:
        context = {
            "row": self.row,
            "page_title": self.title,
            "crumbs": self.crumbs,
            "hint": self.hint,
            "form": form,
        }
        context |= self.context
        return render(self.request, self.template, context, status=status)

    def again(self, row: Any) -> HttpResponse:
        """Answer a form that had been saved already."""
        messages.info(self.request, SENT_TWICE)
        return redirect(row)

    def done(self, form: Any) -> HttpResponse:
        messages.success(self.request, self.saved)
        return redirect(self.row)


def ask_first(
    request: HttpRequest,
    *,
    noun: str,
    what: str,
    back: str,
    note: str = "",
    crumbs: Sequence[tuple[str, Any]] = (),
    form: forms.Form | None = None,
) -> HttpResponse:
    """Ask before something is deleted; a ``form`` says why it was refused."""
    context = {
        "noun": noun,
        "what": what,
        "back": back,
        "note": note,
        "crumbs": crumbs,
        "form": form,
    }
    status = 409 if form else 200
    return render(request, "workbench/record_delete.html", context, status=status)


def edit(request: HttpRequest, row: Any, **options: Any) -> HttpResponse:
    """Show and save the form of a new or an existing row; see ``Editor``."""
    return Editor(request, row, **options).answer()


def next_version(row: Any, version: int | None) -> Any:
    """Lock the stored row, set the next version on ``row``, return the stored one.

    Raises EditConflictError if somebody has saved it since.
    """
    stored = type(row)._base_manager.select_for_update().get(pk=row.pk)
    if version != stored.version:
        raise EditConflictError(stored)
    row.version = stored.version + 1
    return stored


def refuse_future(row: Any, **days: str) -> None:
    """Raise ValidationError for days after today; ``days`` maps field to label."""
    today = timezone.localdate()
    late = {
        name: f"{label}不能晚于今天。"
        for name, label in days.items()
        if getattr(row, name) and getattr(row, name) > today
    }
    if late:
        raise ValidationError(late)
