"""Schemes from year to year: the shipped draft, a copy, what changed in it."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from dateutil.relativedelta import relativedelta
from django.db import models, transaction

from activities.models import (
    Criterion,
    Holiday,
    Scheme,
    SchemeLevel,
    SchemeVersion,
)
from activities.models.holiday import HolidayKind
from redleader.records.history import differing

DATA = Path(__file__).resolve().parent.parent / "data"
VERSION_FIELDS = [
    "document",
    "recipient_kinds",
    "apply_until",
    "publicity_days",
    "review_months",
    "is_provisional",
    "note",
]
LEVEL_FIELDS = [
    "title",
    "noun",
    "grantor",
    "cycle_label",
    "cycle_start",
    "cycle_end",
    "valid_until",
]
CRITERION_FIELDS = [
    "number",
    "description",
    "proof",
    "rule",
    "target",
    "points",
    "is_required",
]


def read(name: str) -> dict:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def save(row: models.Model, made: Counter[str]) -> models.Model:
    row.full_clean()
    row.save()
    made[str(row._meta.verbose_name)] += 1
    return row


def load_four_goods(made: Counter[str]) -> None:
    """Create the shipped draft of the 四好 criteria, unless that version exists."""
    facts = read("four_goods.json")
    scheme = Scheme.objects.filter(name=facts["scheme"]).first()
    if scheme is None:
        scheme = Scheme(name=facts["scheme"], kind=facts["kind"])
        save(scheme, made)
    if scheme.versions.filter(label=facts["label"]).exists():
        return
    version = SchemeVersion(
        scheme=scheme, label=facts["label"], year=facts["year"], note=facts["note"]
    )
    save(version, made)
    cycle = {
        "cycle_label": facts["cycle_label"],
        "cycle_start": date.fromisoformat(facts["cycle_start"]),
        "cycle_end": date.fromisoformat(facts["cycle_end"]),
    }
    for level in facts["levels"]:
        save(SchemeLevel(version=version, **level, **cycle), made)
    for number, row in enumerate(facts["goods"], start=1):
        good = Criterion(version=version, number=number, name=row["name"])
        save(good, made)
        for order, fields in enumerate(row["indicators"], start=1):
            save(Criterion(version=version, parent=good, number=order, **fields), made)


def load_holidays(made: Counter[str]) -> None:
    """Make the days of the years that have none yet; other years are staff's."""
    for year, facts in read("holidays.json").items():
        if Holiday.objects.filter(day__year=year).exists():
            continue
        for name, first, last in facts["off"]:
            day = date.fromisoformat(first)
            while day <= date.fromisoformat(last):
                kind, source = HolidayKind.OFF, facts["source"]
                save(Holiday(day=day, kind=kind, name=name, source=source), made)
                day += timedelta(days=1)
        for text in facts["work"]:
            row = Holiday(
                day=date.fromisoformat(text),
                kind=HolidayKind.WORK,
                name="调休上班",
                source=facts["source"],
            )
            save(row, made)


@transaction.atomic
def copy_version(version: SchemeVersion, *, label: str, year: int) -> SchemeVersion:
    """Return a new version with the same levels and criteria, with shifted cycles.

    Dates are shifted by the difference of the years, or by one if the old one has none.
    The copy is closed for applications until staff open it.
    """
    years = relativedelta(years=year - version.year if version.year else 1)
    made: Counter[str] = Counter()
    copy = SchemeVersion(
        scheme=version.scheme,
        label=label,
        year=year,
        **{name: getattr(version, name) for name in VERSION_FIELDS},
    )
    copy.apply_until = version.apply_until and version.apply_until + years
    save(copy, made)
    for level in version.levels.order_by("pk"):
        fields = {name: getattr(level, name) for name in LEVEL_FIELDS}
        for name in ("cycle_start", "cycle_end", "valid_until"):
            fields[name] = fields[name] and fields[name] + years
        if version.year:
            fields["cycle_label"] = level.cycle_label.replace(
                str(version.year), str(year)
            )
        save(SchemeLevel(version=copy, level=level.level, **fields), made)
    goods: dict[int | None, Criterion | None] = {None: None}
    for criterion in version.criteria.order_by(
        models.F("parent").asc(nulls_first=True)
    ):
        row = Criterion(
            version=copy,
            parent=goods[criterion.parent_id],
            name=criterion.name,
            **{name: getattr(criterion, name) for name in CRITERION_FIELDS},
        )
        save(row, made)
        goods[criterion.pk] = row
    return copy


@dataclass(frozen=True)
class SchemeChange:
    """One row that differs between two versions; ``values`` is (field, old, new)."""

    what: str
    name: str
    values: list[tuple[str, str, str]]


def version_changes(old: SchemeVersion, new: SchemeVersion) -> list[SchemeChange]:
    """Return what a version adds, drops and changes against another one.

    Levels are matched by level, criteria by their names.
    """
    found = []
    values = differing(old, new, VERSION_FIELDS)
    if values:
        found.append(SchemeChange("修改", "基本设置", values))
    found += compare(levels_of(old), levels_of(new), LEVEL_FIELDS)
    found += compare(criteria_of(old), criteria_of(new), CRITERION_FIELDS)
    return found


def levels_of(version: SchemeVersion) -> dict[str, models.Model]:
    return {str(row.get_level_display()): row for row in version.levels.all()}


def criteria_of(version: SchemeVersion) -> dict[str, models.Model]:
    rows = version.criteria.select_related("parent")
    return {
        f"{row.parent.name}：{row.name}" if row.parent else row.name: row
        for row in rows
    }


def compare(old: dict, new: dict, names: list[str]) -> list[SchemeChange]:
    found = [SchemeChange("删去", name, []) for name in old if name not in new]
    for name, row in new.items():
        if name not in old:
            found.append(SchemeChange("新增", name, []))
            continue
        values = differing(old[name], row, names)
        if values:
            found.append(SchemeChange("修改", name, values))
    return found
