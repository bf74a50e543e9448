"""Rules over leads of 引才网络."""

from django.db.models import QuerySet

from activities.counting import CountingRule, KeptSums, Row, Scope, register
from activities.models import Lead

KEPT = KeptSums("submitted_on")


def brought(leads: QuerySet[Lead], scope: Scope) -> QuerySet[Lead]:
    return scope.of(leads, day="submitted_on").order_by("-submitted_on", "-pk")


def describe(lead: Lead) -> Row:
    detail = (
        f"{lead.submitted_on:%Y-%m-%d}，{lead.get_kind_display()}，"
        f"{lead.get_state_display()}"
    )
    return Row(lead.title, detail, lead.get_absolute_url())


register(
    CountingRule(
        "leads-submitted",
        "引才信息提供",
        "条",
        "周期内商会提供的引才信息，不论核实结果，每条计 1。",
        lambda scope: brought(Lead.objects.all(), scope),
        describe,
        kept=KEPT,
    )
)
register(
    CountingRule(
        "valid-leads",
        "引才有效信息",
        "条",
        "周期内提供、核实为有效的引才信息，"
        "后来转交、对接、落地或未成的也计，每条计 1。",
        lambda scope: brought(Lead.objects.valid(), scope),
        describe,
        kept=KEPT,
    )
)
register(
    CountingRule(
        "leads-waiting",
        "待核引才信息",
        "条",
        "周期内提供、现在还没有核实的引才信息，每条计 1。",
        lambda scope: brought(Lead.objects.waiting(), scope),
        describe,
        is_working=True,
        kept=KEPT,
    )
)
register(
    CountingRule(
        "leads-landed",
        "引才落地",
        "条",
        "周期内提供、现已落地的引才信息，每条计 1；按提供日期计入周期。",
        lambda scope: brought(Lead.objects.landed(), scope),
        describe,
        kept=KEPT,
    )
)
