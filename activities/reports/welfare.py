"""公益慈善年度表."""

from activities.reports import ReportPeriod, chamber_report, register

register(
    chamber_report(
        "welfare",
        "公益慈善年度表",
        ReportPeriod.YEAR,
        "各商会的捐赠、基金和公益活动；按商会名称排列，不是名次。",
        [
            (
                "捐赠",
                [
                    "donations-received",
                    "donations-education",
                    "donations-pandemic",
                    "fund-receipts",
                ],
            ),
            (
                "公益活动",
                [
                    "charity-activities",
                    "visit-person-times",
                    "visit-value",
                    "students-aided",
                    "grassroots-mediation",
                ],
            ),
        ],
    )
)
