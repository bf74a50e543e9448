"""年检提醒: which chambers have submitted their report on the previous year."""

from activities.counting import Scope
from activities.reports import Report, ReportColumn, ReportPeriod, register
from chambers.models import AnnualInspection, Chamber
from redleader.records.column import Kind


def lines(scope: Scope) -> list[tuple[Chamber, AnnualInspection | None]]:
    """Return every chamber with its report on the year before the scope."""
    filed = AnnualInspection.objects.filter(year=scope.first.year - 1)
    found = {row.chamber_id: row for row in filed}
    chambers = Chamber.objects.active().select_related("township")
    return [(row, found.get(row.pk)) for row in chambers.order_by("sort_key")]


register(
    Report(
        "inspections",
        "年检报送情况",
        ReportPeriod.YEAR,
        "各商会上一年度年检的报送；没有报送的写“未报送”。",
        [
            ReportColumn("商会", width=28, value=lambda line: str(line[0])),
            ReportColumn(
                "乡镇", width=12, value=lambda line: str(line[0].township or "")
            ),
            ReportColumn(
                "状态", width=10, value=lambda line: "已报送" if line[1] else "未报送"
            ),
            ReportColumn(
                "报送日期", Kind.DATE, 13, lambda line: line[1] and line[1].filed_on
            ),
            ReportColumn(
                "结论",
                width=12,
                value=lambda line: line[1].get_result_display() if line[1] else "",
            ),
        ],
        lines,
        source="3月31日前报业务主管单位，5月31日前报登记管理机关。",
    )
)
