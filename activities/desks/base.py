"""What the registers of this county share: numbers by rules, workbooks, rights."""

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from activities.counting import Total, totals, until
from activities.services.export import Export, export_answer, table_answer
from chambers.access import UserRequest
from chambers.models import Chamber, Region
from chambers.rights import (
    Right,
    Rule,
    may_export,
    may_import,
    may_write,
    sees_records,
)
from redleader.records.column import in_sheet
from redleader.records.filters import Choice, Filters, row_choice
from redleader.records.parts import Part
from redleader.records.register import Register
from redleader.records.stepped import SteppedRegister


def rights(*actions: str, opens: Rule = sees_records) -> dict[str, Right]:
    """Return the usual rights: who sees, who writes and who exports the records."""
    asked = {
        "create": may_write,
        "update": may_write,
        "delete": may_write,
        "export": may_export,
    }
    return {
        action: Right(opens, asked[action]) if action in asked else Right(opens)
        for action in actions
    }


class Desk(Register):
    codes: ClassVar[Iterable[str]] = ()  # of the rules that add up the list
    sheet = ""  # what its workbook is called
    importer = ""  # what takes such rows in from Excel

    def totals(self, filters: Filters, rows: Any) -> list[Total]:
        return totals(self.codes, until(timezone.localdate()), rows)

    def links(self, request: UserRequest) -> list[tuple[str, str]]:  # type: ignore[override]
        if self.importer and may_import(request.user):
            address = reverse("workbench:import-file", args=[self.importer])
            return [("从 Excel 导入", address)]
        return []

    def export_view(self, request: UserRequest, **keys: int) -> HttpResponse:
        return export_answer(request, partial(self.export_of, request, **keys))

    def export_of(self, request: UserRequest) -> Export:
        filters, rows = self.narrowed(request)
        rows = self.in_sheet(self.shown(rows, request.user))
        columns = in_sheet(self.columns)
        return table_answer(self.sheet, columns, rows, words=filters.words())

    def in_sheet(self, rows: Any) -> Any:
        """Return rows with what only the workbook names."""
        return rows


class PartDesk(Part, Desk):
    """What belongs to a row of another register."""


class SteppedDesk(SteppedRegister, Desk):
    """A desk of rows that change state by recorded steps."""


def chamber_choice(model: Any, label: str = "商会") -> Choice:
    """Offer the chambers of a user that have some rows of a model."""

    def chambers(user: Any, rows: Any) -> Any:
        own = Chamber.objects.visible_to(user)
        return own.filter(pk__in=model.objects.values("chamber"))

    return row_choice("chamber", label, chambers)


def township_choice(path: str) -> Choice:
    """Offer the townships that rows are in; ``path`` leads to a row's township."""

    def townships(user: Any, rows: Any) -> Any:
        return Region.objects.filter(pk__in=rows.order_by().values(path))

    return row_choice("township", "乡镇", townships, path)
