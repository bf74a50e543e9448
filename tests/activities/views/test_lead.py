from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from activities.models import Lead
from chambers.models import Role
from tests.factories.activities import LeadFactory, LeadTargetFactory, lead_at
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


@pytest.fixture
def user(chamber):
    return secretary_of(chamber)


@pytest.fixture
def client(user, sign_in):
    return sign_in(user)


@pytest.fixture
def staff(sign_in):
    return sign_in(UserFactory(role=Role.FEDERATION, name="王审核"))


def typed(chamber, /, **changes):
    return {
        "chamber": chamber.pk,
        "kind": "talent",
        "title": "食品专家",
        "content": "有意返乡。",
        "submitted_on": f"{timezone.localdate():%Y-%m-%d}",
        "industry": "",
        "contact": "",
    } | changes


def test_secretary_brings_a_lead_and_the_same_form_makes_no_second(client, chamber):
    page = client.get(reverse("workbench:lead-create"))
    form = page.context["form"]
    assert form.initial["chamber"] == chamber
    assert sum(field.field.required for field in form) == 5
    data = typed(chamber, form_key=str(form.initial["form_key"]))

    answers = [client.post(reverse("workbench:lead-create"), data) for _ in range(2)]

    lead = Lead.objects.get()
    assert [answer["Location"] for answer in answers] == [lead.get_absolute_url()] * 2
    assert (lead.state, lead.title, lead.chamber) == ("waiting", "食品专家", chamber)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"title": ""}, "title", "请填写标题。"),
        ({"title": "坏\x00字"}, "title", "标题含有无法显示的字符，请删除后重试。"),
        ({"title": "字" * 81}, "title", "标题最多 80 个字，现有 81 个字。"),
        ({"kind": "x"}, "kind", "所选类别无效，请重新选择。"),
        ({"chamber": "9" * 30}, "chamber", "所选提供商会无效，请重新选择。"),
        ({"industry": "x"}, "industry", "所选重点产业无效，请重新选择。"),
        (
            {"content": "350823199001011234"},
            "content",
            "请勿填写身份证号码等敏感个人信息。",
        ),
        ({"submitted_on": "9999-01-01"}, "submitted_on", "提供日期不能晚于今天。"),
        (
            {"submitted_on": "1999-12-31"},
            "submitted_on",
            "提供日期不能早于 2000 年 1 月 1 日。",
        ),
    ],
)
def test_lead_form_names_what_is_wrong(client, chamber, changes, field, message):
    answer = client.post(reverse("workbench:lead-create"), typed(chamber, **changes))

    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [message]
    assert not Lead.objects.exists()


def test_lead_for_a_foreign_chamber_is_refused(client):
    answer = client.post(reverse("workbench:lead-create"), typed(ChamberFactory()))

    assert answer.status_code == 422
    assert "chamber" in answer.context["form"].errors


def test_second_editor_gets_both_texts(client, chamber):
    lead = LeadFactory(chamber=chamber)
    address = reverse("workbench:lead-update", args=[lead.pk])
    assert client.post(address, typed(chamber, version=1)).status_code == 302

    late = client.post(address, typed(chamber, version=1, title="另一标题"))

    assert late.status_code == 409
    text = late.content.decode()
    assert "食品专家" in text
    assert 'value="另一标题"' in text
    data = typed(chamber, version=2, title="另一标题")
    kept = client.post(address, data | {"pick-title": "stored"})
    assert kept.status_code == 302
    lead.refresh_from_db()
    assert (lead.title, lead.version) == ("食品专家", 3)


def test_checked_lead_keeps_its_content_and_the_typed_text_is_shown(client, chamber):
    lead = lead_at("valid", chamber=chamber)
    address = reverse("workbench:lead-update", args=[lead.pk])

    answer = client.post(address, typed(chamber, version=1))

    assert answer.status_code == 409
    assert "已经核实，不能修改" in answer.content.decode()
    assert "食品专家" in answer.content.decode()
    assert client.get(address)["Location"] == lead.get_absolute_url()


def test_staff_take_a_lead_to_its_landing(staff, chamber):
    lead = LeadFactory(chamber=chamber)
    for state, data in [
        ("valid", {}),
        ("handed", {"handed-unit": "县商务局"}),
        ("contact", {}),
        ("landed", {"landed-reason": "已签约。"}),
    ]:
        address = reverse("workbench:lead-step", args=[lead.pk, state])
        assert staff.post(address, data).status_code == 302
    text = staff.get(lead.get_absolute_url()).content.decode()
    assert "县商务局" in text
    assert "已签约。" in text
    assert "王审核" in text


@pytest.mark.parametrize(
    ("state", "to", "message"),
    [
        ("waiting", "invalid", "请填写无效的原因。"),
        ("valid", "handed", "请填写接收单位。"),
        ("contact", "failed", "请填写未成的原因。"),
    ],
)
def test_step_that_lacks_something_says_so(staff, state, to, message):
    lead = lead_at(state)

    answer = staff.post(reverse("workbench:lead-step", args=[lead.pk, to]))

    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_step_that_is_not_next_is_a_conflict(staff):
    lead = lead_at("invalid")
    address = reverse("workbench:lead-step", args=[lead.pk, "valid"])

    answer = staff.post(address)

    assert answer.status_code == 409
    assert "已由" in answer.content.decode()
    lost = reverse("workbench:lead-step", args=[lead.pk, "lost"])
    assert staff.post(lost).status_code == 404


def test_own_lead_is_not_checked(sign_in):
    user = UserFactory(role=Role.FEDERATION)
    lead, client = LeadFactory(created_by=user), sign_in(user)

    page = client.get(lead.get_absolute_url())
    answer = client.post(reverse("workbench:lead-step", args=[lead.pk, "valid"]))

    assert page.context["step_forms"] == []
    assert answer.status_code == 409
    assert "不能审核本人登记或提交的记录。" in answer.content.decode()


def test_list_is_narrowed_with_its_sums(staff, chamber):
    lead = lead_at("valid", chamber=chamber, kind="talent", title="食品专家")
    LeadFactory()
    year = timezone.localdate().year
    address = reverse("workbench:lead-list")
    for query in [
        {"q": "yunxi"},
        {"q": "食品"},
        {"kind": "talent"},
        {"state": "valid"},
        {"chamber": chamber.pk, "year": year},
    ]:
        page = staff.get(address, query)
        assert page.context["page"].rows == [lead], query
        assert page.context["totals"][0].value == 1
    assert staff.get(address, {"year": "99"}).context["filters"].ignored


@pytest.mark.parametrize("name", ["list", "board", "export"])
def test_lead_pages_cost_the_same_for_1_and_3_rows(staff, name):
    counts = []
    for more in (1, 2):
        for _ in range(more):
            lead_at("handed")
        staff.get(reverse(f"workbench:lead-{name}"))
        with CaptureQueriesContext(connection) as queries:
            staff.get(reverse(f"workbench:lead-{name}"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_workbook_has_the_rows_in_scope(client, chamber):
    lead_at("handed", chamber=chamber, title="=1+1")
    LeadFactory(title="外来")

    answer = client.get(reverse("workbench:lead-export"))

    book = load_workbook(BytesIO(b"".join(answer)))
    cells = [cell.value for row in book.active.rows for cell in row]
    assert "县商务局" in cells
    assert "外来" not in cells


def test_board_and_public_page_show_totals_and_never_a_lead(staff):
    lead_at("landed", title="秘密项目", contact="某人")
    LeadTargetFactory(year=timezone.localdate().year, target=20)

    board = staff.get(reverse("workbench:lead-board"))
    public = Client().get(reverse("public:lead-totals")).content.decode()

    assert [total.value for total in board.context["totals"]] == [1, 1, 1, 0]
    assert board.context["target"] == 20
    assert "不少于 20 条" in public
    assert "秘密" not in public


def test_works_and_desk_say_how_many_wait(staff):
    LeadFactory.create_batch(2)

    works = staff.get(reverse("workbench:work-list")).content.decode()
    desk = staff.get(reverse("workbench:desk")).content.decode()

    assert "引才网络" in works
    assert "2 条引才信息等待核实" in desk
