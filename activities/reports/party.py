"""商会党组织情况表."""

from activities.reports import ReportPeriod, chamber_report, register

register(
    chamber_report(
        "party",
        "商会党组织情况表",
        ReportPeriod.QUARTER,
        "各商会的党组织、党员、任职和换届，按季度最后一天的情况。",
        [
            ("党组织", ["party-organisation", "covered-chambers", "charter-clause"]),
            ("党员和任职", ["party-members", "president-secretary", "double-posts"]),
            ("换届", ["terms-due", "terms-changed", "terms-overdue"]),
        ],
        source="组织覆盖率 = 党组织覆盖的商会 ÷ 商会数。",
    )
)
