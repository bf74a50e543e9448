"""The page of all works, and what is done with all of them at once."""

from activities.desks import MENU, opens
from chambers.rights import may_read_audit
from redleader.records.menus import MenuEntry

MENU.at(50, opens("workbench:work-list"))(
    MenuEntry(
        "workbench:work-list",
        "工作",
        sections=["works", "imports", "reports", "quarters", "templates", "briefing"],
    )
)
MENU.at(60, may_read_audit)(
    MenuEntry("workbench:audit-list", "审计", sections=["audit"])
)
