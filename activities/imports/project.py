"""Import return and rural projects from a spreadsheet."""

from copy import copy
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.models import Project, ProjectEntry, ProjectStep
from activities.models.project import (
    COUNTED,
    ORDER_ERROR,
    PEOPLE,
    TRANSITIONS,
    UNSIGNED_ERROR,
    ProjectKind,
    ProjectState,
)
from activities.services.project import walk_of
from chambers.imports import chamber_column, own_chambers
from chambers.models import Enterprise, Region
from redleader.records.column import Kind
from redleader.records.steps import walk_all
from redleader.sheets.import_columns import (
    ImportColumn,
    choice_column,
    money,
    row_column,
    whole,
)
from redleader.sheets.imports import Importer, register
from redleader.sheets.lookup import Lookup
from redleader.sheets.plan import Draft

DAYS = {
    ProjectState.SIGNED: "签约日期",
    ProjectState.STARTED: "开工日期",
    ProjectState.OPERATING: "投产日期",
}
SUMS = ("到位资金（万元）", "就业人数")


@register
class ProjectImporter(Importer):
    """A project is imported with its steps, and one entry for what came so far."""

    code, name, unit = "projects", "项目", "个"
    about = "回乡投资和乡村振兴项目，连同签约、开工、投产的日期和到位资金、就业。"
    edition = "2026-11-25"
    model = Project
    for_secretaries = True
    columns = (
        ImportColumn(
            "项目名称",
            width=28,
            is_required=True,
            field="name",
            example="演示·茶叶加工项目",
        ),
        choice_column(
            "类别", ProjectKind, width=12, is_required=True, example="回乡投资"
        ),
        ImportColumn(
            "投资方",
            width=26,
            is_required=True,
            note="企业名称，或投资人的称呼。",
            field="investor",
            example="演示·东海茶业公司",
        ),
        ImportColumn("来源地", width=12, field="origin_city", example="东海市"),
        chamber_column("引进商会", width=24),
        row_column("落地乡镇", "township", width=12),
        ImportColumn(
            "计划总投资（万元）",
            width=18,
            note="单位万元，不要写“亿”。",
            field="planned",
            take=money(),
            example="1200",
        ),
        ImportColumn(
            "签约金额（万元）",
            width=16,
            note="单位万元；已签约的必填。",
            field="contracted",
            take=money(),
            example="1000",
        ),
        choice_column(
            "状态",
            ProjectState,
            width=10,
            is_required=True,
            without=[ProjectState.TERMINATED],
            example="投产",
        ),
        ImportColumn("签约日期", Kind.DATE, 13, example="2023-03-01"),
        ImportColumn("开工日期", Kind.DATE, 13, example="2023-06-01"),
        ImportColumn("投产日期", Kind.DATE, 13, example="2024-06-01"),
        ImportColumn(
            SUMS[0],
            width=16,
            note="单位万元，到“到位截至”这一天的累计数。",
            take=money(),
            example="800",
        ),
        ImportColumn(
            "到位截至",
            Kind.DATE,
            13,
            note="有到位资金或就业的必填。",
            example="2025-12-31",
        ),
        ImportColumn(
            SUMS[1],
            width=10,
            note="累计新增的就业人数。",
            take=whole("就业人数", PEOPLE),
            example="120",
        ),
    )
    key = ("chamber_id", "name")
    updatable = frozenset({"origin_city", "planned"})
    summary = ("项目名称", "类别", "引进商会", "状态", "签约金额（万元）", SUMS[0])

    def lookups(self, user):
        return {
            "chamber": own_chambers(user),
            "township": Lookup("乡镇", Region.objects.townships()),
            "enterprises": Enterprise.objects.in_bulk(field_name="name"),
        }

    def complete(self, draft, lookups, user):
        row = draft.row
        row.created_by = user
        row.is_demo = row.chamber.is_demo
        row.is_return = draft.extra["类别"] in (ProjectKind.RETURN, ProjectKind.BOTH)
        row.is_rural = draft.extra["类别"] in (ProjectKind.RURAL, ProjectKind.BOTH)
        row.enterprise = lookups["enterprises"].get(row.investor)
        check_days(draft)
        check_sums(draft)

    def create(self, drafts, user):
        """Create them as 线索 and take each to its state by legal steps."""
        rows = []
        for draft in drafts:
            row = copy(draft.row)
            row.contracted = None
            rows.append(row)
        walks = [
            walk_of(row, steps_of(draft), draft.row.contracted)
            for row, draft in zip(
                Project.objects.bulk_create(rows), drafts, strict=True
            )
        ]
        walk_all(walks, user_of=lambda project: user)
        ProjectEntry.objects.bulk_create(
            ProjectEntry(
                project=walk.row,
                day=draft.extra["到位截至"],
                paid_in=draft.extra[SUMS[0]] or 0,
                jobs=draft.extra[SUMS[1]] or 0,
                note="导入的累计数",
                created_by=user,
            )
            for walk, draft in zip(walks, drafts, strict=True)
            if has_sums(draft)
        )


def path_of(draft: Draft) -> list[ProjectState]:
    order = list(TRANSITIONS)
    return order[1 : order.index(draft.extra["状态"]) + 1]


def has_sums(draft: Draft) -> bool:
    return any(draft.extra[label] for label in SUMS)


def steps_of(draft: Draft) -> list[ProjectStep]:
    return [
        ProjectStep(
            state=state,
            happened_on=draft.extra[DAYS[state]] if state in DAYS else None,
            reason="导入",
        )
        for state in path_of(draft)
    ]


def check_days(draft: Draft) -> None:
    """Raise ValidationError unless there is exactly one day for each step."""
    path, last = path_of(draft), date.min
    word = draft.extra["状态"].label
    for state, label in DAYS.items():
        day = draft.extra[label]
        if state in path and day is None:
            raise ValidationError(f"状态是“{word}”，请填写{label}。")
        if state not in path and day is not None:
            raise ValidationError(f"状态是“{word}”，不应有{label}。")
        if day is None:
            continue
        if day > timezone.localdate():
            raise ValidationError(f"{label}不能晚于今天。")
        if day < last:
            raise ValidationError(f"{label}：{ORDER_ERROR}")
        last = day
    if ProjectState.SIGNED in path and draft.row.contracted is None:
        raise ValidationError(f"状态是“{word}”，请填写签约金额。")
    if ProjectState.SIGNED not in path and draft.row.contracted is not None:
        raise ValidationError(f"状态是“{word}”，不应有签约金额。")


def check_sums(draft: Draft) -> None:
    """Raise ValidationError for money or jobs without a day, or before signing."""
    if not has_sums(draft):
        return
    day, signed_on = draft.extra["到位截至"], draft.extra["签约日期"]
    if day is None:
        raise ValidationError("有到位资金或就业，请填写到位截至。")
    if day > timezone.localdate():
        raise ValidationError("到位截至不能晚于今天。")
    if draft.extra["状态"] not in COUNTED or day < signed_on:
        raise ValidationError(UNSIGNED_ERROR)
