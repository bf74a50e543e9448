"""Firms, by their names and credit codes."""

from chambers.models import Enterprise, Region
from redleader.sheets.import_columns import ImportColumn, row_column
from redleader.sheets.imports import Importer, register
from redleader.sheets.lookup import Lookup


@register
class EnterpriseImporter(Importer):
    code, name, unit = "enterprises", "企业", "家"
    about = "企业名录：名称、统一社会信用代码、所在乡镇。"
    edition = "2026-11-25"
    model = Enterprise
    columns = (
        ImportColumn(
            "企业名称",
            width=32,
            is_required=True,
            note="营业执照上的全称。",
            field="name",
            example="演示·云溪食品有限公司",
        ),
        ImportColumn(
            "统一社会信用代码",
            width=24,
            note="18 位，末位是校验码；不知道的不填。",
            field="credit_code",
        ),
        row_column(
            "所在乡镇", "township", width=14, note="县外企业不填。", example="临江镇"
        ),
    )
    key = ("name",)
    updatable = frozenset({"credit_code", "township"})

    def lookups(self, user):
        return {"township": Lookup("乡镇", Region.objects.townships())}

    def complete(self, draft, lookups, user):
        draft.row.is_demo = draft.row.name.startswith("演示")
