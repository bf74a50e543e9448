"""Import pairings of villages and enterprises from a spreadsheet."""

from copy import copy

from activities.models import Pairing, PairingProgramme, PairingStep
from activities.models.pairing import TRANSITIONS, PairingState
from activities.services.pairing import village_label
from chambers.imports import chamber_column, own_chambers
from chambers.models import Enterprise, Region
from chambers.models.region import Level
from redleader.records.column import Kind
from redleader.records.steps import Walk, path_to, walk_all
from redleader.sheets.import_columns import (
    ImportColumn,
    choice_column,
    row_column,
    yes_no,
)
from redleader.sheets.imports import Importer, register
from redleader.sheets.lookup import Lookup


@register
class PairingImporter(Importer):
    code, name = "pairings", "村企结对"
    about = "哪个村和哪家企业结对，由哪个商会牵头、属于哪项行动。"
    edition = "2026-11-25"
    model = Pairing
    for_secretaries = True
    columns = (
        row_column(
            "村",
            "village",
            width=24,
            is_required=True,
            note="乡镇和村名，中间空一格。",
            example="临江镇 演示·云溪村",
        ),
        row_column(
            "企业",
            "enterprise",
            width=28,
            is_required=True,
            note="名录中的企业全称。",
            example="演示·云溪食品有限公司",
        ),
        row_column("行动", "programme", width=22, is_required=True, example="村企共建"),
        chamber_column("牵头商会", note=""),
        ImportColumn(
            "开始日期",
            Kind.DATE,
            13,
            is_required=True,
            field="started_on",
            example="2023-03-01",
        ),
        ImportColumn(
            "结束日期", Kind.DATE, 13, note="没有约定的不填。", field="ended_on"
        ),
        ImportColumn("共建内容", width=40, field="areas", example="产业帮扶、修路"),
        choice_column(
            "状态",
            PairingState,
            width=10,
            is_required=True,
            without=[PairingState.TERMINATED],
            example="实施中",
        ),
        ImportColumn(
            "企业同意公开",
            width=12,
            choices=("是", "否"),
            note="不填即否：网站只计数，不显示名称。",
            field="publish_consent",
            take=yes_no,
            example="是",
        ),
    )
    key = ("village_id", "enterprise_id", "programme_id")
    updatable = frozenset({"areas", "ended_on", "publish_consent"})
    summary = ("村", "企业", "行动", "牵头商会", "开始日期", "状态")

    def lookups(self, user):
        villages = Region.objects.filter(level=Level.VILLAGE).select_related("parent")
        return {
            "village": Lookup("村", villages, name=village_label),
            "enterprise": Lookup("企业", Enterprise.objects.all()),
            "programme": Lookup("行动", PairingProgramme.objects.filter(is_open=True)),
            "chamber": own_chambers(user, active=False),
        }

    def offered(self):
        programmes = PairingProgramme.objects.filter(is_open=True)
        return {"行动": "\n".join(programme.name for programme in programmes)}

    def complete(self, draft, lookups, user):
        draft.row.created_by = user
        draft.row.is_demo = draft.row.chamber.is_demo

    def create(self, drafts, user):
        """Create them as intents and take each to its state by legal steps."""
        rows = Pairing.objects.bulk_create([copy(draft.row) for draft in drafts])
        paths = [
            path_to(TRANSITIONS, PairingState.INTENT, draft.extra["状态"])
            for draft in drafts
        ]
        walk_all(
            [
                Walk(row, [PairingStep(state=state, reason="导入") for state in path])
                for row, path in zip(rows, paths, strict=True)
            ],
            user_of=lambda row: user,
        )
