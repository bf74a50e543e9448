"""Rules over titles already held."""

from django.db.models import Q, QuerySet

from activities.counting import CountingRule, Row, Scope, register
from activities.models import Award


def titles(scope: Scope) -> QuerySet[Award]:
    found = Award.objects.titles().held(scope.last)
    if scope.chamber:
        found = found.filter(
            Q(chamber=scope.chamber)
            | Q(branch__in=scope.chamber.branches.all())
            | Q(site__chamber=scope.chamber)
        )
    return found.select_related("chamber", "branch", "site").order_by("pk")


register(
    CountingRule(
        "titles-held",
        "已有荣誉称号",
        "项",
        "周期最后一天（未到的按今天）有效的称号，含商会、其党组织和基地的。",
        titles,
        lambda award: Row(
            award.title, f"{award.recipient}，{award.cycle_label or '年度未载明'}"
        ),
    )
)
