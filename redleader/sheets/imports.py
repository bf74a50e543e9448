"""Rows from a workbook: planned first, then written all or nothing.

An ``Importer`` says for one noun which columns a file has and what becomes of each row.
Planning writes nothing: rows are drafted, compared with what is stored, and tried in
the database, which enforces the constraints.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q

from redleader.records.forms import (
    MaxLength,
    PlainText,
    check_deferred_constraints,
    check_deferred_constraints_on_trial,
    refusal,
)
from redleader.records.money import say_money
from redleader.records.search import SEARCH_COLUMNS
from redleader.sheets.import_columns import ImportColumn
from redleader.sheets.incoming import (
    BLANKS,
    RowError,
    Sheet,
    SheetLimits,
    SheetRow,
    cell_error,
    chunks,
)
from redleader.sheets.lookup import Lookup
from redleader.sheets.plan import Draft, Plan, PlannedPart, Tell, tell_nobody

LIMITS = SheetLimits(rows=1000)
CHANGED = "预览以后数据有了变化，本次未导入任何数据，请重新上传。"


class Importer:
    """How the rows of one noun are imported; subclasses fill in the specifics."""

    code: ClassVar[str]
    name: ClassVar[str]
    about: ClassVar[str] = ""
    unit: ClassVar[str] = "项"
    edition: ClassVar[str]  # of the template; changes whenever the columns do
    model: ClassVar[type[models.Model]]
    columns: ClassVar[Sequence[ImportColumn]]
    # Fields that identify a row; without a key every row is new.
    key: ClassVar[Sequence[str]] = ()
    # Fields that a file may change; any other difference is refused.
    updatable: ClassVar[frozenset[str]] = frozenset()
    summary: ClassVar[Sequence[str]] = ()  # columns of the preview; none: the first 6
    limits: ClassVar[SheetLimits] = LIMITS
    for_secretaries: ClassVar[bool] = False
    same: ClassVar[str] = ""  # what duplicates have in common; by default the key

    # --- What a subclass may say

    def lookups(self, user: Any) -> dict[str, Lookup]:
        """Return the names that columns may mention, read once for all rows."""
        return {}

    def offered(self) -> dict[str, str]:
        """Return the allowed values by column, for the guide of the template."""
        return {}

    def complete(self, draft: Draft, lookups: Any, user: Any) -> None:
        """Derive the remaining fields; may raise ValidationError."""

    def create(self, drafts: list[Draft], user: Any) -> None:
        """Write new rows; also called on trial, so it must not change a draft."""
        self.model._base_manager.bulk_create([copy(draft.row) for draft in drafts])

    def update(self, drafts: list[Draft], user: Any) -> None:
        """Write changed rows, incrementing their version."""
        rows, fields = [], set()
        columns = {c.label: c.field for c in self.columns}
        kept = [n for n in (*SEARCH_COLUMNS, "version") if hasattr(self.model, n)]
        for draft in drafts:
            row = copy(draft.stored)
            for label, _, _ in draft.changes:
                if columns.get(label):
                    setattr(row, columns[label], getattr(draft.row, columns[label]))
                    fields.add(columns[label])
            for name in kept:
                if name == "version":
                    row.version += 1
                else:
                    self.model._meta.get_field(name).pre_save(row, False)  # type: ignore[union-attr]
            rows.append(row)
        if fields:
            self.model._base_manager.bulk_update(rows, sorted({*fields, *kept}))

    # --- The work

    def plan(
        self, rows: Iterable[SheetRow], user: Any, tell: Tell = tell_nobody
    ) -> Plan:
        """Decide for each row whether it is new, changed, unchanged or refused.

        The database itself checks the rows against every constraint, and all is rolled
        back. ``tell`` is told of each row twice: when it is read and when it has been
        tried.
        """
        plan = Plan(Sheet(self.columns))
        with transaction.atomic():
            for part in self.compared(rows, user, tell):
                part.refuse(self.bisect_errors(part.new, self.create, user))
                part.refuse(self.bisect_errors(part.changed, self.update, user))
                tell(len(part.new) + len(part.changed))
                plan.add(part)
                plan.sheet.add(part.marked())
            transaction.set_rollback(True)
        return plan

    @transaction.atomic
    def write(
        self, rows: Iterable[SheetRow], user: Any, tell: Tell = tell_nobody
    ) -> Plan:
        """Write the new and the changed rows of a file, reading it twice if necessary.

        If two people confirm at once, they write one after the other, and the later
        finds the rows of the earlier. Raises ValidationError if any row is refused by
        now.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import:{self.code}"]
            )
        plan = Plan(Sheet(self.columns))
        try:
            with transaction.atomic():
                for part in self.compared(rows, user, tell):
                    if part.errors:
                        raise ValidationError(CHANGED)
                    for drafts, service in [
                        (part.new, self.create),
                        (part.changed, self.update),
                    ]:
                        if drafts:
                            service(drafts, user)
                    tell(len(part.new) + len(part.changed))
                    plan.add(part)
                check_deferred_constraints()
            return plan
        except (IntegrityError, ValidationError):
            plan = self.plan(rows, user)  # It finds the rows that are refused.
        texts = [error.text for error in plan.errors]
        raise ValidationError([CHANGED, *texts], code="changed")

    def compared(
        self, rows: Iterable[SheetRow], user: Any, tell: Tell
    ) -> Iterator[PlannedPart]:
        """Yield the rows in chunks, without checking the database's constraints.

        ``match`` must not find what the caller writes meanwhile.
        """
        lookups = self.lookups(user)
        first: dict[bytes, int] = {}
        for some in chunks(rows):
            part, drafts = PlannedPart(some), []
            for sheet in some:
                draft, errors = self.draft(sheet, lookups, user)
                part.refuse(errors)
                if draft is not None and self.is_first(draft, first, part):
                    drafts.append(draft)
                tell(1)
            self.match(drafts, lookups)
            for draft in drafts:
                refused = self.contradictions(draft)
                if refused:
                    part.refuse(refused)
                elif draft.stored is None:
                    part.new.append(draft)
                elif draft.changes:
                    part.changed.append(draft)
                else:
                    part.same.append(draft)
            yield part

    def draft(
        self, sheet: SheetRow, lookups: Any, user: Any
    ) -> tuple[Draft | None, list[RowError]]:
        """Return the row that a line describes, or the errors in its cells."""
        errors: list[RowError] = []
        number, draft = sheet.number, Draft(sheet.number, self.model(), sheet)
        for column in self.columns:
            value = sheet.values.get(column.label)
            if isinstance(value, str):
                value = " ".join(value.strip(BLANKS).split())
            if value in (None, ""):
                if column.is_required:
                    text = f"：请填写{column.label}。"
                    errors.append(cell_error(number, column.label, text))
                elif not column.field:
                    draft.extra[column.label] = None
                continue
            try:
                taken = self.taken(column, value, lookups)
            except ValidationError as error:
                errors += [
                    cell_error(number, column.label, text) for text in error.messages
                ]
                continue
            if column.field:
                setattr(draft.row, column.field, taken)
            else:
                draft.extra[column.label] = taken
        if errors:
            return None, errors
        try:
            self.complete(draft, lookups, user)
            draft.row.clean_fields(exclude=self.unchecked())
        except ValidationError as error:
            return None, self.row_errors(number, error)
        return draft, []

    def taken(self, column: ImportColumn, value: Any, lookups: Any) -> Any:
        if not isinstance(value, str):
            return value
        if column.take is not None:
            return column.take(value, lookups)
        length = None
        if column.field:
            length = self.model._meta.get_field(column.field).max_length  # type: ignore[union-attr]
        for check in (PlainText(column.label), MaxLength(length or 2000, column.label)):
            try:
                check(value)
            except ValidationError as error:
                raise ValidationError(f"：{error.messages[0]}") from error
        return value

    def unchecked(self) -> set[str]:
        """Return the fields that only the database checks, relations among them."""
        fields = self.model._meta.concrete_fields
        return {f.name for f in fields if f.is_relation or not f.editable}

    def key_of(self, row: Any) -> tuple:
        return tuple(comparable(getattr(row, name)) for name in self.key)

    def is_first(
        self, draft: Draft, first: dict[bytes, int], part: PlannedPart
    ) -> bool:
        """Refuse a row that occurred earlier in the file.

        ``first`` maps digests, which are shorter than keys, to the rows so far.
        """
        key = self.double_key(draft)
        if not key:
            return True
        digest = blake2b(repr(key).encode(), digest_size=16).digest()
        before = first.setdefault(digest, draft.number)
        if before == draft.number:
            return True
        words = self.double_words(draft)
        text = f"第 {before} 行与第 {draft.number} 行重复（{words}）。"
        part.refuse([RowError(draft.number, "", text)])
        return False

    def double_key(self, draft: Draft) -> tuple:
        """Return what no two rows of a file may share; if empty, rows may be equal."""
        return self.key_of(draft.row)

    def double_words(self, draft: Draft) -> str:
        """Return in words what two duplicates have in common."""
        labels = {c.field: c.label for c in self.columns}
        names = [name.removesuffix("_id") for name in self.key]
        words = self.same or "、".join(labels[n] for n in names if n in labels)
        return f"{words}都相同"

    def match(self, drafts: list[Draft], lookups: Any) -> None:
        """Find the stored row of each draft by its key, and how it would change."""
        if not self.key or not drafts:
            return
        values = {name: {getattr(d.row, name) for d in drafts} for name in self.key}
        narrowest = min(values, key=lambda name: len(values[name]))
        stated = values[narrowest] - {None}
        condition = Q(**{f"{narrowest}__in": stated})
        if stated != values[narrowest]:
            condition |= Q(**{f"{narrowest}__isnull": True})
        known = {
            self.key_of(row): row for row in self.model._base_manager.filter(condition)
        }
        for draft in drafts:
            draft.stored = known.get(self.key_of(draft.row))
            if draft.stored is not None:
                draft.changes = self.changes(draft)

    def changes(self, draft: Draft) -> list[tuple[str, str, str]]:
        """Return (column, in the system, in the file); an empty cell states nothing."""
        found = []
        for column in self.columns:
            if not column.field or draft.sheet.values.get(column.label) in (None, ""):
                continue
            old = getattr(draft.stored, column.field)
            new = getattr(draft.row, column.field)
            if old != new:
                kind = self.model._meta.get_field(column.field)
                found.append((column.label, shown(old, kind), shown(new, kind)))
        return found

    def contradictions(self, draft: Draft) -> list[RowError]:
        """Return errors for differences that a file may not make."""
        labels = {c.label for c in self.columns if c.field in self.updatable}
        return [
            cell_error(
                draft.number,
                label,
                f"与系统中已有的同一{self.name}不同：系统中为“{old}”，文件中为“{new}”。"
                "请核对；需要更正的，请在系统中修改后再导入。",
            )
            for label, old, new in draft.changes
            if label not in labels
        ]

    def bisect_errors(
        self, drafts: list[Draft], service: Callable, user: Any
    ) -> list[RowError]:
        """Try rows; bisect refused ones until each bad row stands alone."""
        if not drafts:
            return []
        try:
            with transaction.atomic():
                service(drafts, user)
                check_deferred_constraints_on_trial()
        except (IntegrityError, ValidationError) as error:
            if len(drafts) > 1:
                middle = len(drafts) // 2
                return [
                    *self.bisect_errors(drafts[:middle], service, user),
                    *self.bisect_errors(drafts[middle:], service, user),
                ]
            return self.broken_constraints(drafts[0], error)
        return []

    def broken_constraints(
        self, draft: Draft, error: IntegrityError | ValidationError
    ) -> list[RowError]:
        """Return every violated constraint; the database stops at the first."""
        if isinstance(error, ValidationError):
            return self.row_errors(draft.number, error)
        if draft.stored is None:
            try:
                draft.row.validate_constraints()
            except ValidationError as invalid:
                return self.row_errors(draft.number, invalid)
        text = f"第 {draft.number} 行：{refusal(error)}"
        return [RowError(draft.number, "", text)]

    def row_errors(self, number: int, error: ValidationError) -> list[RowError]:
        labels = {c.field: c.label for c in self.columns if c.field}
        if not hasattr(error, "error_dict"):
            return [
                RowError(number, "", f"第 {number} 行：{text}")
                for text in error.messages
            ]
        return [
            cell_error(number, labels[name], f"：{text}")
            if name in labels
            else RowError(number, "", f"第 {number} 行：{text}")
            for name, texts in error.message_dict.items()
            for text in texts
        ]

    @property
    def sheet_name(self) -> str:
        return f"{self.name}导入"

    @property
    def shown_labels(self) -> list[str]:
        return list(self.summary or [column.label for column in self.columns[:6]])


def comparable(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value


def shown(value: Any, kind: Any = None) -> str:
    """Return a value as the preview shows it; ``kind`` is its field."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return say_money(value)
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    labels = dict(getattr(getattr(kind, "base_field", kind), "flatchoices", ()))
    parts = value if isinstance(value, list) else [value]
    text = "、".join(str(labels.get(part, part) or "") for part in parts)
    return text[:40] or "空"


IMPORTERS: dict[str, Importer] = {}


def register(importer: type[Importer]) -> type[Importer]:
    if importer.code in IMPORTERS:
        raise ValueError(f"importer {importer.code} stands twice")
    IMPORTERS[importer.code] = importer()
    return importer
