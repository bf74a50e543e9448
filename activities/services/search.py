"""One box over everything that has a name: who may see it finds it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from activities.models import Lead, Lecture
from chambers.models import Branch, Chamber, Enterprise, Member, User
from redleader.records.search import first_found, search

SHOWN = 10  # of each group


@dataclass(frozen=True)
class Hit:
    """One row that was found: its name, what tells it from others, its page."""

    name: str
    about: str
    address: str = ""


@dataclass(frozen=True)
class HitGroup:
    """Some of the rows of one noun; ``more`` leads to the others, if any."""

    noun: str
    hits: list[Hit]
    has_more: bool
    more: str


def find(query: str, user: User) -> list[HitGroup]:
    """Return what a query finds, by noun; nothing for an empty query."""
    if not query.strip():
        return []
    kinds: list[tuple[str, str, QuerySet, Callable[[User, Any], Hit]]] = [
        ("商会", "chambers_chamber", chambers(user), chamber_hit),
        ("党组织", "chambers_branch", branches(user), branch_hit),
        ("企业", "chambers_enterprise", enterprises(), enterprise_hit),
        ("会员", "chambers_member", members(user), member_hit),
        ("讲课", "activities_lecture", lectures(user), lecture_hit),
        ("引才信息", "activities_lead", leads(user), lead_hit),
    ]
    found = [
        group(query, user, noun, rows, hit, model) for noun, model, rows, hit in kinds
    ]
    return [one for one in found if one.hits]


def group(
    query: str,
    user: User,
    noun: str,
    rows: QuerySet,
    hit: Callable[[User, Any], Hit],
    model: str,
) -> HitGroup:
    if rows.model in (Enterprise, Member) and user.is_staff:
        some = first_found(rows, query, SHOWN + 1)
    else:
        some = list(search(rows, query)[: SHOWN + 1])
    more = ""
    if user.is_staff:
        more = f"{reverse(f'admin:{model}_changelist')}?{urlencode({'q': query})}"
    hits = list(map(partial(hit, user), some[:SHOWN]))
    return HitGroup(noun, hits, len(some) > SHOWN, more)


def admin_page(user: User, row) -> str:
    """Return the page of a row in the back office, for those who work there."""
    meta = row._meta
    name = f"admin:{meta.app_label}_{meta.model_name}_change"
    return reverse(name, args=[row.pk]) if user.is_staff else ""


def joined(parts: Iterable[object]) -> str:
    return " · ".join(str(part) for part in parts if part)


def chambers(user: User):
    rows = Chamber.objects.visible_to(user).select_related("township")
    return rows.order_by("sort_key", "pk")


def chamber_hit(user: User, chamber: Chamber) -> Hit:
    about = joined([chamber.get_kind_display(), chamber.township])
    return Hit(chamber.name, about, chamber.get_absolute_url())


def branches(user: User):
    return Branch.objects.visible_to(user).order_by("sort_key", "pk")


def branch_hit(user: User, branch: Branch) -> Hit:
    return Hit(branch.name, branch.get_kind_display(), admin_page(user, branch))


def enterprises():
    """The directory of firms has no secrets; every form offers its names."""
    rows = Enterprise.objects.select_related("township")
    return rows.order_by("sort_key", "pk")


def enterprise_hit(user: User, enterprise: Enterprise) -> Hit:
    about = joined([enterprise.township])
    return Hit(enterprise.name, about, admin_page(user, enterprise))


def members(user: User):
    rows = Member.objects.visible_to(user).select_related("enterprise")
    return rows.prefetch_related("chambers").order_by("sort_key", "pk")


def member_hit(user: User, member: Member) -> Hit:
    names = "、".join(dict.fromkeys(str(c) for c in member.chambers.all()))
    firm = member.enterprise if member.kind == "person" else None
    about = joined([member.get_kind_display(), firm, names])
    return Hit(str(member), about, admin_page(user, member))


def lectures(user: User):
    rows = Lecture.objects.visible_to(user).of_organiser()
    return rows.newest_first()


def lecture_hit(user: User, lecture: Lecture) -> Hit:
    day = timezone.localtime(lecture.started_at)
    about = [f"{day:%Y-%m-%d}", lecture.organiser_name, lecture.get_state_display()]
    return Hit(lecture.topic, joined(about), lecture.get_absolute_url())


def leads(user: User):
    rows = Lead.objects.visible_to(user).select_related("chamber")
    return rows.order_by("-submitted_on", "-pk")


def lead_hit(user: User, lead: Lead) -> Hit:
    about = joined([f"{lead.submitted_on:%Y-%m-%d}", lead.chamber])
    return Hit(lead.title, about, lead.get_absolute_url())
