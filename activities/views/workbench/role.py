"""Who may do what: the matrix of roles, made from the rules that the pages ask."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chambers.access import UserRequest
from chambers.models import Role, User
from chambers.models.role import RIGHTS
from chambers.rights import (
    is_staff,
    may_review,
    person,
    right,
    sees_cases,
    sees_records,
    serves,
)

NONE, READS, WRITES, NAMED = "—", "只看", "可写", "按授权"
SCOPES = {
    Role.ADMINISTRATOR: "全县",
    Role.ORGANISATION: "全县",
    Role.FEDERATION: "全县",
    Role.TOWNSHIP: "本乡镇的商会",
    Role.SECRETARY: "现任职务所在的商会",
    Role.BRANCH_SECRETARY: "现任书记的党组织",
    Role.MEDIATOR: "指派的案件",
    Role.AUDITOR: "全县（调解案件除外）",
}


@dataclass(frozen=True)
class Area:
    """Some pages at work: one that shows a list, and one that writes."""

    label: str
    reading: str
    writing: str = ""

    def cell(self, user: User) -> str:
        if not serves(user, f"workbench:{self.reading}"):
            return NONE
        if self.writing and serves(user, f"workbench:{self.writing}", "POST"):
            return WRITES
        return READS


AREAS = [
    Area("待办", "desk"),
    Area("讲课记录", "lecture-list", "lecture-create"),
    Area("季度计划", "plan", "plan-create"),
    Area("三会一课汇总", "meeting-summary"),
    Area("荣誉申报", "application-list", "application-update"),
    Area("村企共建", "pairing-list", "pairing-create"),
    Area("引才信息", "lead-list", "lead-create"),
    Area("荣誉证书", "certificate-list"),
    Area("换届交接", "handover"),
    Area("从 Excel 导入", "import-list", "import-file"),
    Area("报表", "report-list"),
    Area("季度封账", "quarter-list", "quarter-detail"),
    Area("报表模板和汇报材料", "template-list", "briefing-create"),
    Area("角色权限", "role-matrix"),
    Area("样式手册", "style"),
    Area("审计", "audit-list"),
]


def admin_cell(user: User) -> str:
    if not user.is_staff:
        return NONE
    rights = set().union(*RIGHTS[Role(user.role)].values())
    if "delete" in rights:
        return "可写，可删未用的"
    return WRITES if "change" in rights else READS


def yes(test: bool) -> str:
    return "是" if test else NONE


# What is no page: (label, its word for a user of a role).
RULES: list[tuple[str, Callable[[User], str]]] = [
    ("看到的范围", lambda user: SCOPES[Role(user.role)]),
    ("审核记录和申报", lambda user: yes(may_review(user))),
    ("后台", admin_cell),
    ("管理账号", lambda user: yes(user.has_perm("chambers.change_user"))),
    ("调解案件", lambda user: NAMED if sees_cases(user) else NONE),
    ("必须用第二因素", lambda user: yes(user.is_staff)),
    ("只能在办公网络内（如已设置）", lambda user: yes(user.is_staff)),
]


def matrix() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (what, [(role, word) of each role]) row by row."""
    users = [person(role) for role in Role]
    cells: list[tuple[str, Callable[[User], str]]] = [
        *RULES,
        *((area.label, area.cell) for area in AREAS),
    ]
    return [
        (label, [(Role(user.role).label, cell(user)) for user in users])
        for label, cell in cells
    ]


@right(sees_records, is_staff)
@require_safe
def role_matrix(request: UserRequest) -> HttpResponse:
    context = {"roles": Role.labels, "rows": matrix()}
    return render(request, "workbench/role/matrix.html", context)
