"""Chambers: whose term ends, found by name, on the map of the site."""

from datetime import timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from activities.desks import (
    FINDS,
    PAGES,
    PUBLIC_FINDS,
    PUBLIC_MENU,
    SITE_MAP,
    SITEMAP,
    TODOS,
)
from activities.models import Criterion
from chambers.models import Chamber, ChamberTerm, Role, User
from chambers.rights import is_staff
from redleader.records.finds import SHOWN, Findable, Hit, joined
from redleader.records.menus import MenuEntry, NewestRows, PublicPage
from redleader.records.search import search
from redleader.records.todos import LIMIT, Todo, counted

TERMS, SOON = "换届", timedelta(days=183)

PUBLIC_MENU.at(30)(MenuEntry("public:chamber-list", "商会"))
SITE_MAP.at(410)(MenuEntry("public:chamber-list", "商会名录", "数据"))
PAGES.at(50)(PublicPage("public:chamber-list", "商会名录", "商会 名单"))
SITEMAP.at(10)(NewestRows(Chamber.objects.public, "public:chamber-detail"))


def follows_chambers(user: User) -> bool:
    return user.role in (Role.TOWNSHIP, Role.SECRETARY)


@TODOS.at(90, is_staff)
def number_of_terms(user: User) -> list[Todo]:
    chambers = Chamber.objects.visible_to(user).active()
    address = reverse("admin:chambers_chamber_changelist")
    return [
        *counted(
            TERMS,
            chambers.term_overdue(),
            "个商会换届已逾期",
            f"{address}?term=overdue",
        ),
        *counted(
            TERMS,
            chambers.term_due_soon(),
            "个商会应在六个月内换届",
            f"{address}?term=soon",
        ),
    ]


@TODOS.at(100, follows_chambers)
def terms_to_end(user: User) -> list[Todo]:
    """Return the chambers whose 换届 is overdue or due within six months."""
    due = ChamberTerm.objects.current().filter(
        chamber__in=Chamber.objects.visible_to(user).active(),
        due_on__lte=timezone.localdate() + SOON,
    )
    rows = list(due.select_related("chamber").order_by("due_on", "pk")[:LIMIT])
    missed = missed_by_overdue() if any(row.is_overdue for row in rows) else ""
    return [term_todo(row, missed) for row in rows]


def term_todo(term: ChamberTerm, missed: str) -> Todo:
    chamber = term.chamber
    return Todo(
        TERMS,
        f"{chamber}{term}应换届",
        missed if term.is_overdue else "请按章程准备换届，提前向主管单位报告。",
        f"{reverse('workbench:handover')}?chamber={chamber.pk}",
        term.due_on,
        term.is_overdue,
    )


def missed_by_overdue() -> str:
    """Say which criteria an overdue chamber does not meet."""
    criteria = Criterion.objects.filter(rule="term-in-time", version__is_open=True)
    words = [
        f"{row.version.scheme.name}{'的必备项' if row.is_required else ''}“{row.name}”"
        for row in criteria.select_related("version__scheme")
    ]
    known = "、".join(dict.fromkeys(words)) or "“按期换届”"
    return f"逾期期间不符合{known}；换届后请登记实际换届日期和新一届。"


def found(query: str, user: User) -> QuerySet[Chamber]:
    rows = Chamber.objects.visible_to(user).select_related("township")
    return search(rows.order_by("sort_key", "pk"), query)[: SHOWN + 1]


def found_public(query: str) -> QuerySet[Chamber]:
    rows = Chamber.objects.public().select_related("township")
    return search(rows, query).order_by("sort_key", "pk")


def hit(chamber: Chamber, user: User | None = None) -> Hit:
    about = joined([chamber.get_kind_display(), chamber.township])
    return Hit(chamber.name, about, chamber.get_absolute_url())


FINDS.at(10)(Findable("商会", found, hit, "admin:chambers_chamber_changelist"))
PUBLIC_FINDS.at(20)(Findable("商会", found_public, hit, "public:chamber-list"))
