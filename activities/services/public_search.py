"""One box over everything that is public; nothing in it is a person's name."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from activities.counting import published
from activities.models import (
    Award,
    Course,
    Lecture,
    OfficialFigure,
    Practice,
    Series,
    Site,
)
from activities.services.search import Hit, HitGroup, joined
from chambers.models import Chamber
from redleader.records.search import WORDS, fold, search, syllables

SHOWN = 8  # of each group
MAX_QUERY = 60  # characters
# Pages that people ask for by the name of the matter; (name, words, address).
PAGES = [
    ("荣誉榜", "四好商会 称号 获得者 表彰", "public:honour-list"),
    ("荣誉榜海报", "打印 张贴", "public:honour-poster"),
    ("公示", "异议 拟认定 回执", "public:publicity-list"),
    ("核验证书", "真伪 编号 二维码", "public:verify-form"),
    ("商会名录", "商会 名单", "public:chamber-list"),
    ("讲堂", "讲课 党课", "public:lecture-list"),
    ("讲堂日历", "日程 时间", "public:lecture-calendar"),
    ("课程", "红色课程", "public:course-list"),
    ("基地和地点", "红色资源 示范基地", "public:site-list"),
    ("典型做法", "经验 做法", "public:practice-list"),
    ("数说红领", "数字 统计 公布数", "public:figure-list"),
    ("计数口径", "怎么计 统计口径", "public:rule-list"),
    ("引才网络", "人才 招才 引才信息", "public:lead-totals"),
    ("商会枫桥调解", "纠纷 矛盾 调解委员会", "public:mediation-list"),
    ("申请调解", "纠纷 帮助", "public:mediation-apply"),
    ("村企共建", "结对 乡村振兴", "public:pairing-list"),
    ("公益与基金", "捐赠 慈善", "public:welfare-list"),
    ("定点联系", "联系商会 领导", "public:liaison-list"),
    ("回乡投资和乡村振兴项目", "投资 项目", "public:project-list"),
    ("开放数据", "下载 CSV JSON", "public:data-list"),
    ("开放接口", "API 程序", "public:api"),
    ("找错", "纠错 错误 意见", "public:error-report"),
    ("凭回执查询", "回执 编号 答复", "public:receipt-search"),
    ("隐私说明", "个人信息", "public:privacy"),
    ("无障碍说明", "大字 读屏", "public:accessibility"),
]


@dataclass(frozen=True)
class PublicKind:
    """A noun of the public site; ``page`` is the list that takes the same query."""

    noun: str
    rows: Callable[[str], Iterable[Any]]
    hit: Callable[[Any], Hit]
    page: str = ""


def fault_of(query: str) -> str:
    """Return what is wrong with a query in words, or nothing."""
    if len(query) > MAX_QUERY:
        return (
            f"查找的内容最多 {MAX_QUERY} 个字，现有 {len(query)} 个字。请只写要紧的词。"
        )
    words = query.split()
    if len(words) > WORDS:
        return f"一次最多查 {WORDS} 个词，现有 {len(words)} 个词。请只写要紧的词。"
    if query and all(len(fold(word)) < 2 and word.isascii() for word in words):
        return "查找的内容太短。请至少写一个汉字，或两个字母、数字。"
    return ""


def find_public(query: str) -> list[HitGroup]:
    """Return what everybody may read and a query finds, by noun."""
    if not query.strip() or fault_of(query):
        return []
    return [group for kind in KINDS if (group := group_of(kind, query)).hits]


def group_of(kind: PublicKind, query: str) -> HitGroup:
    some = list(islice(kind.rows(query), SHOWN + 1))
    more = f"{reverse(kind.page)}?{urlencode({'q': query})}" if kind.page else ""
    return HitGroup(kind.noun, [*map(kind.hit, some[:SHOWN])], len(some) > SHOWN, more)


def matches(query: str, *names: str) -> bool:
    """Tell whether each word is in one of some names, their pinyin or initials.

    Pinyin counts from the beginning of a syllable; "gt" is not in "xiang tou".
    """
    return all(any(is_in(fold(word), name) for name in names) for word in query.split())


def is_in(word: str, name: str) -> bool:
    parts = syllables(name)
    initials = "".join(part[0] for part in parts)
    tails = ("".join(parts[turn:]) for turn in range(len(parts)))
    return (
        word in fold(name)
        or word in initials
        or any(tail.startswith(word) for tail in tails)
    )


def chambers(query: str) -> QuerySet:
    rows = Chamber.objects.public().select_related("township")
    return search(rows, query).order_by("sort_key", "pk")


def chamber_hit(chamber: Chamber) -> Hit:
    about = joined([chamber.get_kind_display(), chamber.township])
    return Hit(chamber.name, about, chamber.get_absolute_url())


def awards(query: str) -> QuerySet:
    """Titles that are held: each word is in the recipient's name or in the title."""
    return Award.objects.titles().held().search(query).for_roll()


def award_hit(award: Award) -> Hit:
    name = str(award.recipient)
    about = joined(
        [
            award.recipient,
            award.get_level_display(),
            award.cycle_label or "年度未载明",
            award.state_label,
        ]
    )
    address = f"{reverse('public:honour-list')}?{urlencode({'q': name})}"
    return Hit(award.title, about, f"{address}#{award.anchor}")


def lectures(query: str) -> QuerySet:
    return search(Lecture.objects.public().of_organiser(), query).newest_first()  # type: ignore[attr-defined]


def lecture_hit(lecture: Lecture) -> Hit:
    day = timezone.localtime(lecture.started_at)
    about = joined([f"{day:%Y-%m-%d}", lecture.organiser_name])
    return Hit(
        lecture.topic, about, reverse("public:lecture-detail", args=[lecture.pk])
    )


def practices(query: str) -> QuerySet:
    """As the list does: the practice's own name, or that of its chamber."""
    rows = Practice.objects.public().select_related("chamber")
    return search(rows, query) | search(rows, query, "chamber__")


def practice_hit(practice: Practice) -> Hit:
    return Hit(practice.name, joined([practice.chamber]), practice.get_absolute_url())


def courses(query: str) -> QuerySet:
    rows = Course.objects.public().select_related("site")
    return search(rows, query) | search(rows, query, "site__")


def course_hit(course: Course) -> Hit:
    return Hit(course.name, joined([course.site]), course.get_absolute_url())


def sites(query: str) -> QuerySet:
    return search(Site.objects.select_related("township"), query)


def site_hit(site: Site) -> Hit:
    about = joined([site.get_kind_display(), site.township])
    return Hit(site.name, about, site.get_absolute_url())


def all_series(query: str) -> Iterable[Series]:
    """A county has a handful; they keep no search columns."""
    return (row for row in Series.objects.all() if matches(query, row.name))


def series_hit(series: Series) -> Hit:
    return Hit(
        series.name, "讲堂系列", reverse("public:series-detail", args=[series.pk])
    )


def figures(query: str) -> Iterable[Hit]:
    """Official figures by their labels, then counting rules by their names."""
    for figure in OfficialFigure.objects.all():
        if matches(query, figure.label):
            about = joined(["公布数", figure.text, figure.scope, figure.period])
            yield Hit(figure.label, about, reverse("public:figure-list"))
    for rule in sorted(published(), key=lambda rule: rule.name):
        if matches(query, rule.name):
            address = reverse("public:rule-detail", args=[rule.code])
            yield Hit(rule.name, joined(["计数口径", rule.meaning]), address)


def pages(query: str) -> Iterable[Hit]:
    for name, words, address in PAGES:
        if matches(query, name, *words.split()):
            yield Hit(name, "", reverse(address))


def as_is(hit: Hit) -> Hit:
    return hit


KINDS = [
    PublicKind("网站栏目", pages, as_is),
    PublicKind("商会", chambers, chamber_hit, "public:chamber-list"),
    PublicKind("称号", awards, award_hit, "public:honour-list"),
    PublicKind("讲堂", lectures, lecture_hit),
    PublicKind("典型做法", practices, practice_hit, "public:practice-list"),
    PublicKind("课程", courses, course_hit, "public:course-list"),
    PublicKind("基地和地点", sites, site_hit, "public:site-list"),
    PublicKind("讲堂系列", all_series, series_hit),
    PublicKind("数字和口径", figures, as_is),
]
