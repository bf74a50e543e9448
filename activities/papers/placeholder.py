"""The placeholders that a template may contain, and their values."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from django.conf import settings
from django.utils import timezone

from activities.counting import RULES, CountingRule, Scope, published
from activities.models import OfficialFigure
from activities.services.ledger import change_words
from redleader.records.quarters import Quarter

NOT_IN_A_NAME = re.compile(r"[^\w]+")
# Suffix of a placeholder: what it stands for, instead of the number in words.
ENDINGS = {
    "": "数字和单位",
    "_数": "只有数字，用于表格",
    "_上期": "上一季度或上一年的数字和单位",
    "_环比": "与上一季度或上一年相比",
    "_同比": "与上年同期相比",
}
FIXED = {
    "县名": "系统设置中的县名",
    "单位": "系统设置中的填报单位",
    "时段": "选定的季度或年度",
    "数据截至": "时段最后一天，未到的为今天",
    "制表日期": "下载的那一天",
}


@dataclass(frozen=True)
class Span:
    """A quarter or a year, with the one before and the same a year before."""

    words: str
    scope: Scope
    before: Scope
    last_year: Scope


def span_of(text: str, today: date) -> Span | None:
    """Return the span of 2026Q3 or 2026, or None if invalid or in the future."""
    quarter = Quarter.parse(text)
    if quarter and quarter.first <= today:
        earlier = Quarter(quarter.year - 1, quarter.number)
        return Span(
            str(quarter),
            Scope(quarter.first, min(quarter.last, today)),
            Scope(quarter.previous.first, quarter.previous.last),
            Scope(earlier.first, earlier.last),
        )
    if not re.fullmatch(r"\d{4}", text, re.ASCII):
        return None
    year = int(text)
    if not 1950 <= year <= today.year:
        return None
    whole = Scope(date(year - 1, 1, 1), date(year - 1, 12, 31))
    scope = Scope(date(year, 1, 1), min(date(year, 12, 31), today))
    return Span(f"{year}年", scope, whole, whole)


def name_of(rule: CountingRule) -> str:
    """Return a rule's name as used in templates: without punctuation and blanks."""
    return NOT_IN_A_NAME.sub("", rule.name)


def rules_by_name() -> dict[str, CountingRule]:
    return {name_of(rule): rule for rule in published() if not rule.is_yes_no}


def meanings() -> list[tuple[str, str]]:
    """Return every placeholder with its meaning, for the page that lists them."""
    found = list(FIXED.items())
    for name, rule in rules_by_name().items():
        found += [
            (f"{name}{ending}", f"{rule.name}：{words}")
            for ending, words in ENDINGS.items()
        ]
    for figure in OfficialFigure.objects.all():
        found.append((f"公布_{figure.number}", f"公开报道：{figure.label}"))
    return found


def known_names() -> set[str]:
    return {name for name, _ in meanings()}


def values_of(names: Iterable[str], span: Span) -> dict[str, str | Decimal]:
    """Return the value of each known placeholder; a count stays a number for Excel."""
    today = timezone.localdate()
    fixed: dict[str, str] = {
        "县名": settings.PORTAL["county"],
        "单位": settings.PORTAL["owner"],
        "时段": span.words,
        "数据截至": f"{span.scope.last:%Y年%-m月%-d日}",
        "制表日期": f"{today:%Y年%-m月%-d日}",
    }
    fixed |= {f"公布_{row.number}": row.text for row in OfficialFigure.objects.all()}
    rules = rules_by_name()

    @cache
    def counted(code: str, scope: Scope) -> Decimal:
        return Decimal(RULES[code].count(scope))

    found: dict[str, str | Decimal] = {}
    for name in names:
        base, mark, ending = name.rpartition("_")
        rule = rules.get(base if mark else name)
        if name in fixed:
            found[name] = fixed[name]
        elif rule:
            found[name] = worded(rule, ending if mark else "", span, counted)
    return found


def worded(
    rule: CountingRule,
    ending: str,
    span: Span,
    counted: Callable[[str, Scope], Decimal],
) -> str | Decimal:
    """Return the value of a rule's placeholder with one of the ``ENDINGS``."""
    now = counted(rule.code, span.scope)
    match ending:
        case "":
            return rule.words(int(now))
        case "数":
            return now / 10_000 if rule.unit == "元" else now
        case "上期":
            return rule.words(int(counted(rule.code, span.before)))
        case "环比":
            return change_words(counted(rule.code, span.before), now)
    return change_words(counted(rule.code, span.last_year), now)
