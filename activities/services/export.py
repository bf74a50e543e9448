"""The columns of what leaves as Excel."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from openpyxl import Workbook

from activities.models import Application, Award, ExportLog, Lead, Pairing
from activities.models.pairing import AMOUNTS
from activities.models.scheme import RecipientKind
from chambers.models import Branch, User
from redleader.filters import Typed
from redleader.money import WAN
from redleader.sheets import (
    CONTENT_TYPE,
    Column,
    Kind,
    add_table,
    count_line,
    new_book,
    packed,
)

NO_CYCLE = "年度未载明"
MAX_ROWS = 5000  # of one file; a county has a few hundred


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
    book: Workbook, what: str, file_name: str, rows: int, words: Sequence[str] = ()
) -> Export:
    return Export(what, rows, packed(book), f"{file_name}.xlsx", words=words)


def record_export(request: HttpRequest, user: User, export: Export) -> None:
    """Write down who took what out; a word that was typed is not kept."""
    words = ["（查找）" if isinstance(word, Typed) else word for word in export.words]
    ExportLog.objects.create(
        by=user,
        address=request.META.get("REMOTE_ADDR", "")[:45],
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
    found = list(rows[: MAX_ROWS + 1])
    day = timezone.localdate()
    narrowed = f"；筛选：{'、'.join(words)}" if words else ""
    book = new_book()
    add_table(
        book,
        name,
        columns,
        found[:MAX_ROWS],
        title=f"{settings.PORTAL['county']}{name}",
        lines=[
            settings.PORTAL["owner"],
            count_line(found, MAX_ROWS, day) + narrowed,
        ],
    )
    return book_export(book, name, f"{name} {day}", len(found[:MAX_ROWS]), words)


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
