"""One form for one row: saved once, never overwriting somebody else's changes.

``edit`` is a complete view that creates or changes a row with a ``RecordForm``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

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
from redleader.records.history import last_change
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
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(
                    attrs={"type": "date"}, format="%Y-%m-%d"
                )

    def differences(self, stored: "RecordForm") -> list[Difference]:
        """Compare what was typed with the form of the row as it is now."""
        found = []
        for name in self._meta.fields or ():
            if name not in self.fields:
                continue
            old, new = stored[name].value(), self.typed_value(name)
            if plain(old) == plain(new):
                continue
            found.append(
                Difference(
                    name=name,
                    label=str(self.fields[name].label),
                    stored=self.word(name, old),
                    typed=self.word(name, new),
                )
            )
        return found

    def typed_value(self, name: str) -> Any:
        """Return a valid typed value as the form of a stored row would show it."""
        value = self.cleaned_data.get(name)
        value = value.pk if isinstance(value, models.Model) else value
        return self.fields[name].prepare_value(value)

    def word(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, NamedChoiceField):
            return str(value or "（空）")
        if isinstance(field, forms.ModelChoiceField) and value:
            return str(field.queryset.filter(pk=value).first() or value)  # type: ignore[union-attr]
        if isinstance(field, forms.ChoiceField):
            words = dict(field.choices)  # type: ignore[arg-type]
            return str(words.get(value, value) or "（空）")
        if isinstance(value, bool):
            return "是" if value else "否"
        return str(value) if value not in (None, "") else "（空）"


def plain(value: Any) -> Any:
    return "" if value is None else value


def picked(
    data: QueryDict,
    form: ModelForm,
    take: Callable[[QueryDict, forms.BoundField], None] | None = None,
) -> QueryDict:
    """Return the submitted data, with the stored values where those were picked.

    ``form`` is the unbound form of the stored row.
    """
    data = data.copy()
    for key in [key for key in data if key.startswith(PICK)]:
        name = key.removeprefix(PICK)
        if data[key] == STORED and name in form.fields:
            (take or take_stored)(data, form[name])
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


def edit(
    request: HttpRequest,
    row: Any,
    *,
    make_form: Callable[..., RecordForm],
    save: Callable[..., Any],
    mine: models.QuerySet,
    title: str,
    crumbs: Sequence[tuple[str, Any]] = (),
    hint: str = "",
    saved: str = "已保存。",
    closed: Callable[[Any], str] = lambda row: "",
    template: str = "workbench/record_form.html",
) -> HttpResponse:
    """Show and save the form of a new or an existing row.

    ``make_form(*data, instance=row)`` makes the form, ``save(row, version=…)`` saves it
    and may raise ValidationError or EditConflictError. ``mine`` are the rows that the
    user may see: resubmitting a form leads to the row that it made. ``closed`` returns
    why a row can no longer be changed, if so. The answer to a refused form is 422, to
    an outdated one 409; both keep the text.
    """
    context: dict[str, Any] = {
        "row": row,
        "page_title": title,
        "crumbs": crumbs,
        "hint": hint,
    }

    def answer(form: RecordForm, status: int = 200) -> HttpResponse:
        return render(request, template, context | {"form": form}, status=status)

    if request.method != "POST":
        if not row._state.adding and closed(row):
            messages.warning(request, closed(row))
            return redirect(row)
        return answer(make_form(instance=row))
    data: QueryDict = request.POST
    if row._state.adding:
        key = parse_uuid(data.get("form_key"))
        done = key and mine.filter(form_key=key).first()
        if done:
            return answer_saved(request, done)
        row.form_key = key or row.form_key
    else:
        stored = mine.get(pk=row.pk)
        data = picked(data, make_form(instance=stored))
    is_new, form = row._state.adding, make_form(data, instance=row)
    if not is_new and closed(stored):
        if form.is_valid() and not form.differences(make_form(instance=stored)):
            return answer_saved(request, stored)  # A button was pressed twice.
        form.add_error(None, closed(stored))
        return answer(form, 409)
    try:
        done = form.is_valid() and attempt(
            form, save, row, version=form.cleaned_data.get("version")
        )
    except EditConflictError as error:
        found = form.differences(make_form(instance=error.current))
        if not found:  # The response to the first submission was lost.
            return answer_saved(request, error.current)
        form.data = data.copy()
        form.data["version"] = str(error.current.version)
        context |= {
            "title": TITLES[409],
            "change": last_change(error.current),
            "differences": found,
        }
        return answer(form, 409)
    if done:
        messages.success(request, saved)
        return redirect(row)
    if is_new:
        # Of two that arrive together, the later one fails on the key of the first.
        row.pk, row._state.adding = None, True
        done = mine.filter(form_key=row.form_key).first()
        if done:
            return answer_saved(request, done)
    return answer(form, 422)


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


def answer_saved(request: HttpRequest, row: Any) -> HttpResponse:
    messages.info(request, SENT_TWICE)
    return redirect(row)


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
