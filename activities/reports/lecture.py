"""讲堂和党课台账, and the quarterly table of 三会一课."""

from django.utils import timezone

from activities.counting import RULES, Scope
from activities.counting.lecture import held
from activities.models.lecture import LectureKind
from activities.reports import Report, ReportColumn, ReportPeriod, register
from activities.services.requirement import quarter_summary
from chambers.models import Branch
from redleader.records.column import Kind
from redleader.records.quarters import Quarter

lectures = held(kind__in=[LectureKind.PARTY_LECTURE, LectureKind.HALL])

register(
    Report(
        "lectures",
        "讲堂党课台账",
        ReportPeriod.QUARTER,
        "季度内审核通过的讲堂和党课，逐场列出。",
        [
            ReportColumn(
                "日期",
                Kind.DATE,
                12,
                lambda row: timezone.localtime(row.started_at).date(),
            ),
            ReportColumn("商会", width=24, value=lambda row: str(row.chamber or "")),
            ReportColumn("党组织", width=26, value=lambda row: str(row.branch or "")),
            ReportColumn("类别", width=12, value=lambda row: row.get_kind_display()),
            ReportColumn("期数", width=18, value=lambda row: str(row.issue or "")),
            ReportColumn("题目", width=34, value=lambda row: row.topic),
            ReportColumn(
                "主讲人身份",
                width=16,
                value=lambda row: row.get_lecturer_role_display(),
            ),
            ReportColumn(
                "到场（人次）",
                Kind.INTEGER,
                12,
                lambda row: row.present,
                total=lambda scope: RULES["attendance"].count(scope, lectures(scope)),
            ),
        ],
        lambda scope: lectures(scope).order_by("started_at", "pk"),
    )
)


def meeting_lines(scope: Scope) -> list[tuple]:
    """Return (branch, summary) of each requirement of each branch, by name."""
    quarter = Quarter.of(scope.first)
    rows = quarter_summary(Branch.objects.all(), quarter.year, quarter.number)
    return [(row.branch, summary) for row in rows for summary in row.summaries]


register(
    Report(
        "meetings",
        "三会一课季度汇总",
        ReportPeriod.QUARTER,
        "每个党支部各类会议应开、已开、免开和还缺的次数。",
        [
            ReportColumn("党组织", width=30, value=lambda line: str(line[0])),
            ReportColumn("会议", width=24, value=lambda line: line[1].label),
            ReportColumn("应开（次）", Kind.INTEGER, 10, lambda line: line[1].due),
            ReportColumn("已开（次）", Kind.INTEGER, 10, lambda line: line[1].done),
            ReportColumn("免开（次）", Kind.INTEGER, 10, lambda line: line[1].exempt),
            ReportColumn("还缺（次）", Kind.INTEGER, 10, lambda line: line[1].missing),
        ],
        meeting_lines,
        source="《中国共产党支部工作条例（试行）》；次数以系统中的会议要求为准。",
    )
)
