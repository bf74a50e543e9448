"""Lectures and meetings as records: returned, late, to be reviewed, coming."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from activities.desks import (
    FINDS,
    HANDOVER,
    MENU,
    PAGES,
    PUBLIC_FINDS,
    PUBLIC_MENU,
    REVIEW,
    SITE_MAP,
    SITEMAP,
    TODOS,
    keeps_records,
    opens,
    sees_numbers,
)
from activities.models import Deadlines, Lecture, Series
from activities.models.lecture import LectureQuerySet, LectureState
from chambers.models import Chamber, User
from chambers.rights import may_review
from redleader.records.finds import SHOWN, Findable, Hit, joined, matches
from redleader.records.menus import MenuEntry, NewestRows, PublicPage
from redleader.records.quarters import Quarter
from redleader.records.search import search
from redleader.records.todos import Matters, Todo, counted, first_rows, matters

DAYS_AHEAD = 14
RETURNED, UNRECORDED = "退回，待修改", "到期未登记"
DRAFTS, COMING = "草稿，尚未提交", "近期计划"

MENU.at(20, opens("workbench:lecture-list"))(
    MenuEntry("workbench:lecture-list", "讲课", sections=["lectures", "calendar"])
)
PUBLIC_MENU.at(40)(MenuEntry("public:lecture-list", "讲堂"))
SITE_MAP.at(210)(MenuEntry("public:lecture-list", "讲堂", "学习"))
SITE_MAP.at(220)(MenuEntry("public:lecture-calendar", "月历", "学习"))
PAGES.at(60)(PublicPage("public:lecture-list", "讲堂", "讲课 党课"))
PAGES.at(70)(
    PublicPage("public:lecture-calendar", "讲堂日历", "日程 时间", in_sitemap=False)
)
SITEMAP.at(20)(NewestRows(Lecture.objects.public, "public:lecture-detail"))


@TODOS.at(10, may_review)
def to_review(user: User) -> list[Todo]:
    address = reverse("admin:activities_lecture_changelist")
    return counted(
        REVIEW,
        Lecture.objects.visible_to(user).waiting(),
        "份记录等待审核",
        f"{address}?state__exact={LectureState.SUBMITTED}",
    )


@TODOS.at(110, sees_numbers)
def open_records(user: User) -> list[Todo]:
    """Return how many records are waiting for their authors."""
    lectures = Lecture.objects.visible_to(user)
    records = reverse("workbench:lecture-list")
    return [
        *counted(
            RETURNED,
            lectures.filter(state=LectureState.RETURNED),
            "份记录已退回，等登记人修改",
            f"{records}?state=returned",
        ),
        *counted(
            UNRECORDED,
            lectures.unrecorded(),
            "项计划时间已到，还没有登记",
            f"{records}?state=planned",
        ),
    ]


@TODOS.at(130, sees_numbers)
def number_coming(user: User) -> list[Todo]:
    return counted(
        COMING,
        coming(Lecture.objects.visible_to(user)),
        f"项计划在 {DAYS_AHEAD} 天内",
        f"{reverse('workbench:plan')}?quarter={Quarter.present().code}",
    )


@TODOS.at(150, keeps_records)
def unfinished(user: User) -> list[Todo]:
    """Return the records that were returned, are late or were never handed in."""
    lectures = Lecture.objects.visible_to(user).of_organiser()
    records = reverse("workbench:lecture-list")
    return [
        *first_rows(
            lectures.filter(state=LectureState.RETURNED),
            returned_todo,
            Todo(RETURNED, "其余退回的记录", "", f"{records}?state=returned"),
        ),
        *first_rows(
            lectures.unrecorded().order_by("started_at", "pk"),
            partial(unrecorded_todo, Deadlines.load()),
            Todo(UNRECORDED, "其余到期的计划", "", f"{records}?state=planned"),
        ),
        *first_rows(
            lectures.filter(state=LectureState.DRAFT),
            draft_todo,
            Todo(DRAFTS, "其余草稿", "", f"{records}?state=draft"),
        ),
    ]


@TODOS.at(290, keeps_records)
def next_lectures(user: User) -> list[Todo]:
    lectures = coming(Lecture.objects.visible_to(user).of_organiser())
    return first_rows(
        lectures.order_by("started_at", "pk"),
        coming_todo,
        Todo(COMING, "其余计划", "", reverse("workbench:plan")),
    )


def coming(lectures: LectureQuerySet) -> LectureQuerySet:
    now = timezone.now()
    return lectures.filter(
        state=LectureState.PLANNED,
        started_at__gt=now,
        started_at__lte=now + timedelta(days=DAYS_AHEAD),
    )


def day_of(lecture: Lecture) -> date:
    return timezone.localtime(lecture.started_at).date()


def day_and_organiser(lecture: Lecture) -> str:
    return f"{day_of(lecture):%Y-%m-%d}，{lecture.organiser_name}"


def returned_todo(lecture: Lecture) -> Todo:
    detail = f"退回原因：{lecture.return_reason}"
    if lecture.return_fields:
        detail += f" 需要改正：{'、'.join(lecture.return_labels)}。"
    detail += f"（{day_and_organiser(lecture)}）"
    return Todo(RETURNED, lecture.topic, detail, lecture.get_absolute_url())


def unrecorded_todo(deadlines: Deadlines, lecture: Lecture) -> Todo:
    due_on = day_of(lecture) + timedelta(days=deadlines.record_days)
    return Todo(
        UNRECORDED,
        lecture.topic,
        f"{day_and_organiser(lecture)}。请登记；没有举行的请取消计划。",
        reverse("workbench:lecture-update", args=[lecture.pk]),
        due_on,
        due_on < timezone.localdate(),
    )


def draft_todo(lecture: Lecture) -> Todo:
    detail = day_and_organiser(lecture)
    return Todo(DRAFTS, lecture.topic, detail, lecture.get_absolute_url())


def coming_todo(lecture: Lecture) -> Todo:
    at = timezone.localtime(lecture.started_at)
    words = [f"{at:%Y-%m-%d %H:%M}", lecture.venue, lecture.organiser_name]
    detail = "，".join(word for word in words if word)
    return Todo(COMING, lecture.topic, detail, lecture.get_absolute_url())


@HANDOVER.at(10)
def to_submit(chamber: Chamber, user: User) -> Matters:
    lectures = Lecture.objects.visible_to(user).filter(chamber=chamber)
    return matters(
        "草稿和退回的讲课记录",
        reverse("workbench:lecture-list"),
        lectures.filter(state__in=[LectureState.DRAFT, LectureState.RETURNED]),
        "topic",
    )


@HANDOVER.at(20)
def submitted(chamber: Chamber, user: User) -> Matters:
    return matters(
        "已提交、等待审核的讲课记录",
        f"{reverse('workbench:lecture-list')}?state=submitted",
        Lecture.objects.visible_to(user).filter(chamber=chamber).waiting(),
        "topic",
    )


def found(query: str, user: User) -> QuerySet[Lecture]:
    lectures = Lecture.objects.visible_to(user).of_organiser()
    return search(lectures.newest_first(), query)[: SHOWN + 1]


def hit(lecture: Lecture, user: User) -> Hit:
    day = timezone.localtime(lecture.started_at)
    about = [f"{day:%Y-%m-%d}", lecture.organiser_name, lecture.get_state_display()]
    return Hit(lecture.topic, joined(about), lecture.get_absolute_url())


def found_public(query: str) -> QuerySet[Lecture]:
    return search(Lecture.objects.public().of_organiser(), query).newest_first()  # type: ignore[attr-defined]


def public_hit(lecture: Lecture) -> Hit:
    about = joined([f"{day_of(lecture):%Y-%m-%d}", lecture.organiser_name])
    address = reverse("public:lecture-detail", args=[lecture.pk])
    return Hit(lecture.topic, about, address)


def series_found(query: str) -> Iterable[Series]:
    """A county has a handful; they keep no search columns."""
    return (row for row in Series.objects.all() if matches(query, row.name))


def series_hit(series: Series) -> Hit:
    address = reverse("public:series-detail", args=[series.pk])
    return Hit(series.name, "讲堂系列", address)


FINDS.at(50)(Findable("讲课", found, hit, "admin:activities_lecture_changelist"))
PUBLIC_FINDS.at(40)(Findable("讲堂", found_public, public_hit))
PUBLIC_FINDS.at(80)(Findable("讲堂系列", series_found, series_hit))
