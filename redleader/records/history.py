"""Reading the history that the triggers keep."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

LABELS = {"insert": "新建", "update": "修改", "delete": "删除"}


@dataclass(frozen=True)
class Change:
    """One event: when, who, what, and old and new values by field label."""

    at: datetime
    who: str
    address: str
    what: str
    values: list[tuple[str, str, str]]


def who(context: dict | None) -> str:
    """Return the person of an event, or the database role of raw SQL."""
    context = context or {}
    return context.get("name") or context.get("role") or "系统"


def changes(instance: models.Model, *, limit: int = 200) -> list[Change]:
    """Return the newest changes of one object, newest first."""
    return changes_of_key(type(instance), instance.pk, limit=limit)


def changes_of_key(
    model: type[models.Model], key: object, *, limit: int = 200
) -> list[Change]:
    """Return the newest changes of a row by its key, even if it was deleted."""
    event_model = model._meta.get_field("events").related_model  # type: ignore[union-attr]
    events = list(
        event_model._base_manager.filter(pgh_obj_id=key).order_by("-pgh_id")[  # type: ignore[union-attr]
            : limit + 1
        ]
    )
    older = [*events[1:], None]
    return [
        change_of(event, before, model)
        for event, before in zip(events[:limit], older, strict=False)
    ]


def change_of(event, before, model) -> Change:
    context = event.pgh_context or {}
    return Change(
        at=event.pgh_created_at,
        who=who(context),
        address=context.get("address", ""),
        what=LABELS.get(event.pgh_label, event.pgh_label),
        values=differences(event, before, model),
    )


def differences(event, before, model) -> list[tuple[str, str, str]]:
    """Return (label, old, new) of each tracked field that changed."""
    rows = []
    for field in model._meta.concrete_fields:
        if not hasattr(event, field.attname) or field.name == "id":
            continue
        new = getattr(event, field.attname)
        old = getattr(before, field.attname) if before else None
        if new != old and (before or new not in (None, "", [])):
            label = str(field.verbose_name)
            rows.append((label, text_of(old, field), text_of(new, field)))
    return rows


def columns(model: type[models.Model]) -> dict[str, models.Field]:
    """Return the columns of a model by the name of their field."""
    return {field.name: field for field in model._meta.concrete_fields}


def text_of(value, field) -> str:
    """Return a field's value as a person reads it."""
    if value in (None, "", []):
        return ""
    if field.is_relation:
        related = field.related_model._base_manager.filter(pk=value).first()
        return str(related or value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, list):
        words = dict(field.base_field.flatchoices or [])
        return "、".join(str(words.get(item, item)) for item in value)
    return str(value)


def differing(
    old: models.Model, new: models.Model, names: Iterable[str]
) -> list[tuple[str, str, str]]:
    """Return (label, old, new) of the named fields in which two rows differ."""
    fields, rows = columns(type(new)), []
    for field in (fields[name] for name in names):
        before = text_of(getattr(old, field.attname), field)
        now = text_of(getattr(new, field.attname), field)
        if before != now:
            rows.append((str(field.verbose_name), before, now))
    return rows


def last_change(instance: models.Model) -> Change | None:
    """Return the newest change of an object."""
    newest = changes(instance, limit=1)
    return newest[0] if newest else None


def change_since(
    model: type[models.Model], key: str, moment: datetime
) -> Change | None:
    """Return the newest change of a row since a moment, even if it was deleted."""
    event_model = model._meta.get_field("events").related_model  # type: ignore[union-attr]
    events = list(
        event_model._base_manager.filter(pgh_obj_id=key).order_by("-pgh_id")[:2]  # type: ignore[union-attr]
    )
    if not events or events[0].pgh_created_at < moment:
        return None
    older = events[1] if len(events) > 1 else None
    return change_of(events[0], older, model)


def event_of_version(row: models.Model, version: int | None) -> models.Model | None:
    """Return the last event of a row that had a version, if the history has it."""
    events = row.events.filter(version=version)  # type: ignore[attr-defined]
    return events.order_by("pgh_id").last()


def rows_then(event: Any, model: type[models.Model], **filters: Any) -> list[Any]:
    """Return rows of another table as they stood when a version of a row ended.

    They are events: of each row the newest before the next event of ``event``'s.
    """
    events: Any = model._meta.get_field("events").related_model
    rows = events._base_manager.filter(**filters)
    later = type(event)._base_manager.filter(
        pgh_obj_id=event.pgh_obj_id, pgh_id__gt=event.pgh_id
    )
    following = later.order_by("pgh_id").first()
    if following:
        rows = rows.filter(pgh_created_at__lt=following.pgh_created_at)
    newest = rows.order_by("pgh_obj_id", "-pgh_id").distinct("pgh_obj_id")
    return [row for row in newest if row.pgh_label != "delete"]
