import uuid
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from activities.counting import Scope
from activities.desks import liaison as desk
from activities.models import ContactActivity, ContactAssignment, Demand
from activities.reports import REPORTS
from chambers.models import Role
from tests.factories.activities import (
    ContactActivityFactory,
    ContactAssignmentFactory,
    ContactDutyFactory,
    DemandFactory,
    demand_at,
    make_overdue,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


@pytest.fixture
def assignment(chamber):
    return ContactAssignmentFactory(branch=BranchFactory(chambers=[chamber]))


@pytest.fixture
def user(chamber):
    return secretary_of(chamber)


@pytest.fixture
def client(user, sign_in):
    return sign_in(user)


@pytest.fixture
def staff(sign_in):
    return sign_in(UserFactory(role=Role.FEDERATION, name="王审核"))


def url(name, *args):
    return reverse(f"workbench:{name}", args=args)


def of_assignment(branch, /, **changes):
    return {
        "post": "县委常委",
        "name": "",
        "branch": branch.pk,
        "started_on": "2026-01-01",
        "ended_on": "",
    } | changes


def of_contact(assignment, /, **changes):
    return {
        "assignment": assignment.pk,
        "kind": "survey",
        "held_on": "2025-05-01",
        "summary": "",
    } | changes


def of_demand(chamber, /, **changes):
    return {
        "chamber": chamber.pk,
        "title": "用工紧缺",
        "content": "希望组织招聘。",
        "collected_on": f"{TODAY:%Y-%m-%d}",
        "assignment": "",
    } | changes


def cells_of(answer):
    book = load_workbook(BytesIO(b"".join(answer)))
    return [cell.value for row in book.active.rows for cell in row]


# The same form sent twice makes one row


def test_reviewer_keeps_an_assignment(staff):
    data = of_assignment(BranchFactory(), form_key=uuid.uuid4())

    answers = [staff.post(url("liaison-create"), data) for _ in range(2)]

    row = ContactAssignment.objects.get()
    assert [answer["Location"] for answer in answers] == [row.get_absolute_url()] * 2
    again = staff.post(url("liaison-create"), data | {"form_key": uuid.uuid4()})
    assert again.status_code == 422
    assert "这一职务在这段时间已经联系该党组织" in again.content.decode()


def test_secretary_logs_a_contact_from_the_page_of_the_assignment(client, assignment):
    page = client.get(f"{url('contact-create')}?assignment={assignment.pk}")
    form = page.context["form"]
    assert form["assignment"].value() == assignment.pk
    assert len([field for field in form if not field.is_hidden]) == 4
    data = of_contact(assignment, form_key=str(form["form_key"].value()))

    answers = [client.post(url("contact-create"), data) for _ in range(2)]

    row = ContactActivity.objects.get()
    assert [answer["Location"] for answer in answers] == [row.get_absolute_url()] * 2
    foreign = client.get(
        f"{url('contact-create')}?assignment={ContactAssignmentFactory().pk}"
    )
    assert foreign.context["form"]["assignment"].value() is None


def test_secretary_brings_a_demand(client, chamber):
    page = client.get(url("demand-create"))
    assert page.context["form"].initial["chamber"] == chamber
    data = of_demand(chamber, form_key=uuid.uuid4())

    answers = [client.post(url("demand-create"), data) for _ in range(2)]

    demand = Demand.objects.get()
    assert [answer["Location"] for answer in answers] == [demand.get_absolute_url()] * 2
    assert demand.state == "collected"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"held_on": "9999-01-01"}, "held_on", "日期不能晚于今天。"),
        ({"held_on": "2024-12-31"}, "held_on", "不在这项定点联系的起止日期内"),
        ({"kind": "x"}, "kind", "所选方式无效，请重新选择。"),
        ({"assignment": "9" * 30}, "assignment", "所选定点联系无效"),
        ({"summary": "字" * 501}, "summary", "内容最多 500 个字，现有 501 个字。"),
    ],
)
def test_contact_form_names_what_is_wrong(client, assignment, changes, field, message):
    answer = client.post(url("contact-create"), of_contact(assignment, **changes))

    assert answer.status_code == 422
    assert message in answer.context["form"].errors[field][0]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"title": ""}, "title", "请填写诉求。"),
        ({"chamber": "x"}, "chamber", "所选提出商会无效，请重新选择。"),
        ({"collected_on": "9999-01-01"}, "collected_on", "收集日期不能晚于今天。"),
    ],
)
def test_demand_form_names_what_is_wrong(client, chamber, changes, field, message):
    answer = client.post(url("demand-create"), of_demand(chamber, **changes))

    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [message]


def test_demand_names_an_assignment_of_its_chamber(staff, chamber):
    other = ContactAssignmentFactory()

    data = of_demand(chamber, assignment=other.pk)
    answer = staff.post(url("demand-create"), data)

    assert answer.status_code == 422
    assert "不覆盖该商会" in answer.content.decode()


# The later of two editors gets both texts


def test_second_editor_of_a_contact_gets_both_texts(client, assignment):
    row = ContactActivityFactory(assignment=assignment)
    address = url("contact-update", row.pk)
    first = of_contact(assignment, version=1, summary="先到的内容")
    assert client.post(address, first).status_code == 302

    late = client.post(address, first | {"summary": "迟到的内容"})

    assert late.status_code == 409
    assert "先到的内容" in late.content.decode()
    assert "迟到的内容" in late.content.decode()


def test_assigned_demand_keeps_its_content(client, chamber):
    demand = demand_at("assigned", chamber=chamber)
    address = url("demand-update", demand.pk)

    answer = client.post(address, of_demand(chamber, version=1))

    assert answer.status_code == 409
    assert "已经交办或退回，不能修改" in answer.content.decode()
    assert client.get(address)["Location"] == demand.get_absolute_url()


def test_deleting_a_contact_asks_first(client, assignment):
    row = ContactActivityFactory(assignment=assignment)

    assert client.get(url("contact-delete", row.pk)).status_code == 200
    assert ContactActivity.objects.exists()
    client.post(url("contact-delete", row.pk))
    assert not ContactActivity.objects.exists()


# Steps


def step(client, demand, state, **data):
    fields = {f"{state}-{name}": value for name, value in data.items()}
    return client.post(url("demand-step", demand.pk, state), fields)


def test_staff_and_chamber_take_a_demand_to_its_end(staff, client, chamber):
    demand = DemandFactory(chamber=chamber)
    assert client.get(demand.get_absolute_url()).context["step_forms"] == []
    due_on = f"{TODAY + timedelta(days=9):%Y-%m-%d}"
    answers = [
        step(staff, demand, "assigned", unit="县人社局", due_on=due_on),
        step(staff, demand, "handling"),
        step(staff, demand, "answered", reason="已安排招聘会。"),
    ]
    page = client.get(demand.get_absolute_url())
    labels = [form.label for form in page.context["step_forms"]]
    assert labels == ["办结", "重新办理"]
    answers += [
        step(client, demand, "handling", reason="场次不够。"),
        step(staff, demand, "answered", reason="增加一场。"),
        step(client, demand, "closed", satisfaction="good"),
    ]
    assert {answer.status_code for answer in answers} == {302}
    text = client.get(demand.get_absolute_url()).content.decode()
    for word in ("县人社局", "场次不够。", "增加一场。", "王审核", "满意"):
        assert word in text


@pytest.mark.parametrize(
    ("state", "to", "data", "message"),
    [
        ("collected", "returned", {}, "请填写退回的原因。"),
        ("collected", "assigned", {}, "请填写承办单位。"),
        (
            "collected",
            "assigned",
            {"unit": "县人社局", "due_on": "2025-01-01"},
            "办理期限不能早于今天。",
        ),
        ("handling", "answered", {}, "请填写承办单位的答复。"),
        ("answered", "handling", {}, "请填写重新办理的原因。"),
    ],
)
def test_step_that_lacks_something_says_so(staff, state, to, data, message):
    answer = step(staff, demand_at(state), to, **data)

    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_step_that_is_not_next_is_a_conflict(staff, client, chamber):
    returned = demand_at("returned", chamber=chamber)
    assert step(staff, returned, "handling").status_code == 409
    assert step(client, returned, "closed").status_code == 409
    assert step(staff, returned, "lost").status_code == 404


# Lists


def test_demands_are_narrowed_with_their_sums(staff, chamber):
    late = make_overdue(
        demand_at("handling", chamber=chamber, collected_on=date(2024, 5, 1))
    )
    demand_at("closed")
    for query in [
        {"state": "handling"},
        {"overdue": "1"},
        {"year": "2024"},
        {"chamber": chamber.pk},
    ]:
        page = staff.get(url("demand-list"), query)
        assert page.context["page"].rows == [late], query
        assert page.context["totals"][0].value == 1
    assert "已超期" in staff.get(url("demand-list")).content.decode()


def test_contacts_are_narrowed_with_their_sums(staff, assignment):
    row = ContactActivityFactory(
        assignment=assignment, kind="visit", held_on=date(2026, 2, 1)
    )
    ContactActivityFactory()
    queries = [{"kind": "visit"}, {"year": "2026"}, {"branch": assignment.branch_id}]
    for query in queries:
        page = staff.get(url("contact-list"), query)
        assert page.context["page"].rows == [row], query
        assert page.context["kinds"] == [("走访慰问", 1)]


def test_workbooks_have_the_rows_in_scope(client, assignment, chamber):
    ContactDutyFactory()
    ContactActivityFactory(assignment=assignment, summary="=1+1")
    demand_at("answered", chamber=chamber, title="用工紧缺")
    foreign = ContactAssignmentFactory(post="外来职务", name="某人")
    ContactActivityFactory(assignment=foreign)
    DemandFactory(title="外来诉求")

    board = cells_of(client.get(url("liaison-export") + "?year=2025"))
    contacts = cells_of(client.get(url("contact-export")))
    demands = cells_of(client.get(url("demand-export")))

    assert "实地调研（已办）" in board
    assert assignment.post in contacts
    assert {"用工紧缺", "县人社局", "见说明。"} <= set(demands)
    for cells in (board, contacts, demands):
        assert not [cell for cell in cells if cell and "外来" in str(cell)]


@pytest.mark.parametrize("name", ["liaison-list", "contact-list", "demand-list"])
def test_queries_do_not_grow_with_rows(staff, name):
    ContactDutyFactory()
    counts = []
    for more in (1, 2):
        for _ in range(more):
            ContactActivityFactory()
            demand_at("handling")
        staff.get(url(name))
        with CaptureQueriesContext(connection) as queries:
            staff.get(url(name))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_board_and_detail_show_what_is_open(client, assignment):
    ContactDutyFactory()
    ContactDutyFactory(name="参加会议", kind="meeting")
    ContactActivityFactory(assignment=assignment, held_on=date(2025, 6, 1))

    board = client.get(url("liaison-list"), {"year": 2025}).content.decode()
    detail = client.get(assignment.get_absolute_url()).content.decode()

    assert "已完成" in board
    assert "还差 1 次" in board
    assert "2025-06-01 调研" in detail
    assert "登记定点联系" not in board


# Reminders and the public


def test_desk_reminds_staff_and_secretary(staff, client, assignment, chamber):
    DemandFactory()
    make_overdue(demand_at("assigned"))
    demand_at("answered", chamber=chamber, title="用工紧缺")

    desk = staff.get(url("desk")).content.decode()
    own = client.get(url("desk")).content.decode()

    assert "1 件商会诉求等待交办" in desk
    assert "1 件商会诉求超过办理期限" in desk
    assert "诉求：用工紧缺" in own
    assert "商会诉求等待交办" not in own


@pytest.mark.parametrize(
    ("day", "labels"),
    [
        (date(2025, 9, 30), []),
        (date(2025, 10, 1), ["定点联系今年实地调研还差 1 次"]),
    ],
)
def test_open_duties_are_named_in_the_last_quarter(
    day, labels, user, assignment, monkeypatch
):
    ContactDutyFactory()
    monkeypatch.setattr(desk.timezone, "localdate", lambda *args: day)

    assert [row.label for row in desk.duties_to_do(user)] == labels


def test_public_page_shows_totals_and_never_a_row(assignment, chamber):
    ContactAssignment.objects.update(post="秘密职务", name="秘密姓名")
    ContactActivityFactory(assignment=assignment, summary="秘密内容")
    demand_at("closed", chamber=chamber, title="秘密诉求")

    page = Client().get(reverse("public:liaison-list"))

    assert [total.value for total in page.context["totals"]] == [1, 1, 1, 1, 1]
    assert page.context["activities"][0][0] == 2025
    assert "每件计 1" in page.content.decode()
    assert "秘密" not in page.content.decode()
    years = {year: (got, done) for year, got, done in page.context["demands"]}
    assert years[2025] == (1, 0)
    assert years[TODAY.year] == (0, 1)


def test_works_page_has_the_card(staff):
    assert "定点联系" in staff.get(url("work-list")).content.decode()


def test_yearly_table_has_a_line_for_each_assignment(assignment):
    ContactActivityFactory(assignment=assignment, held_on=date(2025, 6, 1))
    ContactAssignmentFactory(started_on=date(2026, 1, 1))
    report = REPORTS["liaison"]
    scope = Scope(date(2025, 1, 1), date(2025, 12, 31))

    rows = [[c.value(line) for c in report.columns] for line in report.rows(scope)]

    assert rows == [[assignment.post, str(assignment.branch), 1, 0, 0, 0, 0, 1]]
    assert report.totals(scope) == ["全县", "", 1, 0, 0, 0, 0, 1]
