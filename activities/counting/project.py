"""Rules over return and rural projects, their money and jobs, and promotions.

The sums cover return projects alone, so that they can be compared, and are sensitive:
those of one chamber may be those of one firm. The township is that of the project, not
of the chamber.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from django.db.models import QuerySet, Sum

from activities.counting import CountingRule, KeptSums, Row, Scope, register
from activities.models import Project, ProjectEntry, PromotionEvent
from activities.models.project import COUNTED, ProjectKind, ProjectQuerySet
from redleader.records.money import say_money

SIGNED = "签约、开工、投产的都计，线索、在谈和已终止的不计"
SIGNED_ON = KeptSums("signed_on")


def projects(kind: str, scope: Scope) -> ProjectQuerySet:
    found = Project.objects.counted().of_kind(kind)
    if scope.township:
        found = found.filter(township=scope.township)
    found = replace(scope, township=None).of(found, day="signed_on")
    return found.select_related("chamber").order_by("-signed_on", "-pk")


def brought(scope: Scope) -> ProjectQuerySet:
    found = Project.objects.counted().filter(promotion__isnull=False)
    if scope.township:
        found = found.filter(township=scope.township)
    found = replace(scope, township=None).of(found, day="signed_on")
    return found.select_related("chamber").order_by("-signed_on", "-pk")


def entries(scope: Scope) -> QuerySet[ProjectEntry]:
    found = ProjectEntry.objects.filter(
        project__state__in=COUNTED, project__is_return=True
    )
    if scope.township:
        found = found.filter(project__township=scope.township)
    scope = replace(scope, township=None)
    found = scope.of(found, chamber="project__chamber", day="day")
    return found.select_related("project").order_by("-day", "-pk")


def promotions(scope: Scope) -> QuerySet[PromotionEvent]:
    found = scope.of(PromotionEvent.objects.all(), chamber="organiser", day="held_on")
    return found.select_related("organiser").order_by("-held_on", "-pk")


def project_row(project: Project) -> Row:
    detail = (
        f"{project.signed_on} 签约，{project.chamber}，{project.get_state_display()}，"
        f"签约金额 {say_money(project.contracted)}"
    )
    return Row(project.name, detail, project.get_absolute_url())


def entry_row(entry: ProjectEntry) -> Row:
    return Row(
        entry.project.name,
        f"{entry.day}，到位 {say_money(entry.paid_in)}，新增就业 {entry.jobs} 个",
        entry.get_absolute_url(),
    )


returned: Callable[[Scope], ProjectQuerySet] = partial(projects, ProjectKind.RETURN)

for code, name, kind in (
    ("return-projects", "回乡投资项目", ProjectKind.RETURN),
    ("rural-projects", "乡村振兴项目", ProjectKind.RURAL),
):
    register(
        CountingRule(
            code,
            name,
            "个",
            f"签约日期在周期内的{name}，每个计 1；{SIGNED}。"
            "既是回乡投资又是乡村振兴的，两处都计，所以两数不能相加。",
            partial(projects, kind),
            project_row,
            kept=SIGNED_ON,
        )
    )
for code, name, field in (
    ("projects-contracted", "签约金额", "contracted"),
    ("projects-planned", "计划总投资", "planned"),
):
    register(
        CountingRule(
            code,
            f"回乡投资{name}",
            "元",
            f"签约日期在周期内的回乡投资项目，{name}合计；{SIGNED}。不是到位资金。",
            returned,
            project_row,
            measure=Sum(field),
            is_sensitive=True,
            kept=SIGNED_ON,
        )
    )
for code, name, unit, words, field in (
    ("projects-paid-in", "到位资金", "元", "实际到位的资金", "paid_in"),
    ("projects-jobs", "新增就业", "个", "新增的就业岗位", "jobs"),
):
    register(
        CountingRule(
            code,
            f"回乡投资{name}",
            unit,
            f"日期在周期内登记的回乡投资项目{words}合计；已终止的项目不计。",
            entries,
            entry_row,
            measure=Sum(field),
            place="project__chamber",
            is_sensitive=True,
            kept=KeptSums("day", facets=("project__signed_on__year",)),
        )
    )
register(
    CountingRule(
        "promotion-projects",
        "招商推介会带来的项目",
        "个",
        f"签约日期在周期内、登记为由招商推介会而来的项目，每个计 1；{SIGNED}。",
        brought,
        project_row,
        kept=KeptSums("signed_on", facets=("promotion",)),
    )
)
register(
    CountingRule(
        "promotion-events",
        "招商推介会",
        "场",
        "周期内举办的招商推介会，每场计 1；一个商会的只计它主办的。",
        promotions,
        lambda event: Row(
            event.name,
            f"{event.held_on}，{event.place}，{event.host}主办",
            event.get_absolute_url(),
        ),
        place="organiser",
        kept=KeptSums("held_on"),
    )
)
