"""Rules over villages, enterprises and projects of 村企共建."""

from django.db.models import Count, QuerySet, Sum

from activities.counting import CountingRule, Row, Scope, register
from activities.models import Pairing, PairingProject
from redleader.money import say_money


def pairings(scope: Scope) -> QuerySet[Pairing]:
    found = scope.of(Pairing.objects.during(scope.first, scope.last))
    return found.select_related("village", "enterprise").order_by("pk")


def projects(scope: Scope) -> QuerySet[PairingProject]:
    found = scope.of(
        PairingProject.objects.filter(pairing__in=Pairing.objects.counted()),
        chamber="pairing__chamber",
        day="as_of",
    )
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


register(
    CountingRule(
        "paired-villages",
        "结对村",
        "个",
        "周期内结对（已结对、实施中、已完成）的村，一个村只计一次。",
        pairings,
        pairing_row,
        measure=Count("village", distinct=True),
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
    )
)
register(
    CountingRule(
        "pairing-jobs",
        "共建项目就业岗位",
        "个",
        "数据截至日在周期内的共建项目提供的就业岗位合计。",
        projects,
        project_row,
        measure=Sum("jobs"),
    )
)
register(
    CountingRule(
        "pairing-donations",
        "共建项目捐资",
        "元",
        "数据截至日在周期内的共建项目捐资合计。",
        projects,
        project_row,
        measure=Sum("donated"),
    )
)
