"""商会调解统计表."""

from functools import partial

from activities.models import MediationCommittee
from activities.reports import (
    Report,
    ReportColumn,
    ReportPeriod,
    register,
    rule_columns,
    rule_rows,
)

CODES = [
    "mediators",
    "mediation-accepted",
    "mediation-succeeded",
    "mediation-open",
    "mediation-amount",
]

register(
    Report(
        "mediation",
        "商会调解统计表",
        ReportPeriod.QUARTER,
        "各商会调解委员会的调解员和案件，只有数字，没有当事人。",
        [
            ReportColumn("调解委员会", width=34, value=lambda line: str(line.place)),
            *rule_columns([("调解员", CODES[:1]), ("案件", CODES[1:])]),
        ],
        partial(
            rule_rows,
            CODES,
            model=MediationCommittee,
            path=lambda rule: "committee",
        ),
        source="成功率有两种：成功 ÷ 受理，成功 ÷ 已结案；两种分母不同，不能混用。",
    )
)
