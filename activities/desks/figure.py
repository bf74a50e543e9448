"""Official figures and counting rules: numbers, what they mean, and as open data."""

from collections.abc import Iterable

from django.urls import reverse

from activities.counting import published
from activities.desks import PAGES, PUBLIC_FINDS, PUBLIC_MENU, SITE_MAP
from activities.models import OfficialFigure
from redleader.records.finds import Findable, Hit, as_is, joined, matches
from redleader.records.menus import MenuEntry, PublicPage

PUBLIC_MENU.at(50)(MenuEntry("public:figure-list", "数说"))
SITE_MAP.at(420)(MenuEntry("public:figure-list", "数说红领", "数据"))
SITE_MAP.at(430)(MenuEntry("public:rule-list", "计数口径", "数据"))
SITE_MAP.at(440)(MenuEntry("public:data-list", "开放数据", "数据"))
PAGES.at(110)(PublicPage("public:figure-list", "数说红领", "数字 统计 公布数"))
PAGES.at(120)(PublicPage("public:rule-list", "计数口径", "怎么计 统计口径"))
PAGES.at(200)(PublicPage("public:data-list", "开放数据", "下载 CSV JSON"))
PAGES.at(210)(PublicPage("public:api", "开放接口", "API 程序", in_sitemap=False))


def found(query: str) -> Iterable[Hit]:
    """Official figures by their labels, then counting rules by their names."""
    for figure in OfficialFigure.objects.all():
        if matches(query, figure.label):
            about = joined(["公布数", figure.text, figure.scope, figure.period])
            yield Hit(figure.label, about, reverse("public:figure-list"))
    for rule in sorted(published(), key=lambda rule: rule.name):
        if matches(query, rule.name):
            address = reverse("public:rule-detail", args=[rule.code])
            yield Hit(rule.name, joined(["计数口径", rule.meaning]), address)


PUBLIC_FINDS.at(90)(Findable("数字和口径", found, as_is))
