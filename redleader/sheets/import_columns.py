"""The columns of an import, and how their cells become values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from redleader.records.column import Column
from redleader.records.money import MoneyFormField
from redleader.records.search import fold


@dataclass(frozen=True)
class ImportColumn(Column):
    """A column of an import; ``field`` is the field of the model that it fills.

    ``take(text, lookups)`` turns a text into a value and may raise ValidationError;
    without it text stays text. A column without a field goes into ``Draft.extra``.
    ``example`` is shown in the guide of the template.
    """

    field: str = ""
    take: Callable[[str, Any], Any] | None = None
    example: Any = ""


def by_lookup(name: str) -> Callable[[str, Any], Any]:
    """Convert the name of a row into the row; ``name`` is the key of the lookup."""
    return lambda text, lookups: lookups[name].get(text)


def choice(choices: type[models.TextChoices]) -> Callable[[str, Any], Any]:
    """Convert the label of a choice into the choice."""
    values = {fold(label): value for value, label in choices.choices}
    labels = "、".join(str(label) for label in choices.labels)

    def take(text: str, lookups: Any) -> Any:
        if fold(text) not in values:
            raise ValidationError(f"应为：{labels}。")
        return choices(values[fold(text)])

    return take


def row_column(label: str, lookup: str, **rest: Any) -> ImportColumn:
    """Return a column of names of rows, which fills the field named like the lookup."""
    rest = {"field": lookup} | rest
    return ImportColumn(label, take=by_lookup(lookup), **rest)


def choice_column(
    label: str,
    choices: type[models.TextChoices],
    *,
    without: Sequence[str] = (),
    **rest: Any,
) -> ImportColumn:
    """Return a column that offers the labels of some choices."""
    labels = tuple(str(one.label) for one in choices if one not in without)
    return ImportColumn(label, choices=labels, take=choice(choices), **rest)


def by_field(form_field: forms.Field) -> Callable[[str, Any], Any]:
    """Convert as a form field does, with its messages."""

    def take(text: str, lookups: Any) -> Any:
        try:
            return form_field.clean(text)
        except ValidationError as error:
            raise ValidationError(f"：{error.messages[0]}") from error

    return take


def money() -> Callable[[str, Any], Any]:
    """Convert 万元 into yuan."""
    return by_field(MoneyFormField(required=False))


def whole(label: str, most: int) -> Callable[[str, Any], Any]:
    """Convert a whole number from 0 to a limit."""
    message = f"{label}应为 0–{most} 的整数。"

    def take(text: str, lookups: Any) -> int:
        digits = text.removesuffix(".0")
        if not (digits.isascii() and digits.isdigit()) or int(digits[:12]) > most:
            raise ValidationError(f"：{message}")
        return int(digits)

    return take


def yes_no(text: str, lookups: Any) -> bool:
    if fold(text) not in ("是", "否"):
        raise ValidationError("：请填写“是”或“否”。")
    return fold(text) == "是"
