"""Party organisations and the chambers that each covers."""

import re
from copy import copy

from chambers.models import Branch, BranchCoverage, Chamber
from chambers.models.branch import BranchKind
from redleader.records.column import Kind
from redleader.sheets.import_columns import ImportColumn, choice_column, row_column
from redleader.sheets.imports import Importer, register
from redleader.sheets.lookup import Lookup

COVERAGE = "覆盖商会"


def covered(text: str, lookups) -> list[Chamber]:
    """Convert the names of chambers into chambers."""
    names = [name for name in re.split(r"[、;；,，]+", text) if name.strip()]
    return [lookups["chamber"].get(name.strip()) for name in names]


def listed(chambers) -> str:
    return "、".join(sorted(str(chamber) for chamber in chambers))


@register
class BranchImporter(Importer):
    code, name, unit = "branches", "党组织", "个"
    about = "商会党组织和覆盖的商会；商会须已在系统中。"
    edition = "2026-11-25"
    model = Branch
    columns = (
        ImportColumn(
            "党组织名称",
            width=32,
            is_required=True,
            field="name",
            example="演示·云溪商会党支部",
        ),
        choice_column(
            "形式",
            BranchKind,
            width=14,
            is_required=True,
            field="kind",
            example="党支部",
        ),
        ImportColumn(
            COVERAGE,
            width=40,
            is_required=True,
            note="几个商会之间用顿号隔开。",
            take=covered,
            example="演示·云溪商会",
        ),
        row_column(
            "上级党组织", "branch", width=28, note="须已在系统中。", field="parent"
        ),
        ImportColumn(
            "成立日期", Kind.DATE, 13, field="founded_on", example="2018-07-01"
        ),
        ImportColumn(
            "撤销日期", Kind.DATE, 13, note="没有撤销的不填。", field="dissolved_on"
        ),
    )
    key = ("name",)
    updatable = frozenset({"parent", "founded_on", "dissolved_on"})
    summary = ("党组织名称", "形式", COVERAGE, "成立日期")

    def lookups(self, user):
        return {
            "chamber": Lookup("商会", Chamber.objects.all()),
            "branch": Lookup("党组织", Branch.objects.all()),
        }

    def complete(self, draft, lookups, user):
        draft.row.is_demo = any(chamber.is_demo for chamber in draft.extra[COVERAGE])

    def match(self, drafts, lookups):
        super().match(drafts, lookups)
        stored = [draft.stored for draft in drafts if draft.stored is not None]
        chambers: dict[int, list[Chamber]] = {branch.pk: [] for branch in stored}
        rows = BranchCoverage.objects.filter(branch__in=stored)
        for row in rows.select_related("chamber"):
            chambers[row.branch_id].append(row.chamber)
        for draft in drafts:
            if draft.stored is None:
                continue
            old, new = chambers[draft.stored.pk], draft.extra[COVERAGE]
            if listed(old) != listed(new):
                draft.changes.append((COVERAGE, listed(old), listed(new)))

    def create(self, drafts, user):
        branches = Branch.objects.bulk_create([copy(draft.row) for draft in drafts])
        BranchCoverage.objects.bulk_create(
            BranchCoverage(branch=branch, chamber=chamber)
            for branch, draft in zip(branches, drafts, strict=True)
            for chamber in draft.extra[COVERAGE]
        )
