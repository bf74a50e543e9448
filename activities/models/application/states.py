"""The states of an application, and the steps between them."""

from django.db import models

from activities.models.scheme import HonourLevel
from redleader.records.constraints import sql_list


class ApplicationState(models.TextChoices):
    """domain.md 1.5; the steps above the county are recorded by staff."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已申报，待县审核"
    RETURNED = "returned", "退回"
    COUNTY = "county", "县审核通过"
    CITY = "city", "市审核通过"
    PROVINCE = "province", "省审核通过"
    NATION = "nation", "国家评审通过"
    PUBLICITY = "publicity", "公示"
    RECOGNISED = "recognised", "认定"
    FAILED = "failed", "未通过"


# The only legal steps; the database refuses every other one.
TRANSITIONS = {
    ApplicationState.DRAFT: [ApplicationState.SUBMITTED],
    ApplicationState.SUBMITTED: [
        ApplicationState.DRAFT,
        ApplicationState.RETURNED,
        ApplicationState.COUNTY,
        ApplicationState.FAILED,
    ],
    ApplicationState.RETURNED: [ApplicationState.SUBMITTED],
    ApplicationState.COUNTY: [
        ApplicationState.CITY,
        ApplicationState.PUBLICITY,
        ApplicationState.FAILED,
    ],
    ApplicationState.CITY: [
        ApplicationState.PROVINCE,
        ApplicationState.PUBLICITY,
        ApplicationState.FAILED,
    ],
    ApplicationState.PROVINCE: [
        ApplicationState.NATION,
        ApplicationState.PUBLICITY,
        ApplicationState.FAILED,
    ],
    ApplicationState.NATION: [ApplicationState.PUBLICITY, ApplicationState.FAILED],
    ApplicationState.PUBLICITY: [
        ApplicationState.RECOGNISED,
        ApplicationState.FAILED,
    ],
    ApplicationState.RECOGNISED: [],
    ApplicationState.FAILED: [],
}
# The state in which the level that grants the title has passed it.
PASSED = {
    HonourLevel.COUNTY: ApplicationState.COUNTY,
    HonourLevel.CITY: ApplicationState.CITY,
    HonourLevel.PROVINCIAL: ApplicationState.PROVINCE,
    HonourLevel.NATIONAL: ApplicationState.NATION,
}
LADDER = list(PASSED.values())
EDITABLE_STATES = [ApplicationState.DRAFT, ApplicationState.RETURNED]
# Steps that rest on a paper of an authority.
DOCUMENTED = [*LADDER[1:], ApplicationState.PUBLICITY, ApplicationState.RECOGNISED]
REVIEW_STATES = [
    *LADDER,
    ApplicationState.RETURNED,
    ApplicationState.PUBLICITY,
    ApplicationState.RECOGNISED,
    ApplicationState.FAILED,
]
CLOSED_ERROR = "该申报已提交审核，不能修改；如需更正请先“撤回”。"


GRANTING = """(
                    SELECT l.level FROM activities_schemelevel l
                    WHERE l.id = NEW.level_id)"""


def fits_the_level(old: ApplicationState, new: ApplicationState) -> str:
    """Ask that a step is not above the level of the title, nor 公示 before it."""
    levels: list[HonourLevel] = []
    if new in LADDER[1:]:
        levels = list(PASSED)[LADDER.index(new) :]
    elif new == ApplicationState.PUBLICITY:
        levels = [level for level, passed in PASSED.items() if passed == old]
    return f" AND {GRANTING} IN ({sql_list(levels)})" if levels else ""
