"""Applications for titles: to be reviewed, to be finished, handed over."""

from django.urls import reverse
from django.utils import timezone

from activities.desks import (
    HANDOVER,
    PAGES,
    REVIEW,
    SITE_MAP,
    TODOS,
    leads_chamber,
)
from activities.models import Application, EvidenceFile, Objection
from activities.models.application import ApplicationState
from activities.models.honour import NO_CYCLE
from chambers.models import Chamber, User
from chambers.rights import may_review
from redleader.records.column import Column, Kind
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.todos import LIMIT, Matters, Todo, counted, matters

HONOUR = "荣誉申报"

SITE_MAP.at(130)(MenuEntry("public:publicity-list", "公示", "荣誉"))
PAGES.at(30)(PublicPage("public:publicity-list", "公示", "异议 拟认定 回执"))


@TODOS.at(20, may_review)
def to_review(user: User) -> list[Todo]:
    """Return what waits for a reviewer in the applications for titles."""
    applications = Application.objects.all()
    address = reverse("workbench:application-list")
    desk = reverse("workbench:honour-desk")
    ended = applications.filter(
        state=ApplicationState.PUBLICITY, publicity_until__lt=timezone.localdate()
    )
    return [
        *counted(
            REVIEW,
            applications.waiting(),
            "份荣誉申报等待审核",
            f"{address}?state=submitted",
        ),
        *counted(REVIEW, Objection.objects.open(), "件公示异议等待答复", desk),
        *counted(
            HONOUR, ended, "项公示已期满，等待登记结果", f"{address}?state=publicity"
        ),
    ]


@TODOS.at(160, leads_chamber)
def to_finish(user: User) -> list[Todo]:
    """Return the applications that wait for the chamber."""
    open_ones = Application.objects.visible_to(user).filter(
        state__in=[ApplicationState.DRAFT, ApplicationState.RETURNED]
    )
    found = []
    for row in open_ones.with_names()[:LIMIT]:
        detail = "草稿，尚未申报。"
        if row.state == ApplicationState.RETURNED:
            detail = f"退回原因：{row.return_reason}"
        due_on = row.level.version.apply_until
        found.append(Todo(HONOUR, str(row), detail, row.get_absolute_url(), due_on))
    return found


@HANDOVER.at(30)
def open_applications(chamber: Chamber, user: User) -> Matters:
    applications = Application.objects.visible_to(user).filter(chamber=chamber)
    ended = [ApplicationState.RECOGNISED, ApplicationState.FAILED]
    return matters(
        "没有办完的荣誉申报",
        reverse("workbench:application-list"),
        applications.exclude(state__in=ended).with_names(),
    )


@HANDOVER.at(90)
def papers(chamber: Chamber, user: User) -> Matters:
    applications = Application.objects.visible_to(user).filter(chamber=chamber)
    files = EvidenceFile.objects.filter(evidence__application__in=applications)
    files = files.select_related("evidence__application").order_by("-pk")
    return Matters(
        "材料",
        "",
        [
            (
                row.name,
                str(row.evidence.application),
                reverse("workbench:evidence-file", args=[row.pk]),
            )
            for row in files[: Matters.MOST]
        ],
        "没有上传的申报材料。",
    )


def township_of(application: Application) -> str:
    place = application.chamber.township
    return place.name if place else ""


COLUMNS = [
    Column("编号", Kind.INTEGER, 8, lambda row: row.pk),
    Column("申报商会", width=26, value=lambda row: str(row.chamber)),
    Column("申报对象", width=26, value=lambda row: str(row.recipient)),
    Column("所在乡镇", width=12, value=township_of),
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
