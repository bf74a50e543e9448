"""Open data: tables that anybody may read and reuse, with documented columns.

The API and the files share these rows. They come from the same querysets and counting
rules as the public pages; no column contains the name of a person.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from ninja import Schema

from activities.counting import RULES, CountingRule, published, until
from activities.models import Award, OfficialFigure
from activities.models.honour import AwardQuerySet
from activities.services.figure import Comparison, compare
from activities.services.honour import kind_of, township_of
from activities.services.ledger import baselines
from chambers.models import Chamber, Region
from redleader.sheets.tables import Number, column, number_of

CHUNK = 500  # rows read at a time
COUNTY = "全县"


class FigureRow(Schema):
    """A published number and, never added to it, the counted one."""

    number: str = column("公布数的编号，长期不变。")
    name: str = column("名称。")
    group: str = column("在报道中所属的部分。")
    qualifier: str = column("限定的代码，如 exact 确数、over 超、nearly 近、about 约。")
    qualifier_name: str = column("限定：超、约、近、达、不少于；没有限定的为确数。")
    official_value: Number = column("公布的数值，单位见 unit。")
    unit: str = column("数值的单位。")
    period: str = column("公布数的时段。")
    scope: str = column("公布数的范围。")
    official_as_of: date | None = column("公布数的截止日期；原文没有载明的为空。")
    official_source: str = column("公布数的来源。")
    rule_code: str | None = column("计数口径的代码；不能由记录计数的为空。")
    counted_value: Number | None = column("由系统记录计出的数，单位见 unit。")
    counted_first: date | None = column("计数的起始日期；空为不限。")
    counted_as_of: date | None = column("计数的截止日期。")
    verdict: str = column("按限定比较的结果：相符、不符、只有公布数。")
    uncounted: str = column("不能计数的原因。")


class RuleRow(Schema):
    code: str = column("计数口径的代码，长期不变。")
    name: str = column("名称。")
    unit: str = column("单位。")
    meaning: str = column("怎么计数。")
    source: str = column("依据。")
    is_yes_no: bool = column("是否只有 1（是）和 0（否）。")
    is_sensitive: bool = column("是否只公布全县合计。")


class CountRow(Schema):
    rule_code: str = column("计数口径的代码，长期不变。")
    rule_name: str = column("名称。")
    chamber_id: int | None = column("商会的编号；空为全县合计。")
    chamber_name: str = column("商会的名称，或“全县”。")
    value: Number = column("由系统记录计出的数，单位见 unit。")
    unit: str = column("单位。")
    baseline: Number | None = column("系统启用以前的历史基数，另计，不含在 value 中。")
    as_of: date = column("计数的截止日期。")
    meaning: str = column("怎么计数。")


class ChamberRow(Schema):
    id: int = column("商会的编号，长期不变。")
    name: str = column("商会名称。")
    short_name: str = column("简称。")
    kind: str = column("类型的代码。")
    kind_name: str = column("类型。")
    township_code: str | None = column("所在乡镇的区划代码；全县性的商会为空。")
    township_name: str | None = column("所在乡镇。")
    trades: str = column("涉及行业（GB/T 4754 门类代码），多个用“、”分开。")
    state: str = column("状态的代码：active 正常、preparing 筹备中。")
    founded_on: date | None = column("成立日期；没有登记的为空。")


class HonourRow(Schema):
    id: int = column("荣誉的编号，长期不变。")
    title: str = column("称号。")
    level: str = column("级别的代码。")
    level_name: str = column("级别。")
    scheme: str = column("所属项目。")
    recipient: str = column("获得称号的商会、党组织或基地。")
    recipient_kind: str = column("获得者的类别。")
    chamber_id: int | None = column("获得者是商会的，商会的编号。")
    township: str = column("获得者所在乡镇，多个用“、”分开。")
    cycle: str | None = column("周期；来源没有载明的为空。")
    grantor: str = column("授予单位；来源没有载明的为空文本。")
    document_number: str = column("文号；来源没有载明的为空文本。")
    granted_on: date | None = column("授予日期；来源没有载明的为空。")
    valid_until: date | None = column("有效期至；没有期限或没有载明的为空。")
    state: str = column("当日状态的代码。")
    state_name: str = column("当日状态：有效、待复评、已再次认定、已到期、已取消。")
    is_held: bool = column("当日是否仍持有（有效或待复评）。")
    revoked_on: date | None = column("取消日期。")
    as_of: date = column("状态是哪一天的。")


class TownshipRow(Schema):
    code: str = column("区划代码（GB/T 2260 及其延伸码），长期不变。")
    name: str = column("乡镇名称。")
    chambers: int = column("在册商会数，按口径 chambers 计。", unit="个")
    as_of: date = column("计数的截止日期。")


def figure_row(row: Comparison) -> FigureRow:
    official, scope = row.official, row.scope
    counted = row.counted
    return FigureRow(
        number=official.number,
        name=official.label,
        group=official.get_group_display(),
        qualifier=official.qualifier,
        qualifier_name=official.get_qualifier_display(),
        official_value=number_of(official.value),
        unit=official.unit,
        period=official.period,
        scope=official.scope,
        official_as_of=official.as_of,
        official_source=official.source,
        rule_code=official.rule or None,
        counted_value=None if counted is None else number_of(counted),
        counted_first=scope.first if scope and not scope.is_ever else None,
        counted_as_of=scope.last if scope else None,
        verdict=row.verdict,
        uncounted=official.uncounted,
    )


def rule_row(rule: CountingRule) -> RuleRow:
    return RuleRow(
        code=rule.code,
        name=rule.name,
        unit=rule.unit,
        meaning=rule.meaning,
        source=rule.source,
        is_yes_no=rule.is_yes_no,
        is_sensitive=rule.is_sensitive,
    )


def rules_in_order() -> list[CountingRule]:
    return published()


def is_by_chamber(rule: CountingRule) -> bool:
    """Tell whether the number of each chamber is public too."""
    return bool(rule.place) and not rule.is_sensitive


def count_rows(today: date) -> Iterator[CountRow]:
    """Yield the number of every rule: the county's and, if public, each chamber's."""
    chambers = list(Chamber.objects.order_by("pk"))
    for rule in rules_in_order():
        scope = until(today)
        bases: dict[int | None, Number] = {}
        for base in baselines(rule, scope):
            bases[base.chamber_id] = number_of(base.value)
        whole = sum(bases.values()) if bases else None
        yield count_row(rule, None, rule.count(scope), whole, today)
        if is_by_chamber(rule):
            values = rule.by(scope, rule.place)
            for chamber in chambers:
                value = values.get(chamber.pk, 0)
                yield count_row(rule, chamber, value, bases.get(chamber.pk), today)


def count_row(
    rule: CountingRule,
    chamber: Chamber | None,
    value: int,
    baseline: Number | None,
    today: date,
) -> CountRow:
    return CountRow(
        rule_code=rule.code,
        rule_name=rule.name,
        chamber_id=chamber.pk if chamber else None,
        chamber_name=chamber.name if chamber else COUNTY,
        value=value,
        unit=rule.unit,
        baseline=baseline,
        as_of=today,
        meaning=rule.meaning,
    )


def chambers() -> QuerySet[Chamber]:
    return Chamber.objects.public().select_related("township").order_by("pk")


def chamber_row(chamber: Chamber) -> ChamberRow:
    place = chamber.township
    return ChamberRow(
        id=chamber.pk,
        name=chamber.name,
        short_name=chamber.short_name,
        kind=chamber.kind,
        kind_name=chamber.get_kind_display(),
        township_code=place.pk if place else None,
        township_name=place.name if place else None,
        trades="、".join(chamber.trades),
        state=chamber.state,
        founded_on=chamber.founded_on,
    )


def honours(day: date, *, held: bool = False) -> AwardQuerySet:
    """Titles known on a day, each with its state on that day, as on the honour roll."""
    titles = Award.objects.titles()
    found = (titles.held(day) if held else titles.on(day)).for_roll()
    return found.with_places().order_by("pk")


def honour_row(award: Award, day: date) -> HonourRow:
    return HonourRow(
        id=award.pk,
        title=award.title,
        level=award.level,
        level_name=award.get_level_display(),
        scheme=award.version.scheme.name,
        recipient=str(award.recipient),
        recipient_kind=kind_of(award),
        chamber_id=award.chamber_id,
        township=township_of(award),
        cycle=award.cycle_label or None,
        grantor=award.grantor,
        document_number=award.document_number,
        granted_on=award.granted_on,
        valid_until=award.valid_until,
        state=award.state,  # type: ignore[attr-defined]
        state_name=award.state_label,
        is_held=award.is_held,
        revoked_on=award.revoked_on
        if award.revoked_on and award.revoked_on <= day
        else None,
        as_of=day,
    )


def townships() -> QuerySet[Region]:
    return Region.objects.townships().order_by("pk")


def township_rows(
    places: Iterable[Region], today: date, among: QuerySet[Chamber] | None = None
) -> list[TownshipRow]:
    """Return townships with their chambers, counted ``among`` some if only a few.

    Otherwise all are counted at once.
    """
    counts = RULES["chambers"].by(until(today), "township", rows=among)
    return [
        TownshipRow(
            code=place.pk,
            name=place.name,
            chambers=counts.get(place.pk, 0),
            as_of=today,
        )
        for place in places
    ]


@dataclass(frozen=True)
class DataSet:
    """One file of open data; ``rows`` returns its rows on a day, ``count`` how many."""

    code: str
    name: str
    about: str
    source: str
    schema: type[Schema]
    rows: Callable[[date], Iterable[Any]]
    count: Callable[[], int]


def count_of_counts() -> int:
    split = sum(map(is_by_chamber, published()))
    return len(published()) + split * Chamber.objects.count()


RECORDS = "本系统中的记录，由各商会和工作人员登记、审核。"
DATA_SETS = {
    row.code: row
    for row in (
        DataSet(
            "official-figures",
            "公布数与计数",
            "公开报道过的数字，连同限定、截止日期和来源；旁边是由系统记录计出的数。"
            "两个数各自独立，从不相加。",
            "公布数来自公开报道（见 official_source 列）；计数来自本系统中的记录。",
            FigureRow,
            lambda day: map(figure_row, compare(today=day)),
            OfficialFigure.objects.count,
        ),
        DataSet(
            "counted-numbers",
            "计数",
            "每一个计数口径的全县合计；可以分商会公布的，也有各商会的数。"
            "只公布合计的口径没有各商会的数。",
            RECORDS,
            CountRow,
            count_rows,
            count_of_counts,
        ),
        DataSet(
            "chambers",
            "商会",
            "在册的商会，与“商会”页面相同；已停用的不在内。",
            RECORDS,
            ChamberRow,
            lambda day: map(chamber_row, chambers().iterator(CHUNK)),
            lambda: chambers().count(),
        ),
        DataSet(
            "honours",
            "荣誉称号",
            "商会、党组织和基地获得的称号，与荣誉榜相同，含已结束的。",
            "授予单位的文件；由工作人员登记。",
            HonourRow,
            lambda day: (
                honour_row(award, day) for award in honours(day).iterator(CHUNK)
            ),
            lambda: Award.objects.titles().on().count(),
        ),
        DataSet(
            "townships",
            "乡镇",
            "全县的乡镇，其区划代码可与其他数据相连。",
            "国家统计局区划代码（GB/T 2260 及其延伸码）；商会数来自本系统中的记录。",
            TownshipRow,
            lambda day: township_rows(townships(), day),
            lambda: townships().count(),
        ),
    )
}
