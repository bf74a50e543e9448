"""The API, version 1: the public numbers and lists for programs, to be read only."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Generic, NoReturn, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern
from django.utils import timezone
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, Path, Query, Schema
from ninja.errors import HttpError, ValidationError
from ninja.renderers import JSONRenderer
from pydantic import BeforeValidator

from activities.counting import EVER, RULES, CountingRule, Scope
from activities.formats import opendata
from activities.formats.opendata import (
    ChamberRow,
    FigureRow,
    HonourRow,
    RuleRow,
    TownshipRow,
)
from activities.services.figure import compare
from activities.services.ledger import baselines
from chambers.models import Chamber, Region
from redleader.people.addresses import site_address
from redleader.people.api_guard import for_machines
from redleader.records.filters import parse_day
from redleader.serving import errors
from redleader.sheets.tables import Number, column, number_of

MOST_ROWS = 200
MOST_OFFSET = 1_000_000
NO_ROW = "没有这一项，请从列表中取编号。"
TOO_NARROW = "为保护当事人，这个数只公布全县合计，不分商会、乡镇和时间。"
ABOUT = (
    "公布数、计数口径、商会、荣誉称号和乡镇，与公开页面来自同一处记录，只供读取，"
    "不含任何个人的姓名。数值各有截止日期和口径；公布数和计数各自独立，从不相加。"
)
# What each parameter may be; also shown if it is invalid.
PARAMETERS = {
    "limit": f"每页行数，1–{MOST_ROWS} 的整数。",
    "offset": "跳过前面多少行，0 以上的整数。",
    "number": "公布数的编号，如 M01。",
    "code": "计数口径的代码，如 chambers。",
    "id": "商会的编号，正整数。",
    "chamber": "商会的编号，正整数。",
    "township": "乡镇的区划代码，9 位数字。",
    "first": "起始日期，按“年-月-日”，如 2026-01-01；不填为不限。",
    "last": "截止日期，按“年-月-日”，如 2026-03-31；不填为今天。",
    "on": "哪一天的状态，按“年-月-日”，如 2026-03-31；不填为今天。",
    "held": "true 只要当日持有的；false 或不填，含已结束的。",
}


def day_of(text: Any) -> date:
    day = text if isinstance(text, date) else parse_day(str(text))
    if day is None:
        raise ValueError(text)
    return day


def parameter(name: str, **rules: Any) -> Any:
    return Query(description=PARAMETERS[name], **rules)


Day = Annotated[date, BeforeValidator(day_of)]
Limit = Annotated[int, parameter("limit", ge=1, le=MOST_ROWS)]
Offset = Annotated[int, parameter("offset", ge=0, le=MOST_OFFSET)]
ChamberId = Annotated[int | None, parameter("chamber", ge=1)]
TownshipCode = Annotated[str | None, parameter("township", pattern=r"^[0-9]{9}$")]
Row = TypeVar("Row")


class Page(Schema, Generic[Row]):
    count: int = column("全部有多少行。")
    limit: int = column("每页行数。")
    offset: int = column("跳过了多少行。")
    next: str | None = column("下一页的网址；没有则为空。")
    as_of: date = column("截至哪一天。")
    rows: list[Row]


class Base(Schema):
    chamber_id: int | None = column("商会的编号；空为全县。")
    value: Number = column("数值。")
    until: date = column("截至哪一天。")
    document: str = column("依据的文件。")


class Count(RuleRow):
    """A counted number with its rule; ``baselines`` are never part of ``value``."""

    value: Number = column("由系统记录计出的数，单位见 unit。")
    chamber_id: int | None = column("只计这个商会；空为全县。")
    township_code: str | None = column("只计这个乡镇；空为全县。")
    first: date | None = column("计数的起始日期；空为不限。")
    last: date = column("计数的截止日期。")
    as_of: date = column("按哪一天的记录计。")
    baselines: list[Base] = column("系统启用以前的历史基数，另计。")


class Fault(Schema):
    parameter: str
    detail: str


class Problem(Schema):
    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault] = []


REFUSALS: dict[Any, Any] = {400: Problem, 404: Problem, 422: Problem, 429: Problem}


def answers(schema: Any) -> dict[Any, Any]:
    return {200: schema} | REFUSALS


WORDS = {
    "200": "成功",
    "400": "问题本身无法回答",
    "404": "没有这一项",
    "422": "参数无效",
    "429": "操作过于频繁，过 Retry-After 秒再试",
}


def leave_out_null(schema: dict[str, Any]) -> None:
    """A parameter is left out or given; an address cannot say null."""
    for part in schema.pop("anyOf", []):
        if part != {"type": "null"}:
            schema.pop("default", None)
            schema.update(part)


class Renderer(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


class Api(NinjaAPI):
    """Describes its refusals as what they are sent as, and in Chinese."""

    def get_openapi_operation_id(self, operation: Any) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        schema = super().get_openapi_schema(**kwargs)
        for methods in schema["paths"].values():
            for operation in methods.values():
                for parameter in operation["parameters"]:
                    leave_out_null(parameter["schema"])
                for status, response in operation["responses"].items():
                    response["description"] = WORDS[str(status)]
                    content = response["content"]
                    if status >= 400:
                        content[errors.PROBLEM] = content.pop("application/json")
        return schema


api = Api(
    title="红领开放接口",
    version="1",
    description=ABOUT,
    renderer=Renderer(),
    docs_url=None,  # Its pages load scripts from elsewhere; ours is ``api_page``.
    urls_namespace="public:api",
)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    names = list(dict.fromkeys(str(fault["loc"][1]) for fault in error.errors))
    faults = [
        {"parameter": name, "detail": f"应为：{PARAMETERS[name]}"} for name in names
    ]
    detail = f"参数 {'、'.join(names)} 无效，请按说明填写。"
    return errors.problem(422, detail, errors=faults)


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    title = WORDS[str(error.status_code)]
    return errors.problem(error.status_code, error.message, title=title)


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return errors.problem(404, NO_ROW)


def refuse(detail: str) -> NoReturn:
    raise HttpError(400, detail)


def page_of(
    request: HttpRequest,
    rows: QuerySet | Sequence[Any],
    make: Callable[[list[Any]], list[Any]],
    limit: int,
    offset: int,
    as_of: date,
) -> dict[str, Any]:
    """Return a part of a list; only its rows are read and made."""
    count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    after = offset + limit
    query = request.GET.copy()
    query["limit"], query["offset"] = str(limit), str(after)
    address = f"{site_address(request)}{request.path}?{query.urlencode()}"
    return {
        "count": count,
        "limit": limit,
        "offset": offset,
        "next": address if after < count else None,
        "as_of": as_of,
        "rows": make(list(rows[offset:after])),
    }


def each(make: Callable[[Any], Any]) -> Callable[[list[Any]], list[Any]]:
    return lambda rows: [make(row) for row in rows]


@api.get(
    "/figures",
    response=answers(Page[FigureRow]),
    summary="公布数，旁边是计数",
    url_name="figure-list",
)
def list_figures(request, limit: Limit = 50, offset: Offset = 0):
    today = timezone.localdate()
    rows = compare(today=today)
    return page_of(request, rows, each(opendata.figure_row), limit, offset, today)


@api.get(
    "/figures/{number}",
    response=answers(FigureRow),
    summary="一个公布数，旁边是计数",
    url_name="figure-detail",
)
def get_figure(
    request,
    number: Annotated[str, Path(description=PARAMETERS["number"], max_length=3)],
):
    for row in compare([number]):
        return opendata.figure_row(row)
    raise Http404


@api.get(
    "/rules",
    response=answers(Page[RuleRow]),
    summary="计数口径",
    url_name="rule-list",
)
def list_rules(request, limit: Limit = 50, offset: Offset = 0):
    today = timezone.localdate()
    rules = opendata.rules_in_order()
    return page_of(request, rules, each(opendata.rule_row), limit, offset, today)


@api.get(
    "/rules/{code}",
    response=answers(Count),
    summary="按一个口径计数",
    description="可以只计一个商会、一个乡镇或一段时间；"
    f"is_sensitive 的口径不可以：{TOO_NARROW}",
    url_name="rule-detail",
)
def count_rule(
    request,
    code: Annotated[str, Path(description=PARAMETERS["code"], max_length=40)],
    chamber: ChamberId = None,
    township: TownshipCode = None,
    first: Annotated[Day | None, parameter("first")] = None,
    last: Annotated[Day | None, parameter("last")] = None,
):
    rule = RULES.get(code)
    if rule is None or rule.is_working:
        raise Http404
    asks = (chamber, township, first, last)
    if rule.is_sensitive and any(value is not None for value in asks):
        refuse(TOO_NARROW)
    today = timezone.localdate()
    scope = Scope(
        first or EVER,
        last or today,
        get_object_or_404(Chamber, pk=chamber) if chamber else None,
        get_object_or_404(opendata.townships(), pk=township) if township else None,
    )
    check_days(scope, today)
    return count_of(rule, scope, today)


def check_days(scope: Scope, today: date) -> None:
    if scope.first > scope.last:
        refuse("起始日期晚于截止日期，请改正后再查。")
    in_range(scope.first, today)
    in_range(scope.last, today)


def in_range(day: date, today: date) -> date:
    if not EVER <= day <= today:
        refuse(f"日期应在 {EVER} 至今天（{today}）之间。")
    return day


def count_of(rule: CountingRule, scope: Scope, today: date) -> dict[str, Any]:
    return opendata.rule_row(rule).model_dump() | {
        "value": rule.count(scope),
        "chamber_id": scope.chamber.pk if scope.chamber else None,
        "township_code": scope.township.pk if scope.township else None,
        "first": None if scope.is_ever else scope.first,
        "last": scope.last,
        "as_of": today,
        "baselines": [
            {
                "chamber_id": base.chamber_id,
                "value": number_of(base.value),
                "until": base.until,
                "document": base.document,
            }
            for base in baselines(rule, scope)
            if base.chamber_id is None or not rule.is_sensitive
        ],
    }


@api.get(
    "/chambers",
    response=answers(Page[ChamberRow]),
    summary="商会",
    url_name="chamber-list",
)
def list_chambers(request, limit: Limit = 50, offset: Offset = 0):
    today, rows = timezone.localdate(), opendata.chambers()
    return page_of(request, rows, each(opendata.chamber_row), limit, offset, today)


@api.get(
    "/chambers/{id}",
    response=answers(ChamberRow),
    summary="一个商会",
    url_name="chamber-detail",
)
def get_chamber(
    request,
    id: Annotated[int, Path(description=PARAMETERS["id"], ge=1)],
):
    return opendata.chamber_row(get_object_or_404(opendata.chambers(), pk=id))


@api.get(
    "/honours",
    response=answers(Page[HonourRow]),
    summary="任一天的荣誉称号",
    url_name="honour-list",
)
def list_honours(
    request,
    on: Annotated[Day | None, parameter("on")] = None,
    held: Annotated[bool, parameter("held")] = False,
    chamber: ChamberId = None,
    limit: Limit = 50,
    offset: Offset = 0,
):
    today = timezone.localdate()
    day = in_range(on or today, today)
    rows = opendata.honours(day, held=held)
    if chamber:
        rows = rows.of_chamber(get_object_or_404(Chamber, pk=chamber))

    def make(awards):
        return [opendata.honour_row(award, day) for award in awards]

    return page_of(request, rows, make, limit, offset, day)


@api.get(
    "/townships",
    response=answers(Page[TownshipRow]),
    summary="乡镇",
    url_name="township-list",
)
def list_townships(request, limit: Limit = 50, offset: Offset = 0):
    today = timezone.localdate()

    def make(places: list[Region]):
        among = Chamber.objects.filter(township__in=places)
        return opendata.township_rows(places, today, among)

    return page_of(request, opendata.townships(), make, limit, offset, today)


def opened() -> list[URLPattern]:
    """Return the addresses of the API, each open to every program."""
    patterns, _, _ = api.urls
    for pattern in patterns:
        pattern.callback = for_machines(pattern.callback)  # type: ignore
    return patterns  # type: ignore[return-value]


@login_not_required
@require_safe
def api_page(request: HttpRequest) -> HttpResponse:
    """Explain the API to people, from the description that programs get."""
    schema = api.get_openapi_schema()
    context = {
        "about": schema["info"]["description"],
        "operations": [
            {"path": path, **operation}
            for path, methods in schema["paths"].items()
            for operation in methods.values()
        ],
        "statuses": WORDS.items(),
    }
    return render(request, "public/opendata/api.html", context)
