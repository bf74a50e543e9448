"""Import the mediators of a committee from its spreadsheet."""

from activities.models import MediationCommittee, Mediator
from activities.models.mediation.committee import MediatorKind, MediatorSource
from redleader.records.column import Kind
from redleader.records.editing import refuse_future
from redleader.sheets.import_columns import ImportColumn, choice_column, row_column
from redleader.sheets.imports import Importer, register
from redleader.sheets.lookup import Lookup


@register
class MediatorImporter(Importer):
    """Accounts are not in the file; the administrator links them in the back office."""

    code, name, unit = "mediators", "调解员", "名"
    about = "商会调解委员会聘任的专职、兼职调解员；案件不能导入。"
    edition = "2026-11-25"
    model = Mediator
    columns = (
        ImportColumn(
            "姓名",
            width=14,
            is_required=True,
            note="不要填写身份证号码。",
            field="name",
            example="演示调解员",
        ),
        row_column(
            "调解委员会",
            "committee",
            width=30,
            is_required=True,
            note="全称，须先在后台登记。",
            example="演示·云溪商会调解委员会",
        ),
        choice_column(
            "专兼职",
            MediatorKind,
            width=10,
            is_required=True,
            field="kind",
            example="兼职",
        ),
        choice_column(
            "来源",
            MediatorSource,
            width=14,
            is_required=True,
            field="source",
            example="律师",
        ),
        ImportColumn(
            "聘任日期",
            Kind.DATE,
            13,
            is_required=True,
            note="年-月-日，不能晚于今天。",
            field="engaged_on",
            example="2025-03-01",
        ),
        ImportColumn("解聘日期", Kind.DATE, 13, note="在聘的不填。", field="ended_on"),
    )
    key = ("committee_id", "name", "engaged_on")
    updatable = frozenset({"kind", "source", "ended_on"})

    def lookups(self, user):
        committees = MediationCommittee.objects.filter(ended_on__isnull=True)
        return {"committee": Lookup("调解委员会", committees)}

    def complete(self, draft, lookups, user):
        draft.row.is_demo = draft.row.committee.is_demo
        refuse_future(draft.row, engaged_on="聘任日期")
