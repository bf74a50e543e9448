"""Rules over villages, enterprises and projects of 村企共建."""

from dataclasses import replace

from django.db.models import Count, QuerySet, Sum

from activities.counting import CountingRule, KeptSums, Row, Scope, register
from activities.models import Pairing, PairingProject
from activities.models.pairing import PairingQuerySet
from redleader.records.money import say_money


def pairings(scope: Scope) -> PairingQuerySet:
    """Pairings of a scope; the township is that of the village."""
    found = Pairing.objects.during(scope.first, scope.last)
    if scope.township:
        found = found.filter(village__parent=scope.township)
    found = replace(scope, township=None).of(found)
    return found.select_related("village", "enterprise").order_by("pk")


def projects(scope: Scope) -> QuerySet[PairingProject]:
    found = PairingProject.objects.filter(pairing__in=Pairing.objects.counted())
    if scope.township:
        found = found.filter(pairing__village__parent=scope.township)
    scope = replace(scope, township=None)
    found = scope.of(found, chamber="pairing__chamber", day="as_of")
    return found.select_related("pairing").order_by("pk")


def pairing_row(pairing: Pairing) -> Row:
    return Row(str(pairing), f"{pairing.started_on} 起", pairing.get_absolute_url())


def project_row(project: PairingProject) -> Row:
    return Row(
        project.name,
        f"捐资 {say_money(project.donated)}，就业 {project.jobs} 个，"
        f"数据截至 {project.as_of}",
        project.get_absolute_url(),
    )


ONCE = KeptSums("started_on", facets=("programme__name",), is_ever_only=True)
register(
    CountingRule(
        "pairings",
        "结对",
        "项",
        "周期内的结对（已结对、实施中、已完成），一个村和一家企业的一次结对计 1。",
        pairings,
        pairing_row,
        kept=KeptSums("started_on", is_ever_only=True),
    )
)
register(
    CountingRule(
        "paired-villages",
        "结对村",
        "个",
        "周期内结对（已结对、实施中、已完成）的村，一个村只计一次。",
        pairings,
        pairing_row,
        measure=Count("village", distinct=True),
        kept=replace(ONCE, once="village"),
    )
)
register(
    CountingRule(
        "paired-enterprises",
        "结对企业",
        "家",
        "周期内结对（已结对、实施中、已完成）的企业，一家企业只计一次。",
        pairings,
        pairing_row,
        measure=Count("enterprise", distinct=True),
        kept=replace(ONCE, once="enterprise"),
    )
)
register(
    CountingRule(
        "pairing-projects",
        "共建项目",
        "个",
        "数据截至日在周期内的公益和经营类共建项目，每个计 1。",
        projects,
        project_row,
        place="pairing__chamber",
        kept=KeptSums("as_of"),
    )
)
# Code, name, unit, field, what is added up.
SUMS = [
    ("pairing-paid-in", "共建项目到位资金", "元", "paid_in", "到位资金"),
    ("pairing-donations", "共建项目捐资", "元", "donated", "捐资"),
    ("pairing-jobs", "共建项目就业岗位", "个", "jobs", "提供的就业岗位"),
    ("pairing-trained", "共建项目培训", "人次", "trained", "培训人次"),
    ("pairing-income", "村集体增收", "元", "collective_income", "村集体增收"),
]
for code, name, unit, field, words in SUMS:
    register(
        CountingRule(
            code,
            name,
            unit,
            f"数据截至日在周期内的共建项目{words}合计。",
            projects,
            project_row,
            place="pairing__chamber",
            measure=Sum(field),
            kept=KeptSums("as_of"),
            source="“万企兴万村”台账的统计项目。",
        )
    )
