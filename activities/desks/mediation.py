"""商会枫桥调解: what is to be done, a card; the registers of cases and their parts."""

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from activities.counting import totals, until
from activities.desks import CARDS, MENU, PAGES, SITE_MAP, TODOS, opens
from activities.desks.base import PartDesk, SteppedDesk
from activities.forms.mediation import (
    CaseForm,
    CaseStepForm,
    PaperForm,
    PartyForm,
    RegisterForm,
    SessionForm,
    VisitForm,
    from_request,
)
from activities.models import (
    CaseParty,
    CaseSession,
    CaseVisit,
    DisputeKind,
    MediationCase,
    MediationCommittee,
    MediationRequest,
)
from activities.models.mediation.committee import may_mediate, may_register
from activities.models.mediation.party import Side
from activities.models.mediation.states import (
    ARCHIVED_ERROR,
    CLOSED_ERROR,
    REGISTRAR_STEPS,
    CaseState,
)
from activities.services import mediation as services
from chambers.access import UserRequest
from chambers.models import Role, User
from chambers.rights import (
    Right,
    is_office,
    is_staff,
    may_export,
    may_write,
    sees_cases,
)
from redleader.records.column import NOTHING, Column, Kind, Shown
from redleader.records.filters import Choice
from redleader.records.menus import MenuEntry, PublicPage
from redleader.records.register import REGISTERS, serve
from redleader.records.stepped import badge
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
    """Return totals for everybody, and a link for those who handle cases."""
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


DUE = {
    "slow": "调解超过一个月",
    "confirm": f"司法确认 {CONFIRM_DAYS} 天内截止",
    "late": "履行期限已过",
}


REQUESTS = ("调解申请", reverse_lazy("workbench:mediation-request-list"))


# The official forms; each is a template of its own.
SHEETS = {
    "application": "人民调解申请书",
    "registration": "人民调解受理登记表",
    "sessions": "人民调解记录",
    "agreement": "人民调解协议书",
    "oral": "人民调解口头协议登记表",
    "visits": "人民调解回访记录",
    "contents": "卷宗目录",
}


def of_due(cases: Any, due: str) -> Any:
    today = timezone.localdate()
    if due == "slow":
        return cases.slow(today)
    if due == "confirm":
        return cases.to_confirm(today, within=CONFIRM_DAYS)
    return cases.late(today)


def years(user: Any, cases: Any) -> dict[str, str]:
    found = cases.order_by("-year").values_list("year", flat=True).distinct()
    return {str(year): f"{year}年" for year in found}


def named(model: Any):
    """Offer all rows of a short table by their names."""
    return lambda user, cases: {str(row.pk): row.name for row in model.objects.all()}


def side_of(side: str, case: MediationCase) -> str:
    """Return the names of one side's parties; how to reach them never leaves."""
    return "、".join(row.name for row in case.parties.all() if row.side == side)


def parties_of(case: MediationCase) -> str:
    return "、".join(row.name for row in case.parties.all()) or NOTHING


def mediators_of(case: MediationCase) -> str:
    return "、".join(person.name for person in case.mediators.all())


def overdue(case: MediationCase) -> str:
    if case.is_slow:
        return "已超过一个月"
    return "履行期限已过" if case.is_late else ""


@serve
class Cases(SteppedDesk):
    name, address, model = "mediation", "mediation/", MediationCase
    rights = {
        "list": Right(sees_cases),
        "create": Right(is_staff, may_write),
        "export": Right(sees_cases, may_export),
        "detail": Right(sees_cases),
        "update": Right(sees_cases, is_office),
        "step": Right(sees_cases),
    }
    title, noun = "商会枫桥调解", "案件"
    create_title = "登记调解案件"
    codes = [
        "mediation-accepted",
        "mediation-succeeded",
        "mediation-open",
        "mediation-amount",
    ]
    sheet = "调解案件（内部使用）"
    day, alone = "registered_on", ("created_by",)
    form = CaseForm
    list_template = "workbench/mediation/list.html"
    detail_template = "workbench/mediation/detail.html"
    looks = {
        CaseState.REGISTERED: "submitted",
        CaseState.REFUSED: "failed",
        CaseState.FAILED: "failed",
        CaseState.UNFULFILLED: "failed",
        CaseState.AGREED: "valid",
        CaseState.FULFILLED: "valid",
    }
    choices = [
        Choice(
            "q",
            "卷号或当事人",
            None,
            lambda cases, text: cases.matching(text),
            hint="如 3 或企业名称",
        ),
        Choice("state", "状态", dict(CaseState.choices)),
        Choice("kind", "纠纷类别", named(DisputeKind)),
        Choice("committee", "调解委员会", named(MediationCommittee)),
        Choice("year", "年度", years),
        Choice("due", "待办", DUE, of_due),
    ]
    columns = [
        Shown(
            "卷号",
            width=20,
            value="docket",
            place=1,
            is_link=True,
            small="committee",
        ),
        Column("调解委员会", width=28, value="committee.name"),
        Column("案件来源", width=12, value="get_source_display"),
        Shown("当事人", value=parties_of, place=2, in_sheet=False),
        Shown("纠纷类别", width=12, value="kind.name", place=3),
        *(
            Column(side.label, width=28, value=partial(side_of, side.value))
            for side in Side
        ),
        Column("涉及金额", Kind.MONEY, 16, "amount"),
        Shown("登记日期", Kind.DATE, 12, "registered_on", place=5),
        Column("受理日期", Kind.DATE, 12, "accepted_on"),
        Shown(
            "状态",
            width=12,
            value="get_state_display",
            place=6,
            html=badge,
            small=overdue,
        ),
        Shown("调解员", width=20, value=mediators_of, place=4),
        Column("协议形式", width=10, value="get_agreement_kind_display"),
        Column("协议生效日期", Kind.DATE, 14, "effective_on"),
        Column("约定履行期限", Kind.DATE, 14, "due_on"),
        Column("司法确认", width=10, value="get_confirmation_display"),
    ]

    def shown(self, rows, user):
        return rows.with_names().prefetch_related("parties", "mediators")

    def find(self, request, pk, *, to_edit=False):
        """Only named staff may change the content of a case."""
        case = super().find(request, pk)
        if to_edit and not may_register(request.user):
            raise PermissionDenied
        return case

    def narrowed(self, request):
        """Users without access to cases get a 404."""
        if not may_mediate(request.user):
            raise Http404
        return super().narrowed(request)

    def doors(self, user, row=None):
        return super().doors(user, row) if may_register(user) else {}

    def links(self, request):
        if not may_register(request.user):
            return []
        count = MediationRequest.objects.visible_to(request.user).waiting().count()
        waiting = f"（{count} 件待登记）" if count else ""
        return [(f"调解申请{waiting}", reverse("workbench:mediation-request-list"))]

    def list_context(self, request, rows):
        return {"rates": services.Rates.of(until(timezone.localdate()), rows)}

    def detail_context(self, request, row):
        return {
            "is_registrar": may_register(request.user),
            "sessions": row.sessions.all(),
            "visits": row.visits.all(),
            "papers": row.papers.all(),
            "paper_form": None if row.is_archived else PaperForm(),
            "sheets": SHEETS,
        }

    def make_form(self, user, *data, **kwargs):
        return self.form(*data, **kwargs)

    def save(self, user, row, *, version):
        return services.save_case(row, version=version)

    def closed(self, row):
        return "" if row.is_editable else CLOSED_ERROR

    def create_view(self, request):
        if not may_register(request.user):
            raise Http404
        return self.register(request)

    def register(
        self, request: UserRequest, asked: MediationRequest | None = None
    ) -> HttpResponse:
        """Register a case; what somebody asked for is filled in already."""
        forms: list[RegisterForm] = []

        def make_form(*data, **kwargs) -> RegisterForm:
            form = RegisterForm(*data, **kwargs)
            if asked:
                form.initial.update(from_request(asked))
            forms.append(form)
            return form

        def save(case, version):
            services.register_case(
                case, parties=forms[-1].parties(), user=request.user, request=asked
            )

        return self.edit(
            request,
            MediationCase(is_demo=bool(asked and asked.is_demo)),
            make_form=make_form,
            save=save,
            saved="已登记。",
            hint="卷号由系统按调解委员会和年度连续编定。调解不收取任何费用。",
            crumbs=[*self.crumbs(), REQUESTS] if asked else self.crumbs(),
        )

    def may_take(self, user, row, state):
        """Accepting and refusing is for named staff."""
        return state not in REGISTRAR_STEPS or may_register(user)

    def step_form_of(self, row):
        return partial(CaseStepForm, case=row)

    def take_step(self, row, **fields):
        return services.take_step(row, **fields)


CASES: Any = REGISTERS["mediation"]


class CasePart(PartDesk):
    """Something of a case; it is written until the case is in the archive."""

    owner, link = CASES, "case"
    rights = {
        "create": Right(sees_cases, may_write),
        "update": Right(sees_cases, may_write),
    }

    def save(self, user, row, *, version):
        return services.save_part(row, version=version)

    def closed(self, row):
        return ARCHIVED_ERROR if row.case.is_archived else ""


@serve
class Parties(CasePart):
    """Only named staff write them, and as long as the case may be changed."""

    name, address, model = "mediation-party", "mediation/parties/", CaseParty
    rights = {
        "create": Right(sees_cases, is_office),
        "update": Right(sees_cases, is_office),
    }
    noun, create_title, form = "当事人", "添加当事人", PartyForm

    def find(self, request, pk, *, to_edit=False):
        party = super().find(request, pk)
        if to_edit and not may_register(request.user):
            raise PermissionDenied
        return party

    def owner_to_add(self, request, pk):
        return self.owner.find(request, pk, to_edit=True)

    def closed(self, row):
        return self.owner.closed(row.case)


@serve
class Sessions(CasePart):
    name, address, model = "mediation-session", "mediation/sessions/", CaseSession
    noun, create_title, form = "调解记录", "添加调解记录", SessionForm


@serve
class Visits(CasePart):
    name, address, model = "mediation-visit", "mediation/visits/", CaseVisit
    noun, create_title, form = "回访", "添加回访", VisitForm
