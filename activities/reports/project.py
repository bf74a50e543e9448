"""乡贤回归项目进展."""

from activities.reports import ReportPeriod, chamber_report, register

register(
    chamber_report(
        "projects",
        "乡贤回归项目进展",
        ReportPeriod.QUARTER,
        "各商会引进的回乡投资和乡村振兴项目；计划、签约和到位三种金额分开统计。",
        [
            ("项目", ["return-projects", "rural-projects"]),
            ("金额", ["projects-planned", "projects-contracted", "projects-paid-in"]),
            ("成效", ["projects-jobs", "promotion-events"]),
        ],
    )
)
