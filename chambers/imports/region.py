"""Villages, by their codes of twelve digits."""

from django.core.exceptions import ValidationError

from chambers.models import Region
from chambers.models.region import CODE_LENGTHS, Level
from redleader.sheets.import_columns import ImportColumn
from redleader.sheets.imports import Importer, register
from redleader.sheets.lookup import Lookup

TOWNSHIP_LENGTH = CODE_LENGTHS[Level.TOWNSHIP]


@register
class VillageImporter(Importer):
    code, name, unit = "villages", "村（社区）", "个"
    about = "村和社区的区划代码和名称；乡镇须已在系统中。"
    edition = "2026-11-25"
    model = Region
    columns = (
        ImportColumn(
            "区划代码",
            width=18,
            is_required=True,
            note="统计用区划代码，12 位数字。",
            field="code",
            example="350823109200",
        ),
        ImportColumn(
            "名称", width=24, is_required=True, field="name", example="演示·云溪村"
        ),
    )
    key = ("code",)
    updatable = frozenset({"name"})

    def lookups(self, user):
        townships = Region.objects.townships()
        return {"township": Lookup("乡镇", townships, name=lambda row: row.code)}

    def complete(self, draft, lookups, user):
        code = draft.row.code[:TOWNSHIP_LENGTH]
        found = lookups["township"].found.get(code)
        if not found:
            raise ValidationError(
                {"code": f"前 {TOWNSHIP_LENGTH} 位 {code} 不是已登记的乡镇，请核对。"}
            )
        draft.row.level, draft.row.parent = Level.VILLAGE, found[0]
