"""万企兴万村台账."""

from activities.reports import ReportPeriod, chamber_report, register

register(
    chamber_report(
        "pairings",
        "万企兴万村台账",
        ReportPeriod.QUARTER,
        "各商会牵头的村企结对和共建项目；同一个村、同一家企业在合计中只计一次。",
        [
            ("结对", ["paired-villages", "paired-enterprises"]),
            ("共建项目", ["pairing-projects", "pairing-paid-in", "pairing-donations"]),
            ("成效", ["pairing-jobs", "pairing-trained", "pairing-income"]),
        ],
        source="“万企兴万村”台账的统计项目。",
    )
)
