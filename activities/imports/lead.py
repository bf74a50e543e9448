"""Import leads of 引才网络 from a chamber's spreadsheet."""

from activities.models import KeyIndustry, Lead
from activities.models.lead import LeadKind
from chambers.imports import chamber_column, own_chambers
from redleader.records.column import Kind
from redleader.records.editing import refuse_future
from redleader.sheets.import_columns import ImportColumn, choice_column, row_column
from redleader.sheets.imports import Importer, register
from redleader.sheets.lookup import Lookup


@register
class LeadImporter(Importer):
    """All are imported as 待核, since checking is up to staff."""

    code, name, unit = "leads", "引才信息", "条"
    about = "商会提供的投资项目、高端人才、科研院所和先进技术信息，导入后待核。"
    edition = "2026-11-25"
    model = Lead
    for_secretaries = True
    columns = (
        chamber_column("提供商会"),
        choice_column(
            "类别",
            LeadKind,
            width=12,
            is_required=True,
            field="kind",
            example="投资项目",
        ),
        ImportColumn(
            "标题",
            width=30,
            is_required=True,
            field="title",
            example="演示·茶叶精深加工项目投资意向",
        ),
        ImportColumn(
            "内容",
            width=50,
            is_required=True,
            note="只供内部使用，不公开。",
            field="content",
            example="演示内容：希望先了解用地和政策。",
        ),
        ImportColumn(
            "提供日期",
            Kind.DATE,
            13,
            is_required=True,
            note="年-月-日，不能晚于今天。",
            field="submitted_on",
            example="2026-03-15",
        ),
        row_column("重点产业", "industry", width=16, note="没有合适的不填。"),
        ImportColumn(
            "联系方式",
            width=20,
            note="可不填；只供办理人员使用，不公开。",
            field="contact",
        ),
    )
    key = ("chamber_id", "title", "submitted_on")
    summary = ("提供商会", "类别", "标题", "提供日期")

    def lookups(self, user):
        return {
            "chamber": own_chambers(user),
            "industry": Lookup("重点产业", KeyIndustry.objects.filter(is_active=True)),
        }

    def complete(self, draft, lookups, user):
        draft.row.created_by = user
        draft.row.is_demo = draft.row.chamber.is_demo
        refuse_future(draft.row, submitted_on="提供日期")
