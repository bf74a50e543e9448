"""The site and the workbench themselves: the first page, the search, what is told."""

from collections.abc import Iterable

from django.urls import reverse

from activities.desks import MENU, PAGES, PUBLIC_FINDS, PUBLIC_MENU
from chambers.rights import is_staff
from redleader.records.finds import Findable, Hit, as_is, matches
from redleader.records.menus import MenuEntry, PublicPage

MENU.at(10)(MenuEntry("workbench:desk", "工作台", sections=[""]))
MENU.at(80, is_staff)(MenuEntry("admin:index", "后台"))
MENU.at(90, lambda user: not is_staff(user))(MenuEntry("public:home", "网站"))
PUBLIC_MENU.at(10)(MenuEntry("public:home", "首页"))
PUBLIC_MENU.at(60)(MenuEntry("public:search", "查找"))
PAGES.at(5)(PublicPage("public:home"))
PAGES.at(230)(
    PublicPage(
        "public:receipt-search", "凭回执查询", "回执 编号 答复", in_sitemap=False
    )
)
PAGES.at(240)(PublicPage("public:privacy", "隐私说明", "个人信息"))
PAGES.at(250)(PublicPage("public:accessibility", "无障碍说明", "大字 读屏"))


def found(query: str) -> Iterable[Hit]:
    """PublicPages by the name of their matter, and by other words for it."""
    for page in PAGES:
        if page.name and matches(query, page.name, *page.words.split()):
            yield Hit(page.name, "", reverse(page.address))


PUBLIC_FINDS.at(10)(Findable("网站栏目", found, as_is))
