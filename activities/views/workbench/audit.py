"""The audit for those who may read it: a list, and everything about one object."""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chambers.access import UserRequest
from chambers.rights import may_read_audit, right, sees_records
from redleader.audit.chain import tracked
from redleader.models import AuditEntry, AuditKind
from redleader.records.filters import Filters, parse_day
from redleader.records.history import LABELS, changes_of_key
from redleader.records.paging import page_newest_first
from redleader.records.quarters import span

# Who was quarrelling about what is for the named staff alone; see the cases.
CONFIDENTIAL = "activities.models.mediation."
RESULTS = {
    "done": "完成",
    "refused": "被拒绝",
    "locked": "被拒绝，账号已锁定",
    "403": "没有权限（403）",
    "404": "未找到或不在管理范围（404）",
}


def nouns() -> dict[str, type[models.Model]]:
    """Return the tracked models by the name of their table."""
    return {model._meta.db_table: model for model, _ in tracked()}


@dataclass(frozen=True)
class AuditLine:
    """An entry as a person reads it."""

    entry: AuditEntry
    what: str
    noun: str
    result: str


def line_of(entry: AuditEntry, known: dict[str, type[models.Model]]) -> AuditLine:
    what = entry.get_kind_display()
    label = entry.detail.get("label")
    if label:
        what = LABELS.get(label, label)
    elif entry.detail.get("what"):
        what = f"{what}：{entry.detail['what']}"
    model = known.get(entry.table_name)
    noun = str(model._meta.verbose_name) if model else entry.table_name
    return AuditLine(entry, what, noun, RESULTS.get(entry.result, entry.result))


def filters_of(request: UserRequest) -> Filters:
    words = {name: str(model._meta.verbose_name) for name, model in nouns().items()}
    return Filters(
        request.GET,
        person=None,
        kind=dict(AuditKind.choices),
        table=dict(sorted(words.items(), key=lambda pair: pair[1])),
        key=None,
        since=None,
        until=None,
    )


def narrowed(filters: Filters):
    entries = AuditEntry.objects.all()
    if filters.get("person"):
        entries = entries.filter(
            Q(person__icontains=filters.get("person"))
            | Q(address=filters.get("person"))
        )
    if filters.get("kind"):
        entries = entries.filter(kind=filters.get("kind"))
    if filters.get("table"):
        entries = entries.filter(table_name=filters.get("table"))
    if filters.get("key"):
        entries = entries.filter(row_key=filters.get("key"))
    for name, at in [("since", 0), ("until", 1)]:
        day = parse_day(filters.get(name))
        if day:
            moment: datetime = span(day, day)[at]
            entries = entries.filter(**{["at__gte", "at__lt"][at]: moment})
        elif filters.chosen.pop(name, None):
            filters.ignored = True
    return entries


@right(sees_records, may_read_audit)
@require_safe
def audit_list(request: UserRequest) -> HttpResponse:
    filters = filters_of(request)
    page = page_newest_first(
        narrowed(filters), request.GET.get("older", ""), field="at", size=50
    )
    known = nouns()
    context = {
        "page": page,
        "filters": filters,
        "lines": [line_of(entry, known) for entry in page.rows],
    }
    return render(request, "workbench/audit/list.html", context)


@right(sees_records, may_read_audit)
@require_safe
def audit_object(request: UserRequest, table: str, key: str) -> HttpResponse:
    """Tell in plain words who did what with one object, also when it is gone."""
    model = nouns().get(table)
    if model is None:
        raise Http404
    try:
        model._meta.pk.to_python(key)  # type: ignore[union-attr]
        found = changes_of_key(model, key)
    except (ValidationError, ValueError, OverflowError) as error:
        raise Http404 from error
    if not found:
        raise Http404
    row = model._base_manager.filter(pk=key).first()
    known = nouns()
    others = AuditEntry.objects.filter(table_name=table, row_key=key).exclude(
        kind=AuditKind.CHANGE
    )
    context = {
        "title": str(row) if row and not is_secret(model) else f"编号 {key}",
        "noun": model._meta.verbose_name,
        "is_gone": row is None,
        "changes": found,
        "is_secret": is_secret(model),
        "others": [line_of(entry, known) for entry in others[:50]],
        "table": table,
        "key": key,
    }
    return render(request, "workbench/audit/object.html", context)


def is_secret(model: type[models.Model]) -> bool:
    return model.__module__.startswith(CONFIDENTIAL)
