"""Rules over titles already held."""

from collections.abc import Callable
from functools import partial

from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Least

from activities.counting import (
    EVER,
    CountingRule,
    KeptSums,
    Row,
    Scope,
    day_after,
    register,
)
from activities.models import Award
from activities.models.honour import AwardQuerySet, HonourLevel, SchemeKind


def titles(scope: Scope) -> AwardQuerySet:
    found = Award.objects.titles().held(scope.last)
    if scope.chamber:
        found = found.filter(
            Q(chamber=scope.chamber)
            | Q(branch__in=scope.chamber.branches.all())
            | Q(site__chamber=scope.chamber)
        )
    return found.select_related("chamber", "branch", "site").order_by("pk")


def kept(rows: Callable[[], AwardQuerySet], *facets: str) -> KeptSums:
    """A title without a date has always been held; it ends in one of three ways."""
    return KeptSums(
        Coalesce("granted_on", Value(EVER)),
        is_standing=True,
        until=Least("revoked_on", "renewed_on", day_after("valid_until")),
        rows=rows,
        facets=facets,
    )


def describe(award: Award) -> Row:
    return Row(award.title, f"{award.recipient}，{award.cycle_label or '年度未载明'}")


register(
    CountingRule(
        "titles-held",
        "已有荣誉称号",
        "项",
        "周期最后一天（未到的按今天）有效的称号，含商会、其党组织和基地的。",
        titles,
        describe,
        place="",
        is_open=True,
        kept=kept(lambda: Award.objects.titles(), "level", "cycle_label"),
    )
)


def four_goods(level: HonourLevel, scope: Scope) -> AwardQuerySet:
    return titles(scope).four_goods(level)


for code, name, level in (
    ("four-goods-national", "全国“四好”商会", HonourLevel.NATIONAL),
    ("four-goods-provincial", "省级“四好”商会", HonourLevel.PROVINCIAL),
):
    register(
        CountingRule(
            code,
            name,
            "家",
            "周期最后一天（未到的按今天）有效的该级“四好”商会称号，每项计 1。",
            partial(four_goods, level),
            describe,
            place="",
            is_open=True,
            kept=kept(partial(Award.objects.four_goods, level)),
        )
    )
PILOTS = Q(version__scheme__kind=SchemeKind.PILOT, level=HonourLevel.CITY)
register(
    CountingRule(
        "city-pilots",
        "市级试点",
        "个",
        "周期最后一天（未到的按今天）有效的市级试点，每项计 1。",
        lambda scope: titles(scope).filter(PILOTS),
        describe,
        place="",
        is_open=True,
        kept=kept(lambda: Award.objects.filter(PILOTS)),
    )
)
