"""四好商会及荣誉名录."""

from activities.desks.honour import COLUMNS
from activities.models import Award
from activities.reports import Report, ReportColumn, ReportPeriod, register

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
