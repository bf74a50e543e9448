"""引才信息年度表."""

from activities.reports import ReportPeriod, chamber_report, register

register(
    chamber_report(
        "leads",
        "引才信息年度表",
        ReportPeriod.YEAR,
        "各商会提供、核实有效和落地的引才信息；按商会名称排列，不是名次。",
        [("引才信息", ["leads-submitted", "valid-leads", "leads-landed"])],
    )
)
