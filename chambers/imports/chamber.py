"""Chambers, and the terms of their leadership."""

import re

from django.core.exceptions import ValidationError

from chambers.imports import chamber_column
from chambers.models import Chamber, ChamberTerm, Region
from chambers.models.chamber import ChamberKind, ChamberState, Trade
from redleader.records.column import Kind
from redleader.records.search import fold
from redleader.sheets.import_columns import (
    ImportColumn,
    choice_column,
    row_column,
    whole,
)
from redleader.sheets.imports import Importer, register
from redleader.sheets.lookup import Lookup

TRADES = {fold(trade.label): trade.value for trade in Trade}
TRADES |= {fold(trade.value): trade.value for trade in Trade}


def trades(text: str, lookups) -> list[str]:
    """Convert sections of the classification, given by letter or by name."""
    found = []
    # The names of some sections contain the usual separator.
    for part in re.split(r"[;；,，/\s]+", text):
        if part and fold(part) not in TRADES:
            raise ValidationError(f"：没有行业门类“{part[:20]}”，可以只填字母。")
        if part:
            found.append(TRADES[fold(part)])
    return sorted(set(found))


@register
class ChamberImporter(Importer):
    code, name, unit = "chambers", "商会", "个"
    about = "商会名录。已有的商会按名称对应，可以补充简称、乡镇、行业、代码和日期。"
    edition = "2026-11-25"
    model = Chamber
    columns = (
        ImportColumn(
            "商会名称",
            width=28,
            is_required=True,
            note="登记证书上的全称。",
            field="name",
            example="演示·云溪商会",
        ),
        ImportColumn("简称", width=14, field="short_name"),
        choice_column(
            "类型",
            ChamberKind,
            width=18,
            is_required=True,
            field="kind",
            example="乡镇商会",
        ),
        row_column(
            "所在乡镇",
            "township",
            width=14,
            note="乡镇商会必填，全县性的不填。",
            example="临江镇",
        ),
        ImportColumn(
            "涉及行业",
            width=20,
            note="国民经济行业分类的门类字母，几个之间用分号隔开。",
            field="trades",
            take=trades,
            example="A；C",
        ),
        ImportColumn(
            "统一社会信用代码",
            width=24,
            note="18 位，末位是校验码；不知道的不填。",
            field="credit_code",
        ),
        choice_column(
            "状态",
            ChamberState,
            width=10,
            note="不填即“正常”。",
            field="state",
            example="正常",
        ),
        ImportColumn(
            "成立日期", Kind.DATE, 13, field="founded_on", example="2016-05-01"
        ),
        ImportColumn(
            "停用日期", Kind.DATE, 13, note="已停用的才填。", field="closed_on"
        ),
    )
    key = ("name",)
    updatable = frozenset(
        {"short_name", "township", "trades", "credit_code", "founded_on"}
    )
    summary = ("商会名称", "类型", "所在乡镇", "状态", "成立日期")

    def lookups(self, user):
        return {"township": Lookup("乡镇", Region.objects.townships())}

    def offered(self):
        return {"涉及行业": "\n".join(f"{t.value} {t.label}" for t in Trade)}

    def complete(self, draft, lookups, user):
        draft.row.is_demo = draft.row.name.startswith("演示")


@register
class ChamberTermImporter(Importer):
    code, name, unit = "terms", "商会届次", "届"
    about = "各届的起始、应换届和实际换届日期；换届提醒以此为准。"
    edition = "2026-11-25"
    model = ChamberTerm
    columns = (
        chamber_column("商会", width=28, note=""),
        ImportColumn(
            "届次",
            width=8,
            is_required=True,
            note="第几届，只填数字。",
            field="number",
            take=whole("届次", 99),
            example="2",
        ),
        ImportColumn(
            "起始日期",
            Kind.DATE,
            13,
            is_required=True,
            field="started_on",
            example="2022-05-01",
        ),
        ImportColumn(
            "应换届日期",
            Kind.DATE,
            13,
            is_required=True,
            field="due_on",
            example="2027-04-30",
        ),
        ImportColumn(
            "实际换届日期", Kind.DATE, 13, note="本届不填。", field="ended_on"
        ),
    )
    key = ("chamber_id", "number")
    updatable = frozenset({"due_on", "ended_on"})

    def lookups(self, user):
        return {"chamber": Lookup("商会", Chamber.objects.all())}
