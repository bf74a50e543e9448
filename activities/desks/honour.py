"""Titles: what ends soon, what is held, found by name."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from activities.desks import (
    HANDOVER,
    MENU,
    PAGES,
    PUBLIC_FINDS,
    PUBLIC_MENU,
    SITE_MAP,
    TODOS,
    leads_chamber,
    opens,
    sees_numbers,
)
from activities.models import Award
from activities.models.honour import NO_CYCLE
from activities.services.honour import expiring_groups
from chambers.models import Chamber, User
from redleader.records.finds import Findable, Hit, joined
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.todos import Matters, Todo

EXPIRING = "称号快到期"

MENU.at(40, opens("workbench:honour-desk"))(
    MenuEntry(
        "workbench:honour-desk",
        "荣誉",
        sections=["honours", "applications", "certificates"],
    )
)
PUBLIC_MENU.at(20)(MenuEntry("public:honour-list", "荣誉榜"))
SITE_MAP.at(110)(MenuEntry("public:honour-list", "荣誉榜", "荣誉"))
SITE_MAP.at(120)(MenuEntry("public:verify-form", "核验证书", "荣誉"))
PAGES.at(10)(PublicPage("public:honour-list", "荣誉榜", "四好商会 称号 获得者 表彰"))
PAGES.at(20)(
    PublicPage("public:honour-poster", "荣誉榜海报", "打印 张贴", in_sitemap=False)
)
PAGES.at(40)(PublicPage("public:verify-form", "核验证书", "真伪 编号 二维码"))


@TODOS.at(140, sees_numbers)
@TODOS.at(170, leads_chamber)
def expiring(user: User) -> list[Todo]:
    """Return how many titles end within 3, 6 and 12 months, nearest first."""
    awards = Award.objects.visible_to(user).titles()
    address = f"{reverse('workbench:honour-desk')}#expiring"
    return [
        Todo(
            EXPIRING,
            f"{group.count} 项称号{group.label}，请准备复评",
            "",
            address,
            group.awards[0].valid_until,
        )
        for group in expiring_groups(awards, timezone.localdate())
        if group.awards
    ]


@HANDOVER.at(80)
def held(chamber: Chamber, user: User) -> Matters:
    awards = Award.objects.visible_to(user).filter(chamber=chamber).on()
    address = reverse("workbench:certificate-list")
    return Matters(
        "持有的称号和证书",
        address,
        [
            (
                row.title,
                f"有效期至 {row.valid_until:%Y-%m-%d}" if row.valid_until else "",
                address,
            )
            for row in awards[: Matters.MOST]
        ],
    )


def found_public(query: str) -> QuerySet[Award]:
    """Titles that are held: each word is in the recipient's name or in the title."""
    return Award.objects.titles().held().search(query).for_roll()


def public_hit(award: Award) -> Hit:
    name = str(award.recipient)
    about = [name, award.get_level_display(), award.cycle_label or NO_CYCLE]
    address = f"{reverse('public:honour-list')}?{urlencode({'q': name})}"
    return Hit(
        award.title, joined([*about, award.state_label]), f"{address}#{award.anchor}"
    )


PUBLIC_FINDS.at(30)(Findable("称号", found_public, public_hit, "public:honour-list"))
