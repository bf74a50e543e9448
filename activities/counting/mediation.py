"""Rules over committees, mediators and cases of 商会枫桥调解."""

from functools import partial

from django.db.models import Q, QuerySet, Sum

from activities.counting import CountingRule, KeptSums, Row, Scope, day_after, register
from activities.models import MediationCase, MediationCommittee, Mediator

LAW = "《中华人民共和国人民调解法》"
PLACE = "committee__chamber"
ACCEPTED = KeptSums("accepted_on")


def committees(scope: Scope) -> QuerySet[MediationCommittee]:
    found = MediationCommittee.objects.working(scope.last)
    return scope.of(found).order_by("name", "pk")


def mediators(scope: Scope) -> QuerySet[Mediator]:
    found = Mediator.objects.active(scope.last)
    return scope.of(found, chamber=PLACE).select_related("committee").order_by("pk")


def cases(rows: QuerySet[MediationCase], scope: Scope) -> QuerySet[MediationCase]:
    found = scope.of(rows, chamber=PLACE, day="accepted_on")
    return found.order_by("-accepted_on", "-pk")


def describe(case: MediationCase) -> Row:
    """A case is identified by its number alone."""
    return Row(case.docket, "", case.get_absolute_url())


register(
    CountingRule(
        "mediation-committees",
        "调解委员会",
        "个",
        "周期最后一天已成立、没有撤销的商会调解委员会（含县级）。",
        committees,
        lambda row: Row(row.name, f"{row.started_on} 起"),
        source=f"{LAW}第八条、第三十四条",
        kept=KeptSums(
            "started_on",
            is_standing=True,
            until=day_after("ended_on"),
            rows=partial(MediationCommittee.objects.filter, is_active=True),
        ),
    )
)
register(
    CountingRule(
        "mediators",
        "专兼职调解员",
        "名",
        "周期最后一天在聘的调解员，包括委员会委员和聘任人员，"
        "专职、兼职都计，每人计 1。",
        mediators,
        lambda row: Row(row.name, f"{row.committee}，{row.get_kind_display()}"),
        source=f"{LAW}第十三条",
        place=PLACE,
        kept=KeptSums(
            "engaged_on",
            is_standing=True,
            until=day_after("ended_on"),
            rows=Mediator.objects.all,
        ),
    )
)
register(
    CountingRule(
        "mediation-accepted",
        "登记受理纠纷",
        "件",
        "受理日期在周期内的调解案件，后来成功、不成、撤回或归档的都计，每件计 1；"
        "不予受理的不计。",
        lambda scope: cases(MediationCase.objects.accepted(), scope),
        describe,
        source=f"{LAW}第十七条",
        place=PLACE,
        is_sensitive=True,
        kept=KeptSums("accepted_on", facets=("kind",)),
    )
)
register(
    CountingRule(
        "mediation-succeeded",
        "成功调解",
        "件",
        "受理日期在周期内、已达成调解协议（书面或口头）的案件，不论是否已履行，"
        "每件计 1；按受理日期计入周期，所以成功数不会大于受理数。",
        lambda scope: cases(MediationCase.objects.succeeded(), scope),
        describe,
        source=f"{LAW}第二十八条",
        place=PLACE,
        is_sensitive=True,
        kept=ACCEPTED,
    )
)
register(
    CountingRule(
        "mediation-open",
        "正在调解",
        "件",
        "受理日期在周期内、现在还没有结果的案件，每件计 1。"
        "受理的案件减去正在调解的，就是已结案的。",
        lambda scope: cases(MediationCase.objects.open(), scope),
        describe,
        place=PLACE,
        is_sensitive=True,
        kept=ACCEPTED,
    )
)
register(
    CountingRule(
        "mediation-amount",
        "调解涉及金额",
        "元",
        "受理日期在周期内的案件登记的涉及金额合计，没有登记金额的不计。",
        lambda scope: cases(
            MediationCase.objects.accepted().filter(~Q(amount=None)), scope
        ),
        describe,
        measure=Sum("amount"),
        place=PLACE,
        is_sensitive=True,
        kept=ACCEPTED,
    )
)
