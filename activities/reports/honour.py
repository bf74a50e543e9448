"""四好商会及荣誉名录."""

from activities.models import Award
from activities.models.honour import NO_CYCLE
from activities.reports import Report, ReportColumn, ReportPeriod, register
from activities.services.honour import kind_of, township_of
from redleader.records.column import Column, Kind

COLUMNS = [
    Column("获得者", width=28, value=lambda award: str(award.recipient)),
    Column("类别", width=9, value=kind_of),
    Column("所在乡镇", width=12, value=township_of),
    Column("称号", width=30, value=lambda award: award.title),
    Column("级别", width=9, value=lambda award: award.get_level_display()),
    Column("项目", width=24, value=lambda award: award.version.scheme.name),
    Column("周期", width=16, value=lambda award: award.cycle_label or NO_CYCLE),
    Column("授予单位", width=22, value=lambda award: award.grantor),
    Column("文号", width=22, value=lambda award: award.document_number),
    Column("授予日期", Kind.DATE, 12, lambda award: award.granted_on),
    Column("有效期至", Kind.DATE, 12, lambda award: award.valid_until),
    Column("状态", width=13, value=lambda award: award.state_label),
    Column("取消日期", Kind.DATE, 12, lambda award: award.revoked_on),
    Column("来源", width=24, value=lambda award: award.source),
]

register(
    Report(
        "honours",
        "四好商会及荣誉名录",
        ReportPeriod.YEAR,
        "年末（未到的按今天）有效的称号，国家级在前。",
        [
            ReportColumn(column.label, column.kind, column.width, column.value)
            for column in COLUMNS
        ],
        lambda scope: Award.objects.titles().held(scope.last).for_roll().with_places(),
    )
)
