"""The legal steps of a case, and what each of them asks for."""

from django.db import models

from redleader.records.constraints import sql_list

CLOSED_ERROR = "该案件已有结果，内容不能修改。"
ARCHIVED_ERROR = "案件已归档，不能再改动。"


class CaseSource(models.TextChoices):
    PARTY = "party", "当事人申请"
    COMMITTEE = "committee", "调委会主动"
    COURT = "court", "法院委派"
    POLICE = "police", "公安移送"
    DEPARTMENT = "department", "部门指定"
    CHAMBER = "chamber", "商会转来"


class CaseState(models.TextChoices):
    REGISTERED = "registered", "登记"
    ACCEPTED = "accepted", "受理"
    REFUSED = "refused", "不予受理"
    MEDIATING = "mediating", "调解中"
    AGREED = "agreed", "达成协议"
    FAILED = "failed", "调解不成"
    WITHDRAWN = "withdrawn", "当事人撤回"
    FULFILLED = "fulfilled", "已履行"
    UNFULFILLED = "unfulfilled", "未履行"
    ARCHIVED = "archived", "归档"


# The only legal steps; the database refuses every other one.
TRANSITIONS = {
    CaseState.REGISTERED: [CaseState.ACCEPTED, CaseState.REFUSED],
    CaseState.ACCEPTED: [CaseState.MEDIATING, CaseState.WITHDRAWN],
    CaseState.REFUSED: [CaseState.ARCHIVED],
    CaseState.MEDIATING: [CaseState.AGREED, CaseState.FAILED, CaseState.WITHDRAWN],
    CaseState.AGREED: [CaseState.FULFILLED, CaseState.UNFULFILLED],
    CaseState.FAILED: [CaseState.ARCHIVED],
    CaseState.WITHDRAWN: [CaseState.ARCHIVED],
    CaseState.FULFILLED: [CaseState.ARCHIVED],
    CaseState.UNFULFILLED: [CaseState.ARCHIVED],
    CaseState.ARCHIVED: [],
}
EDITABLE = [CaseState.REGISTERED, CaseState.ACCEPTED, CaseState.MEDIATING]
OPEN = [CaseState.ACCEPTED, CaseState.MEDIATING]
SUCCESS = [CaseState.AGREED, CaseState.FULFILLED, CaseState.UNFULFILLED]
# Only named staff take these; the others also the mediators of the case.
REGISTRAR_STEPS = [CaseState.ACCEPTED, CaseState.REFUSED]
REASONED = [
    CaseState.REFUSED,
    CaseState.FAILED,
    CaseState.WITHDRAWN,
    CaseState.UNFULFILLED,
]
INFORMED = [CaseState.FAILED, CaseState.UNFULFILLED]  # Art. 26 and 31


class AgreementKind(models.TextChoices):
    WRITTEN = "written", "书面协议"
    ORAL = "oral", "口头协议"


class Confirmation(models.TextChoices):
    """司法确认 by the court, Art. 33."""

    NONE = "none", "未申请"
    APPLIED = "applied", "已申请"
    CONFIRMED = "confirmed", "已确认"
    REJECTED = "rejected", "不予确认"


CASE_CLOSED = f"""EXISTS (
    SELECT 1 FROM activities_mediationcase c
    WHERE c.id = {{row}}.case_id AND c.state NOT IN ({sql_list(EDITABLE)})
)"""
