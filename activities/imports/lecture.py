"""Import past lectures and meetings from chambers' spreadsheets."""

import re
from copy import copy
from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.models import Issue, Lecture, LectureStep, Series
from activities.models.lecture import (
    MAX_PEOPLE,
    LectureKind,
    LecturerRole,
    LectureState,
    Organiser,
)
from chambers.imports import chamber_column, own_chambers
from chambers.models import Branch
from redleader.records.column import Kind
from redleader.records.search import fold
from redleader.records.steps import Walk, walk_all
from redleader.sheets.import_columns import (
    ImportColumn,
    choice_column,
    row_column,
    whole,
    yes_no,
)
from redleader.sheets.imports import Importer, register
from redleader.sheets.lookup import Lookup

TIME = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)(?:[:：]00)?")
NOTE = "历史记录，{day} 从 Excel 导入。"
NO_TIME = "开讲时刻未载明。"


def clock(text: str, lookups) -> time:
    found = TIME.fullmatch(text)
    if not found:
        raise ValidationError("：时间无效，请按“时:分”填写，例如 14:30。")
    return time(int(found[1]), int(found[2]))


def people(label: str, field: str, **rest) -> ImportColumn:
    return ImportColumn(
        label, width=8, field=field, take=whole(label, MAX_PEOPLE), **rest
    )


@register
class LectureImporter(Importer):
    """They are imported as submitted, to be reviewed by somebody else."""

    code, name, unit = "lectures", "历史讲课记录", "场"
    about = (
        "系统启用以前的讲课和会议。导入后待审核，须由导入人以外的审核人员通过；"
        "备注会写明是历史记录。"
    )
    edition = "2026-11-25"
    model = Lecture
    for_secretaries = True
    columns = (
        choice_column(
            "主办",
            Organiser,
            width=12,
            is_required=True,
            field="organiser",
            example="商会",
        ),
        chamber_column("商会", is_required=False, note="县工商联主办的不填。"),
        row_column("党组织", "branch", width=26, note="党组织主办的必填。"),
        choice_column(
            "类别",
            LectureKind,
            width=16,
            is_required=True,
            field="kind",
            example="党课",
        ),
        row_column("讲堂系列", "series", width=16, note="不属于系列的不填。", field=""),
        ImportColumn(
            "期数", width=8, note="系列中的第几期，须连续。", take=whole("期数", 9999)
        ),
        ImportColumn(
            "主题", width=36, is_required=True, field="topic", example="演示主题"
        ),
        ImportColumn("日期", Kind.DATE, 13, is_required=True, example="2023-07-01"),
        ImportColumn(
            "时间",
            width=8,
            note="时:分；不知道的不填，备注会写明未载明。",
            take=clock,
            example="14:30",
        ),
        ImportColumn(
            "地点", width=24, is_required=True, field="venue", example="演示会议室"
        ),
        ImportColumn(
            "主讲人", width=14, is_required=True, field="lecturer_name", example="演示"
        ),
        choice_column(
            "主讲人身份",
            LecturerRole,
            width=18,
            is_required=True,
            field="lecturer_role",
            example="专家",
        ),
        people("应到", "expected", note="不知道的不填；须等于实到、请假、缺席之和。"),
        people("实到", "present", is_required=True, example="32"),
        people("请假", "on_leave"),
        people("缺席", "absent"),
        people("列席", "guests"),
        ImportColumn("内容摘要", width=50, note="只供内部使用。", field="content"),
        ImportColumn(
            "在网站公开",
            width=12,
            choices=("是", "否"),
            note="不填即否。",
            field="is_public",
            take=yes_no,
        ),
    )
    key = ("chamber_id",)
    same = "商会、主题、日期"
    summary = ("商会", "类别", "主题", "日期", "主讲人", "实到")

    def lookups(self, user):
        return {
            "chamber": own_chambers(user, active=False),
            "branch": Lookup(
                "党组织", Branch.objects.visible_to(user), Branch.objects.all()
            ),
            "series": Lookup("讲堂系列", Series.objects.all()),
        }

    def key_of(self, row):
        day = timezone.localtime(row.started_at).date()
        return row.chamber_id, fold(row.topic), day

    def complete(self, draft, lookups, user):
        row, extra = draft.row, draft.extra
        day, today = extra["日期"], timezone.localdate()
        if day > today:
            raise ValidationError("日期晚于今天，不是历史记录。")
        chamber = row.chamber
        if chamber is None and not user.is_staff:
            raise ValidationError({"chamber": "请填写您管理的商会。"})
        if chamber and chamber.founded_on and day < chamber.founded_on:
            founded = f"{chamber.founded_on:%Y-%m-%d}"
            raise ValidationError(f"早于商会成立日期（{founded}），请核对。")
        if (extra["讲堂系列"] is None) != (extra["期数"] is None):
            raise ValidationError("讲堂系列和期数须一起填写。")
        row.started_at = timezone.make_aware(
            datetime.combine(day, extra["时间"] or time())
        )
        notes = [NOTE.format(day=f"{today:%Y-%m-%d}")]
        if extra["时间"] is None:
            notes.append(NO_TIME)
        row.content = "\n".join(["".join(notes), row.content]).strip()
        if draft.sheet.values.get("在网站公开") in (None, ""):
            row.is_public = False
        row.created_by = user
        row.is_demo = bool(chamber and chamber.is_demo)

    def changes(self, draft):
        """A stored record is left as it is, whatever the file says."""
        return []

    def create(self, drafts, user):
        """Create drafts and submit them, each by a legal step."""
        issues = self.issues(drafts)
        rows = []
        for draft in drafts:
            row = copy(draft.row)
            row.issue = issues.get((draft.extra["讲堂系列"], draft.extra["期数"]))
            rows.append(row)
        submitted = {"submitted_by": user, "submitted_at": timezone.now()}
        walk_all(
            [
                Walk(
                    row,
                    [LectureStep(state=LectureState.SUBMITTED, reason="导入")],
                    {LectureState.SUBMITTED: submitted},
                )
                for row in Lecture.objects.bulk_create(rows)
            ],
            user_of=lambda row: user,
        )

    def issues(self, drafts) -> dict[tuple, Issue]:
        """Return the issues that lines name, opening missing ones in order."""
        wanted = {
            (draft.extra["讲堂系列"], draft.extra["期数"])
            for draft in drafts
            if draft.extra["讲堂系列"]
        }
        found = {}
        for series, number in sorted(wanted, key=lambda one: (one[0].pk, one[1])):
            found[series, number], _ = Issue.objects.get_or_create(
                series=series, number=number
            )
        return found
