from datetime import date
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone
from openpyxl import load_workbook

from activities.desks.mediation import SHEETS
from activities.models import MediationCase, MediationRequest
from chambers.models import Role
from chambers.rights import may_export
from tests.factories.activities import (
    CasePartyFactory,
    CaseSessionFactory,
    DisputeKindFactory,
    MediationAccessFactory,
    MediationCaseFactory,
    MediationRequestFactory,
    MediatorFactory,
    case_at,
    established,
    upload,
)
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(sign_in):
    user = UserFactory(role=Role.FEDERATION, name="王授权")
    MediationAccessFactory(user=user)
    return sign_in(user)


@pytest.fixture
def person():
    return MediatorFactory(user=UserFactory(role=Role.MEDIATOR, name="李调解"))


@pytest.fixture
def mediator(person, sign_in):
    return sign_in(person.user)


def typed(**changes):
    return {
        "committee": changes.pop("committee", None) or established().pk,
        "source": "party",
        "kind": changes.pop("kind", None) or DisputeKindFactory().pk,
        "registered_on": f"{timezone.localdate():%Y-%m-%d}",
        "amount": "12.5",
        "summary": "货款没有付清。",
        "applicant_name": "甲公司",
        "applicant_kind": "legal",
        "respondent_name": "乙公司",
        "respondent_kind": "legal",
    } | changes


def test_named_staff_register_a_case_once(staff):
    address = reverse("workbench:mediation-create")
    form = staff.get(address).context["form"]
    assert sum(field.field.required for field in form) <= 12
    data = typed(form_key=str(form.initial["form_key"]))

    answers = [staff.post(address, data) for _ in range(2)]

    case = MediationCase.objects.get()
    assert [answer["Location"] for answer in answers] == [case.get_absolute_url()] * 2
    assert (case.number, case.amount) == (1, 125_000)
    assert [str(party) for party in case.parties.all()] == ["甲公司", "乙公司"]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"summary": ""}, "summary", "请填写纠纷简要情况。"),
        (
            {"applicant_contact": "350823199001011234"},
            "applicant_contact",
            "请勿填写身份证号码等敏感个人信息。",
        ),
        ({"respondent_name": ""}, "respondent_name", "请填写被申请方姓名或名称。"),
        ({"kind": "x"}, "kind", "所选纠纷类别无效，请重新选择。"),
        ({"registered_on": "9999-01-01"}, "registered_on", "登记日期不能晚于今天。"),
        (
            {"amount": "1亿"},
            "amount",
            "金额应为 0 以上、最多两位小数（单位：万元）。若为“亿元”请换算。",
        ),
    ],
)
def test_form_of_a_case_names_what_is_wrong(staff, changes, field, message):
    answer = staff.post(reverse("workbench:mediation-create"), typed(**changes))

    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [message]
    assert not MediationCase.objects.exists()


def test_second_editor_of_a_case_gets_both_texts(staff):
    case = MediationCaseFactory(registered_on=timezone.localdate())
    address = reverse("workbench:mediation-update", args=[case.pk])
    data = typed(kind=case.kind_id, version=1)
    assert staff.post(address, data).status_code == 302

    late = staff.post(address, data | {"summary": "另一说法。"})

    assert late.status_code == 409
    text = late.content.decode()
    assert "货款没有付清。" in text
    assert "另一说法。" in text


def test_case_goes_from_acceptance_to_the_archive(staff, mediator, person):
    case = MediationCaseFactory(committee=person.committee)
    today = f"{timezone.localdate():%Y-%m-%d}"

    def step(client, state, **data):
        address = reverse("workbench:mediation-step", args=[case.pk, state])
        data = {f"{state}-{name}": value for name, value in data.items()}
        return client.post(address, data).status_code

    assert step(mediator, "accepted") == 404
    assert step(staff, "accepted", accepted_on=today) == 422
    fields = {"accepted_on": today, "mediators": [person.pk]}
    assert step(staff, "accepted", **fields) == 302
    assert step(mediator, "refused", reason="不宜调解。") == 403
    assert step(mediator, "mediating") == 302
    session = reverse("workbench:mediation-session-create", args=[case.pk])
    record = {"held_on": today, "place": "调解室", "text": "双方陈述。"}
    assert mediator.post(session, record).status_code == 302
    agreement = {"agreement_kind": "oral", "effective_on": today}
    assert step(mediator, "agreed", **agreement) == 422
    assert step(mediator, "agreed", agreement_text="分期付清。", **agreement) == 302
    page = mediator.get(case.get_absolute_url()).content.decode()
    assert 'class="number">30</b> 天' in " ".join(page.split())
    visit = reverse("workbench:mediation-visit-create", args=[case.pk])
    seen = {"visited_on": today, "result": "已收到第一期。"}
    assert mediator.post(visit, seen).status_code == 302
    confirm = reverse("workbench:mediation-confirmation", args=[case.pk])
    applied = {"confirmation": "applied", "confirmation_applied_on": today}
    case.refresh_from_db()
    assert (
        mediator.post(confirm, applied | {"version": case.version}).status_code == 302
    )
    assert step(mediator, "unfulfilled", reason="没有付款。") == 422
    assert step(mediator, "unfulfilled", reason="没有付款。", informed="on") == 302
    assert step(mediator, "archived") == 302
    assert step(mediator, "archived") == 409
    text = mediator.get(case.get_absolute_url()).content.decode()
    for word in ("分期付清。", "双方陈述。", "已收到第一期。", "没有付款。", "李调解"):
        assert word in text
    assert mediator.post(session, record).status_code == 422
    late = mediator.get(
        reverse("workbench:mediation-session-update", args=[case.sessions.get().pk])
    )
    assert late["Location"].startswith(case.get_absolute_url())


def test_mediator_replaced_sees_the_case_no_more(staff, mediator, person):
    case = case_at("mediating", committee=person.committee, mediators=[person])
    other = MediatorFactory(committee=person.committee)
    assert mediator.get(case.get_absolute_url()).status_code == 200

    address = reverse("workbench:mediation-assign", args=[case.pk])
    assert staff.post(address, {"mediators": [other.pk]}).status_code == 302

    assert mediator.get(case.get_absolute_url()).status_code == 404


def test_list_is_narrowed_with_both_rates(staff):
    case = MediationCaseFactory(committee=established(name="县调委会"))
    CasePartyFactory(case=case, name="云溪茶业")
    case = case_at("agreed", case=case)
    case_at("failed")
    MediationCaseFactory(registered_on=date(2025, 3, 1))
    address = reverse("workbench:mediation-list")
    for query in [
        {"q": "云溪"},
        {"state": "agreed"},
        {"kind": case.kind_id},
        {"committee": case.committee_id},
        {"year": 2026, "q": "云溪"},
    ]:
        page = staff.get(address, query)
        assert page.context["page"].rows == [case], query
        assert page.context["rates"].of_accepted == "100.0%"
    page = staff.get(address)
    assert page.context["rates"].of_closed == "50.0%"
    assert staff.get(address, {"due": "lost"}).context["filters"].ignored
    for due in ("slow", "confirm", "late"):
        assert staff.get(address, {"due": due}).status_code == 200


@pytest.mark.parametrize("name", ["list", "export", "detail", "request-list"])
def test_pages_of_mediation_cost_the_same_for_1_and_3_rows(staff, name):
    case, counts = case_at("mediating"), []
    keys = [case.pk] if name == "detail" else []
    address = reverse(f"workbench:mediation-{name}", args=keys)
    for _ in range(2):
        case_at("mediating")
        CaseSessionFactory(case=case)
        MediationRequestFactory.create_batch(2)
        staff.get(address)
        with CaptureQueriesContext(connection) as queries:
            staff.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_workbook_has_no_contact_of_a_party(staff):
    case = MediationCaseFactory(amount=125_000)
    CasePartyFactory(case=case, name="=1+1", contact="13812345678")
    case = case_at("agreed", case=case)

    answer = staff.get(reverse("workbench:mediation-export"))

    book = load_workbook(BytesIO(b"".join(answer)))
    cells = [cell.value for row in book.active.rows for cell in row]
    assert case.docket in cells
    assert "口头协议" in cells
    assert not any("13812345678" in str(cell) for cell in cells)


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("state", ["registered", "agreed"])
def test_official_form_is_printed_with_blanks(staff, sheet, state):
    case = case_at(state)
    text = staff.get(
        reverse("workbench:mediation-form", args=[case.pk, sheet])
    ).content.decode()

    assert SHEETS[sheet] in text
    assert case.docket in text
    assert "身份证" not in text
    assert "None" not in text
    lost = reverse("workbench:mediation-form", args=[case.pk, "lost"])
    assert staff.get(lost).status_code == 404


def test_paper_is_sent_to_who_sees_the_case_only(staff, sign_in):
    case = case_at("mediating")
    address = reverse("workbench:mediation-paper-add", args=[case.pk])
    data = {"kind": "agreement", "upload": upload()}
    assert staff.post(address, data).status_code == 302
    paper = case.papers.get()
    address = reverse("workbench:mediation-paper", args=[paper.pk])

    answer = staff.get(address)

    assert (answer["Content-Type"], answer["Cache-Control"]) == (
        "image/jpeg",
        "private, no-store",
    )
    b"".join(answer)
    for role in (Role.ADMINISTRATOR, Role.ORGANISATION, Role.MEDIATOR):
        assert sign_in(UserFactory(role=role)).get(address).status_code == 404


OFFICES = [
    Role.ADMINISTRATOR,
    Role.ORGANISATION,
    Role.FEDERATION,
    Role.MEDIATOR,
]


def test_staff_who_are_not_named_find_nothing(sign_in):
    case = case_at("mediating")
    request = MediationRequestFactory()
    users = [
        *(UserFactory(role=role) for role in OFFICES),
        secretary_of(ChamberFactory()),
    ]
    for user in users:
        client = sign_in(user)
        missing = client.get(reverse("workbench:mediation-detail", args=[10**9]))
        for address in [
            case.get_absolute_url(),
            reverse("workbench:mediation-list"),
            reverse("workbench:mediation-create"),
            reverse("workbench:mediation-request-list"),
            reverse("workbench:mediation-request-register", args=[request.pk]),
        ]:
            answer = client.get(address)
            assert answer.status_code == 404, (user.role, address)
            assert main_of(answer) == main_of(missing)
        export = client.get(reverse("workbench:mediation-export"))
        assert export.status_code == (404 if may_export(user) else 403)


def main_of(answer):
    return answer.content.partition(b"<main")[2].partition(b"</main>")[0]


def test_mediator_reaches_the_desk_and_the_cases_and_nothing_else(mediator, person):
    case = case_at("accepted", committee=person.committee, mediators=[person])
    desk = mediator.get(reverse("workbench:desk")).content.decode()
    assert "只能看到指派给您的调解案件" in desk
    assert "登记讲课" not in desk
    page = mediator.get(reverse("workbench:mediation-list"))
    assert page.context["page"].rows == [case]
    _, workbench = get_resolver().namespace_dict["workbench"]
    for name in workbench.reverse_dict:
        if not isinstance(name, str) or name.startswith(("desk", "draft", "mediation")):
            continue
        _, parameters = workbench.reverse_dict.getlist(name)[0][0][0]
        keys = {key: 1 if key.endswith("pk") else "a" for key in parameters}
        try:
            address = reverse(f"workbench:{name}", kwargs=keys)
        except NoReverseMatch:  # numbers by other names
            keys = {key: 1 if key != "key" else uuid4() for key in parameters}
            address = reverse(f"workbench:{name}", kwargs=keys)
        assert mediator.get(address).status_code == 404, name
    assert mediator.get(reverse("admin:index"), follow=True).status_code == 403


# --- Requests


def asked(**changes):
    return {
        "enterprise": "云溪茶业",
        "contact_name": "张三",
        "phone": "+86 138 1234 5678",
        "other_party": "山里运输公司",
        "kind": changes.pop("kind", None) or DisputeKindFactory().pk,
        "content": "运费没有结清。",
    } | changes


def test_enterprise_asks_once_and_learns_the_state_only():
    client, address = Client(), reverse("public:mediation-apply")
    key = client.get(address).context["form"].initial["form_key"]
    data = asked(form_key=str(key))

    answers = [client.post(address, data) for _ in range(2)]

    request = MediationRequest.objects.get()
    receipt = reverse("public:mediation-receipt", args=[request.receipt])
    assert [answer["Location"] for answer in answers] == [receipt] * 2
    assert request.phone == "13812345678"
    page = client.get(receipt)
    text = page.content.decode()
    assert "已收到" in text
    for secret in ("云溪茶业", "张三", "138", "山里运输公司", "运费"):
        assert secret not in text
    assert page["X-Robots-Tag"] == "noindex"
    search = reverse("public:receipt-search")
    found = client.get(search, {"receipt": request.receipt.lower()})
    assert found["Location"] == receipt
    assert client.get(search, {"receipt": "TJ2345678902"}).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"phone": "1381234567"}, "phone", "手机号应为 11 位数字，例如 138xxxx1234。"),
        ({"content": ""}, "content", "请填写简要情况。"),
        ({"content": "字" * 501}, "content", "简要情况最多 500 个字，现有 501 个字。"),
        (
            {"other_party": "张三 350823199001011234"},
            "other_party",
            "请勿填写身份证号码等敏感个人信息。",
        ),
        ({"website": "x"}, "website", "请把“网址”一栏留空后再提交。"),
    ],
)
def test_request_names_what_is_wrong(changes, field, message):
    answer = Client().post(reverse("public:mediation-apply"), asked(**changes))

    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [message]
    assert not MediationRequest.objects.exists()


def test_requests_of_one_address_are_limited():
    client, kind = Client(), DisputeKindFactory().pk
    answers = [
        client.post(reverse("public:mediation-apply"), asked(kind=kind))
        for _ in range(6)
    ]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert answers[-1]["Retry-After"] == "3600"
    assert "运费没有结清。" in answers[-1].content.decode()


def test_staff_turn_a_request_into_a_case_or_decline_it(staff):
    first, second = MediationRequestFactory.create_batch(2)
    address = reverse("workbench:mediation-request-register", args=[first.pk])
    form = staff.get(address).context["form"]
    assert form.initial["applicant_name"] == first.enterprise
    data = typed(kind=first.kind_id, form_key=str(form.initial["form_key"]))
    assert staff.post(address, data).status_code == 302
    case = MediationCase.objects.get()
    assert staff.get(address)["Location"] == case.get_absolute_url()

    decline = reverse("workbench:mediation-request-decline", args=[second.pk])
    assert staff.post(decline).status_code == 422
    reason = {f"{second.pk}-reason": "已经起诉。"}
    assert staff.post(decline, reason).status_code == 302
    assert staff.post(decline, reason).status_code == 409
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.public_state, second.public_state) == (
        "已登记，等待决定是否受理",
        "不予受理",
    )
    text = staff.get(reverse("workbench:mediation-request-list")).content.decode()
    assert case.docket in text
    assert "已经起诉。" in text


def test_public_page_has_totals_and_never_a_case():
    case = case_at("agreed", summary="秘密纠纷")
    for _ in range(5):
        case_at("mediating", kind=case.kind)
    case_at("failed")

    text = Client().get(reverse("public:mediation-list")).content.decode()

    assert "（成功/受理）" in text
    assert "1/7 件" in text
    assert "1/2 件" in text
    assert "少于 5" in text
    for secret in ("秘密纠纷", case.docket, str(case.parties.first())):
        assert secret not in text


def test_works_show_the_way_in_to_who_handles_cases(staff, sign_in):
    address, way = reverse("workbench:work-list"), reverse("workbench:mediation-list")

    assert way in main_of(staff.get(address)).decode()
    others = main_of(sign_in(UserFactory(role=Role.ADMINISTRATOR)).get(address))
    assert f'href="{way}"' not in others.decode()
    assert "商会枫桥调解" in others.decode()
