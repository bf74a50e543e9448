"""Rules over the registry: Party organisation, charter, terms, posts, members."""

from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest, Least

from activities.counting import (
    EVER,
    CountingRule,
    KeptSums,
    Row,
    Scope,
    day_after,
    register,
)
from chambers.models import (
    Appointment,
    Branch,
    BranchCoverage,
    Chamber,
    ChamberTerm,
    Member,
    Membership,
)
from chambers.models.appointment import BRANCH_POSTS, Post
from chambers.models.chamber import ChamberState, CharterClause
from chambers.models.member import PartyStatus

# A 指导员 is sent from above and leads neither chamber nor committee.
COMMITTEE_POSTS = [post for post in BRANCH_POSTS if post != Post.INSTRUCTOR]
LEADING_POSTS = [
    Post.PRESIDENT,
    Post.EXECUTIVE_VICE,
    Post.VICE_PRESIDENT,
    Post.SUPERVISOR,
    Post.SECRETARY_GENERAL,
]


def chambers(scope: Scope) -> QuerySet[Chamber]:
    found = Chamber.objects.active()
    if scope.township:
        found = found.filter(township=scope.township)
    return found.filter(pk=scope.chamber.pk) if scope.chamber else found


def lasting(first: str, last: str, scope: Scope) -> Q:
    """Return the condition that a row's days overlap those of the scope."""
    return Q(**{f"{first}__lte": scope.last}) & (
        Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__gte": scope.first})
    )


def branches(scope: Scope) -> QuerySet[Branch]:
    """Party organisations that work in the chamber at the end of the scope."""
    found = Branch.objects.filter(
        Q(founded_on__isnull=True) | Q(founded_on__lte=scope.last),
        Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=scope.last),
    )
    return scope.of(found, chamber="chambers")


def charter_clauses(scope: Scope) -> QuerySet[Chamber]:
    return chambers(scope).filter(charter_clause=CharterClause.Y2019)


def terms_in_time(scope: Scope) -> QuerySet[ChamberTerm]:
    """Present terms that are not overdue on the last day of the scope."""
    return ChamberTerm.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=scope.last),
        chamber__in=chambers(scope),
        started_on__lte=scope.last,
        due_on__gte=scope.last,
    ).select_related("chamber")


def terms_of_active() -> QuerySet[ChamberTerm]:
    return ChamberTerm.objects.filter(chamber__in=Chamber.objects.active())


def double_posts(scope: Scope) -> QuerySet[Member]:
    """Persons with a leading chamber post and a Party post on one day of the scope.

    The Party post is in an organisation that covers the same chamber; instructors
    do not count.
    """
    # Three intervals that pairwise overlap have a day in common.
    in_chamber = Appointment.objects.filter(
        lasting("started_on", "ended_on", scope),
        Q(ended_on__isnull=True) | Q(ended_on__gte=OuterRef("started_on")),
        started_on__lte=Coalesce(OuterRef("ended_on"), Value(date.max)),
        member=OuterRef("member"),
        chamber__branches=OuterRef("branch"),
        post__in=LEADING_POSTS,
    )
    in_chamber = scope.of(in_chamber)
    party = Appointment.objects.filter(
        lasting("started_on", "ended_on", scope),
        Exists(in_chamber),
        post__in=COMMITTEE_POSTS,
    )
    return Member.objects.filter(pk__in=party.values("member"))


def members(scope: Scope) -> QuerySet[Membership]:
    found = Membership.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=scope.last),
        started_on__lte=scope.last,
    )
    return scope.of(found).select_related("member", "chamber")


register(
    CountingRule(
        "chambers",
        "商会",
        "个",
        "在册、没有注销的商会，每个计 1。",
        chambers,
        lambda chamber: Row(chamber.name, chamber.get_kind_display()),
        place="pk",
        is_open=True,
        kept=KeptSums(Value(EVER), is_standing=True),
    )
)
register(
    CountingRule(
        "party-organisation",
        "党组织覆盖",
        "个",
        "周期最后一天（未到的按今天）仍在、覆盖本商会的党组织。",
        branches,
        lambda branch: Row(branch.name, branch.get_kind_display()),
        place="chambers",
        is_open=True,
        kept=KeptSums(
            Coalesce("founded_on", Value(EVER)),
            is_standing=True,
            until="dissolved_on",
            rows=Branch.objects.all,
        ),
    )
)
register(
    CountingRule(
        "charter-clause",
        "党建写入章程",
        "家",
        "章程已写入 2019 年版党建条款（民函〔2019〕54号）；"
        "只有 2018 年版的须更新，不计。",
        charter_clauses,
        lambda chamber: Row(chamber.name, chamber.get_charter_clause_display()),
        source="民函〔2019〕54号",
        is_yes_no=True,
        place="pk",
        is_open=True,
        kept=KeptSums(Value(EVER), is_standing=True),
    )
)
register(
    CountingRule(
        "term-in-time",
        "按期换届",
        "届",
        "有在任的届次，且到周期最后一天（未到的按今天）没有超过应换届日期。",
        terms_in_time,
        lambda term: Row(
            f"{term.chamber} {term}",
            f"{term.started_on:%Y-%m-%d} 起，应于 {term.due_on:%Y-%m-%d} 换届",
        ),
        is_yes_no=True,
        kept=KeptSums(
            "started_on",
            is_standing=True,
            until=Least("ended_on", day_after("due_on")),
            rows=terms_of_active,
        ),
    )
)
register(
    CountingRule(
        "double-posts",
        "双向进入、交叉任职",
        "人",
        "周期内同一天既任商会领导职务、又任党组织职务的人，每人计 1；党建指导员不计。",
        double_posts,
        lambda member: Row(str(member)),
        place="",
    )
)
register(
    CountingRule(
        "members",
        "会员数",
        "个",
        "周期最后一天（未到的按今天）在册的会员，每个计 1。",
        members,
        lambda row: Row(str(row.member), f"{row.started_on:%Y-%m-%d} 入会"),
        kept=KeptSums(
            "started_on",
            is_standing=True,
            until="ended_on",
            rows=Membership.objects.all,
        ),
    )
)


# --- What the table of Party organisations asks for


def present(scope: Scope) -> QuerySet[Chamber]:
    """Chambers of a scope that existed on its last day, as far as is known."""
    return chambers(scope).filter(
        Q(founded_on__isnull=True) | Q(founded_on__lte=scope.last)
    )


def covered(scope: Scope) -> QuerySet[Chamber]:
    within = Scope(scope.first, scope.last)
    return present(scope).filter(pk__in=branches(within).values("chambers"))


def coverages() -> QuerySet[BranchCoverage]:
    return BranchCoverage.objects.filter(chamber__state=ChamberState.ACTIVE)


def party_members(scope: Scope) -> QuerySet[Member]:
    found = Member.objects.filter(
        party_status__in=[PartyStatus.FULL, PartyStatus.PROBATIONARY],
        branch__in=branches(scope),
    )
    return found.order_by("sort_key", "pk")


def both_heads(scope: Scope) -> QuerySet[Appointment]:
    """Presidents who are also secretary of a branch of their own chamber."""
    secretary = Appointment.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=scope.last),
        started_on__lte=scope.last,
        post=Post.BRANCH_SECRETARY,
        member=OuterRef("member"),
        branch__chambers=OuterRef("chamber"),
    )
    found = Appointment.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=scope.last),
        Exists(secretary),
        started_on__lte=scope.last,
        post=Post.PRESIDENT,
    )
    return scope.of(found).select_related("member", "chamber")


def terms(**conditions):
    """Return the query of the terms of existing chambers."""

    def query(scope: Scope) -> QuerySet[ChamberTerm]:
        days = {
            name: getattr(scope, value) if isinstance(value, str) else value
            for name, value in conditions.items()
        }
        found = ChamberTerm.objects.filter(chamber__in=chambers(scope), **days)
        return found.select_related("chamber").order_by("pk")

    return query


def term_row(term: ChamberTerm) -> Row:
    return Row(f"{term.chamber} {term}", f"应于 {term.due_on:%Y-%m-%d} 换届")


register(
    CountingRule(
        "covered-chambers",
        "党组织覆盖的商会",
        "家",
        "周期最后一天（未到的按今天）至少有一个党组织覆盖的商会，每家计 1。",
        covered,
        lambda chamber: Row(chamber.name),
        place="pk",
        is_open=True,
        kept=KeptSums(
            Greatest("chamber__founded_on", "branch__founded_on", Value(EVER)),
            is_standing=True,
            until="branch__dissolved_on",
            rows=coverages,
            once="chamber",
        ),
    )
)
register(
    CountingRule(
        "party-members",
        "党员",
        "名",
        "现在编入商会党组织的正式党员和预备党员，每人计 1。",
        party_members,
        lambda member: Row(str(member), member.get_party_status_display()),
        place="branch__chambers",
    )
)
register(
    CountingRule(
        "president-secretary",
        "会长兼任党组织书记",
        "人",
        "周期最后一天（未到的按今天）既任会长、又任覆盖本商会党组织书记的人，"
        "每人计 1。",
        both_heads,
        lambda row: Row(str(row.member), str(row.chamber)),
        measure=Count("member", distinct=True),
    )
)
for code, name, meaning, conditions, kept in (
    (
        "terms-due",
        "应换届",
        "应换届日期在周期内的商会届次，每届计 1。",
        {"due_on__gte": "first", "due_on__lte": "last"},
        KeptSums("due_on"),
    ),
    (
        "terms-changed",
        "已换届",
        "周期内结束的商会届次，每届计 1。",
        {"ended_on__gte": "first", "ended_on__lte": "last"},
        KeptSums("ended_on"),
    ),
    (
        "terms-overdue",
        "逾期未换届",
        "应换届日期早于周期最后一天（未到的按今天）、仍没有结束的商会届次，每届计 1。",
        {"due_on__lt": "last", "ended_on__isnull": True},
        KeptSums(
            day_after("due_on"),
            is_standing=True,
            rows=lambda: terms_of_active().filter(ended_on__isnull=True),
        ),
    ),
):
    register(
        CountingRule(
            code, name, "届", meaning, terms(**conditions), term_row, kept=kept
        )
    )
