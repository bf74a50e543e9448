"""Mediation: cases that are slow or late, a card for all, the file of cases."""

from functools import partial

from django.urls import reverse
from django.utils import timezone

from activities.counting import totals, until
from activities.desks import CARDS, MENU, PAGES, SITE_MAP, TODOS, opens
from activities.models import MediationCase, MediationRequest
from activities.models.mediation.committee import may_mediate
from activities.models.mediation.party import Side
from chambers.models import Role, User
from redleader.records.column import Column, Kind
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.money import WAN
from redleader.records.todos import Todo, counted

MEDIATION = "商会调解"
CONFIRM_DAYS = 7  # before the time for 司法确认 ends

MENU.at(15, lambda user: user.role == Role.MEDIATOR)(
    MenuEntry("workbench:mediation-list", "调解", sections=["mediation"])
)
MENU.at(160)(MenuEntry("workbench:work-list", sections=["mediation"]))
SITE_MAP.at(360)(MenuEntry("public:mediation-list", "商会调解", "工作"))
PAGES.at(140)(
    PublicPage("public:mediation-list", "商会枫桥调解", "纠纷 矛盾 调解委员会")
)
PAGES.at(150)(
    PublicPage("public:mediation-apply", "申请调解", "纠纷 帮助", in_sitemap=False)
)


@TODOS.at(55, opens("workbench:mediation-request-list"))
def to_register(user: User) -> list[Todo]:
    rows = MediationRequest.objects.visible_to(user).waiting()
    address = reverse("workbench:mediation-request-list")
    return counted(MEDIATION, rows, "件调解申请等待登记", address)


@TODOS.at(60, opens("workbench:mediation-list"))
def to_go_on(user: User) -> list[Todo]:
    """Return what waits in the cases that this user may see."""
    cases = MediationCase.objects.visible_to(user)
    today = timezone.localdate()
    address = reverse("workbench:mediation-list")
    return [
        *counted(
            MEDIATION,
            cases.slow(today),
            "件案件调解已超过一个月（一般一个月内办结，双方同意的可以延长）",
            f"{address}?due=slow",
        ),
        *counted(
            MEDIATION,
            cases.to_confirm(today, within=CONFIRM_DAYS),
            f"份调解协议申请司法确认的期限在 {CONFIRM_DAYS} 天内截止",
            f"{address}?due=confirm",
        ),
        *counted(
            MEDIATION,
            cases.late(today),
            "份调解协议履行期限已过，请回访并登记",
            f"{address}?due=late",
        ),
    ]


@CARDS.at(30)
def card(user: User) -> dict[str, object]:
    """Return totals for all, the way in for who handles cases."""
    links = [("公开的总数", "public:mediation-list")]
    if may_mediate(user):
        links.insert(0, ("办理案件", "workbench:mediation-list"))
    codes = [
        "mediators",
        "mediation-accepted",
        "mediation-succeeded",
        "mediation-open",
    ]
    return {
        "name": "商会枫桥调解",
        "about": "商会调解委员会调解民营企业的纠纷，不收费；单个案件只有办理人员能看。",
        "totals": totals(codes, until(timezone.localdate())),
        "links": links,
    }


def side_of(side: str, case: MediationCase) -> str:
    """Return the names of one side's parties; how to reach them never leaves."""
    return "、".join(row.name for row in case.parties.all() if row.side == side)


COLUMNS = [
    Column("卷号", width=20, value=lambda row: row.docket),
    Column("调解委员会", width=28, value=lambda row: row.committee.name),
    Column("案件来源", width=12, value=lambda row: row.get_source_display()),
    Column("纠纷类别", width=12, value=lambda row: row.kind.name),
    *(
        Column(side.label, width=28, value=partial(side_of, side.value))
        for side in Side
    ),
    Column(
        "涉及金额（万元）",
        Kind.DECIMAL,
        16,
        lambda row: None if row.amount is None else row.amount / WAN,
    ),
    Column("登记日期", Kind.DATE, 12, lambda row: row.registered_on),
    Column("受理日期", Kind.DATE, 12, lambda row: row.accepted_on),
    Column("状态", width=12, value=lambda row: row.get_state_display()),
    Column(
        "调解员",
        width=20,
        value=lambda row: "、".join(person.name for person in row.mediators.all()),
    ),
    Column("协议形式", width=10, value=lambda row: row.get_agreement_kind_display()),
    Column("协议生效日期", Kind.DATE, 14, lambda row: row.effective_on),
    Column("约定履行期限", Kind.DATE, 14, lambda row: row.due_on),
    Column("司法确认", width=10, value=lambda row: row.get_confirmation_display()),
]
