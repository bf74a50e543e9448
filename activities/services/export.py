"""The columns of what leaves as Excel."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from activities.models import (
    Application,
    Award,
    ContactDuty,
    Demand,
    ExportLog,
    Lead,
    MediationCase,
    Pairing,
    Project,
)
from activities.models.liaison.demand import DemandState
from activities.models.mediation.party import Side
from activities.models.pairing import AMOUNTS
from activities.models.project import DATES
from activities.models.scheme import RecipientKind
from chambers.models import Branch, User
from redleader.people.addresses import client_address
from redleader.records.column import Column, Kind
from redleader.records.filters import TypedWord
from redleader.records.money import WAN
from redleader.sheets.workbook import CONTENT_TYPE, Book, count_line

NO_CYCLE = "年度未载明"
MAX_ROWS = 100_000  # of one file; a county has a few hundred, a province some more
CHUNK = 200  # rows in memory at once


@dataclass(frozen=True)
class Export:
    """A file on its way out; only ``activities.views.export`` makes an answer of it.

    So no address sends rows without the right, the limit and the record.
    ``words`` say what it was narrowed by.
    """

    what: str
    rows: int
    content: bytes
    file_name: str
    content_type: str = CONTENT_TYPE
    words: Sequence[str] = ()


def book_export(
    content: bytes, what: str, file_name: str, rows: int, words: Sequence[str] = ()
) -> Export:
    return Export(what, rows, content, f"{file_name}.xlsx", words=words)


def record_export(request: HttpRequest, user: User, export: Export) -> None:
    """Write down who took what out; a word that was typed is not kept."""
    words = [
        "（查找）" if isinstance(word, TypedWord) else word for word in export.words
    ]
    ExportLog.objects.create(
        by=user,
        address=client_address(request)[:45],
        path=request.path[:200],
        what=export.what[:100],
        narrowed="、".join(words)[:300],
        rows=export.rows,
    )


def table_answer(
    name: str,
    columns: Sequence[Column],
    rows: QuerySet | Sequence[Any],
    *,
    words: Sequence[str] = (),
) -> Export:
    """Return a list as a workbook; ``words`` say what it was narrowed by."""
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    shown = rows[:MAX_ROWS]
    day = timezone.localdate()
    narrowed = f"；筛选：{'、'.join(words)}" if words else ""
    book = Book()
    book.add_table(
        name,
        columns,
        shown.iterator(CHUNK) if isinstance(shown, QuerySet) else shown,
        title=f"{settings.PORTAL['county']}{name}",
        lines=[
            settings.PORTAL["owner"],
            count_line(total, MAX_ROWS, day) + narrowed,
        ],
    )
    return book_export(
        book.packed(), name, f"{name} {day}", min(total, MAX_ROWS), words
    )


def kind_of(award: Award) -> str:
    if award.branch_id:
        return RecipientKind.BRANCH.label
    return RecipientKind.SITE.label if award.site_id else RecipientKind.CHAMBER.label


def township_of(award: Award) -> str:
    """Return where the recipient is; a Party organisation may cover several places."""
    if award.branch:
        return townships_of(award.branch)
    owner = award.chamber or award.site
    return owner.township.name if owner and owner.township else ""


def townships_of(branch: Branch) -> str:
    places = [chamber.township for chamber in branch.chambers.all()]
    return "、".join(dict.fromkeys(place.name for place in places if place))


ROLL_COLUMNS = [
    Column("获得者", width=28, value=lambda award: str(award.recipient)),
    Column("类别", width=9, value=kind_of),
    Column("所在乡镇", width=12, value=township_of),
    Column("称号", width=30, value=lambda award: award.title),
    Column("级别", width=9, value=lambda award: award.get_level_display()),
    Column("项目", width=24, value=lambda award: award.version.scheme.name),
    Column("周期", width=16, value=lambda award: award.cycle_label or NO_CYCLE),
    Column("授予单位", width=22, value=lambda award: award.grantor),
    Column("文号", width=22, value=lambda award: award.document_number),
    Column("授予日期", Kind.DATE, 12, lambda award: award.granted_on),
    Column("有效期至", Kind.DATE, 12, lambda award: award.valid_until),
    Column("状态", width=13, value=lambda award: award.state_label),
    Column("取消日期", Kind.DATE, 12, lambda award: award.revoked_on),
    Column("来源", width=24, value=lambda award: award.source),
]


def application_township(application: Application) -> str:
    place = application.chamber.township
    return place.name if place else ""


APPLICATION_COLUMNS = [
    Column("编号", Kind.INTEGER, 8, lambda row: row.pk),
    Column("申报商会", width=26, value=lambda row: str(row.chamber)),
    Column("申报对象", width=26, value=lambda row: str(row.recipient)),
    Column("所在乡镇", width=12, value=application_township),
    Column("称号", width=28, value=lambda row: row.level.title),
    Column("级别", width=9, value=lambda row: row.level.get_level_display()),
    Column("项目版本", width=26, value=lambda row: str(row.level.version)),
    Column("周期", width=16, value=lambda row: row.level.cycle_label or NO_CYCLE),
    Column("状态", width=18, value=lambda row: row.get_state_display()),
    Column("申报时间", Kind.DATETIME, 18, lambda row: row.submitted_at),
    Column("公示起", Kind.DATE, 12, lambda row: row.publicity_from),
    Column("公示止", Kind.DATE, 12, lambda row: row.publicity_until),
    Column("认定日期", Kind.DATE, 12, lambda row: row.decided_on),
    Column("文号", width=22, value=lambda row: row.last_document or ""),
    Column("退回原因", width=30, value=lambda row: row.return_reason),
]


def last_of(lead: Lead, name: str) -> str:
    """Return the newest text of a kind in the prefetched steps."""
    texts = [getattr(step, name) for step in lead.steps.all() if getattr(step, name)]
    return texts[-1] if texts else ""


LEAD_COLUMNS = [
    Column("编号", Kind.INTEGER, 8, lambda row: row.pk),
    Column("提供商会", width=26, value=lambda row: str(row.chamber)),
    Column("类别", width=10, value=lambda row: row.get_kind_display()),
    Column("标题", width=36, value=lambda row: row.title),
    Column("重点产业", width=16, value=lambda row: str(row.industry or "")),
    Column("提供日期", Kind.DATE, 12, lambda row: row.submitted_on),
    Column("状态", width=9, value=lambda row: row.get_state_display()),
    Column("接收单位", width=24, value=lambda row: last_of(row, "unit")),
    Column("原因或说明", width=36, value=lambda row: last_of(row, "reason")),
    Column("内容", width=50, value=lambda row: row.content),
]


def wan_of(name: str, pairing: Pairing):
    """Return an amount of all projects of a pairing in 万元."""
    return sum(getattr(row, name) for row in pairing.projects.all()) / WAN


PAIRING_COLUMNS = [
    Column("村", width=20, value=lambda row: row.village.name),
    Column(
        "所在乡镇",
        width=12,
        value=lambda row: row.village.parent.name if row.village.parent else "",
    ),
    Column("企业", width=30, value=lambda row: row.enterprise.name),
    Column("所属行动", width=24, value=lambda row: row.programme.name),
    Column("牵头商会", width=24, value=lambda row: str(row.chamber)),
    Column("状态", width=10, value=lambda row: row.get_state_display()),
    Column("开始日期", Kind.DATE, 12, lambda row: row.started_on),
    Column("结束日期", Kind.DATE, 12, lambda row: row.ended_on),
    Column("项目数", Kind.INTEGER, 9, lambda row: len(row.projects.all())),
    *(
        Column(f"{label}（万元）", Kind.DECIMAL, 16, partial(wan_of, name))
        for name, label in AMOUNTS.items()
    ),
    Column(
        "就业岗位",
        Kind.INTEGER,
        10,
        lambda row: sum(p.jobs for p in row.projects.all()),
    ),
]


def side_of(side: str, case: MediationCase) -> str:
    """Return the names of one side's parties; how to reach them never leaves."""
    return "、".join(row.name for row in case.parties.all() if row.side == side)


MEDIATION_COLUMNS = [
    Column("卷号", width=20, value=lambda row: row.docket),
    Column("调解委员会", width=28, value=lambda row: row.committee.name),
    Column("案件来源", width=12, value=lambda row: row.get_source_display()),
    Column("纠纷类别", width=12, value=lambda row: row.kind.name),
    *(
        Column(side.label, width=28, value=partial(side_of, side.value))
        for side in Side
    ),
    Column(
        "涉及金额（万元）",
        Kind.DECIMAL,
        16,
        lambda row: None if row.amount is None else row.amount / WAN,
    ),
    Column("登记日期", Kind.DATE, 12, lambda row: row.registered_on),
    Column("受理日期", Kind.DATE, 12, lambda row: row.accepted_on),
    Column("状态", width=12, value=lambda row: row.get_state_display()),
    Column(
        "调解员",
        width=20,
        value=lambda row: "、".join(person.name for person in row.mediators.all()),
    ),
    Column("协议形式", width=10, value=lambda row: row.get_agreement_kind_display()),
    Column("协议生效日期", Kind.DATE, 14, lambda row: row.effective_on),
    Column("约定履行期限", Kind.DATE, 14, lambda row: row.due_on),
    Column("司法确认", width=10, value=lambda row: row.get_confirmation_display()),
]


def wan(name: str):
    """Return how to read an amount of a row in 万元."""
    return lambda row: getattr(row, name) / WAN


def yes_no(value: bool) -> str:
    return "是" if value else "否"


DONATION_COLUMNS = [
    Column("编号", Kind.INTEGER, 8, lambda row: row.pk),
    Column("经由商会", width=26, value=lambda row: str(row.chamber)),
    Column("捐赠者类别", width=12, value=lambda row: row.get_donor_kind_display()),
    Column("捐赠者", width=28, value=lambda row: row.donor),
    Column("用途", width=12, value=lambda row: row.get_purpose_display()),
    Column("形式", width=8, value=lambda row: row.get_form_display()),
    Column("金额或折价（万元）", Kind.DECIMAL, 18, wan("value")),
    Column("认捐日期", Kind.DATE, 12, lambda row: row.pledged_on),
    Column("到账日期", Kind.DATE, 12, lambda row: row.received_on),
    Column("捐给基金", width=24, value=lambda row: str(row.fund or "")),
    Column("受赠单位", width=24, value=lambda row: row.recipient),
    Column("受益人数", Kind.INTEGER, 10, lambda row: row.beneficiaries),
    Column(
        "同意公开", width=10, value=lambda row: "是" if row.publish_consent else "否"
    ),
]

CHARITY_COLUMNS = [
    Column("编号", Kind.INTEGER, 8, lambda row: row.pk),
    Column("商会", width=26, value=lambda row: str(row.chamber)),
    Column("类别", width=14, value=lambda row: row.get_kind_display()),
    Column("名称", width=36, value=lambda row: row.title),
    Column("日期", Kind.DATE, 12, lambda row: row.held_on),
    Column("人数", Kind.INTEGER, 9, lambda row: row.people),
    Column("人次", Kind.INTEGER, 9, lambda row: row.person_times),
    Column("慰问金和物品折价（万元）", Kind.DECIMAL, 22, wan("value")),
    Column("说明", width=40, value=lambda row: row.note),
]

FUND_COLUMNS = [
    Column("基金", width=30, value=lambda row: row.name),
    Column("管理商会", width=26, value=lambda row: str(row.chamber)),
    Column("设立日期", Kind.DATE, 12, lambda row: row.founded_on),
    Column("用途", width=40, value=lambda row: row.purpose),
    Column("收入（万元）", Kind.DECIMAL, 16, wan("receipts")),
    Column("支出（万元）", Kind.DECIMAL, 16, wan("payments")),
    Column("余额（万元）", Kind.DECIMAL, 16, wan("balance")),
]

FUND_ENTRY_COLUMNS = [
    Column("日期", Kind.DATE, 12, lambda row: row.happened_on),
    Column("收支", width=8, value=lambda row: row.get_direction_display()),
    Column("金额（万元）", Kind.DECIMAL, 16, wan("amount")),
    Column("摘要或用途", width=40, value=lambda row: row.purpose),
    Column("当日余额（万元）", Kind.DECIMAL, 18, wan("balance")),
]


def board_columns(duties: Sequence[ContactDuty]) -> list[Column]:
    """Return the columns of a year of 定点联系: two numbers for each duty."""
    columns = [
        Column("领导职务", width=28, value=lambda row: row.assignment.post),
        Column("党组织", width=28, value=lambda row: str(row.assignment.branch)),
        Column("开始日期", Kind.DATE, 12, lambda row: row.assignment.started_on),
        Column("结束日期", Kind.DATE, 12, lambda row: row.assignment.ended_on),
    ]
    for place, duty in enumerate(duties):
        columns += [
            Column(
                f"{duty.name}（已办）",
                Kind.INTEGER,
                16,
                partial(duty_number, place, "done"),
            ),
            Column(
                f"{duty.name}（应办）",
                Kind.INTEGER,
                16,
                partial(duty_number, place, "asked"),
            ),
        ]
    return [
        *columns,
        Column("联系活动合计", Kind.INTEGER, 13, lambda row: row.activities),
    ]


def duty_number(place: int, name: str, row: Any) -> int:
    return getattr(row.duties[place], name)


CONTACT_COLUMNS = [
    Column("日期", Kind.DATE, 12, lambda row: row.held_on),
    Column("领导职务", width=28, value=lambda row: row.assignment.post),
    Column("党组织", width=28, value=lambda row: str(row.assignment.branch)),
    Column("方式", width=10, value=lambda row: row.get_kind_display()),
    Column("内容", width=50, value=lambda row: row.summary),
]


def texts_of(state: str, demand: Demand) -> str:
    """Return what was written at the last step to a state, from prefetched steps."""
    texts = [step.reason for step in demand.steps.all() if step.state == state]
    return texts[-1] if texts else ""


DEMAND_COLUMNS = [
    Column("编号", Kind.INTEGER, 8, lambda row: row.pk),
    Column("提出商会", width=26, value=lambda row: str(row.chamber)),
    Column("诉求", width=36, value=lambda row: row.title),
    Column("收集日期", Kind.DATE, 12, lambda row: row.collected_on),
    Column("状态", width=9, value=lambda row: row.get_state_display()),
    Column("承办单位", width=24, value=lambda row: row.unit),
    Column("办理期限", Kind.DATE, 12, lambda row: row.due_on),
    Column("超期", width=7, value=lambda row: "是" if row.is_overdue else ""),
    Column("答复", width=36, value=partial(texts_of, DemandState.ANSWERED)),
    Column("退回原因", width=30, value=partial(texts_of, DemandState.RETURNED)),
    Column("办结日期", Kind.DATE, 12, lambda row: row.closed_on),
    Column("满意度", width=10, value=lambda row: row.get_satisfaction_display()),
    Column("定点联系", width=36, value=lambda row: str(row.assignment or "")),
    Column("具体内容", width=50, value=lambda row: row.content),
]


def in_wan(amount):
    """Return an amount in 万元; an unknown one stays empty."""
    return None if amount is None else amount / WAN


def day_of(state: str, project: Project):
    """Return when a project came to a state, from the prefetched steps."""
    days = [step.happened_on for step in project.steps.all() if step.state == state]
    return days[0] if days else None


PROJECT_COLUMNS = [
    Column("项目名称", width=30, value=lambda row: row.name),
    Column("类别", width=18, value=lambda row: row.kind),
    Column("投资方", width=28, value=lambda row: row.investor),
    Column("来源地", width=12, value=lambda row: row.origin_city),
    Column("引进商会", width=24, value=lambda row: str(row.chamber)),
    Column("落地乡镇", width=12, value=lambda row: str(row.township or "")),
    Column("重点产业", width=16, value=lambda row: str(row.industry or "")),
    Column("推介会", width=24, value=lambda row: str(row.promotion or "")),
    Column("状态", width=8, value=lambda row: row.get_state_display()),
    Column("计划总投资（万元）", Kind.DECIMAL, 18, lambda row: in_wan(row.planned)),
    Column("签约金额（万元）", Kind.DECIMAL, 16, lambda row: in_wan(row.contracted)),
    Column("到位资金（万元）", Kind.DECIMAL, 16, lambda row: in_wan(row.paid_in)),
    Column("新增就业", Kind.INTEGER, 10, lambda row: row.jobs),
    *(
        Column(label, Kind.DATE, 12, partial(day_of, state))
        for state, label in DATES.items()
    ),
]
PROMOTION_COLUMNS = [
    Column("名称", width=36, value=lambda row: row.name),
    Column("举办日期", Kind.DATE, 12, lambda row: row.held_on),
    Column("举办城市", width=16, value=lambda row: row.place),
    Column("主办", width=26, value=lambda row: row.host),
    Column("来宾人数", Kind.INTEGER, 10, lambda row: row.guests),
    Column("带来的项目", Kind.INTEGER, 12, lambda row: row.brought),
]
