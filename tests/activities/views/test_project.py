from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from activities.models import Project, ProjectEntry, PromotionEvent
from chambers.models import Role
from redleader.records.money import LIMIT_ERROR, MONEY_ERROR
from tests.factories.activities import (
    ProjectEntryFactory,
    ProjectFactory,
    PromotionEventFactory,
    project_at,
)
from tests.factories.chambers import (
    ChamberFactory,
    RegionFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


@pytest.fixture
def client(chamber, sign_in):
    return sign_in(secretary_of(chamber))


@pytest.fixture
def staff(sign_in):
    return sign_in(UserFactory(role=Role.FEDERATION, name="王审核"))


def typed(chamber, /, **changes):
    return {
        "chamber": chamber.pk,
        "name": "茶叶加工",
        "is_return": "on",
        "investor": "东海公司",
        "planned": "800",
    } | changes


def test_secretary_registers_a_project_and_the_same_form_makes_no_second(
    client, chamber
):
    page = client.get(reverse("workbench:project-create"))
    form = page.context["form"]
    assert form.initial["chamber"] == chamber
    assert sum(field.field.required for field in form) == 3
    assert "contracted" not in form.fields
    data = typed(chamber, form_key=str(form.initial["form_key"]))

    address = reverse("workbench:project-create")
    answers = [client.post(address, data) for _ in range(2)]

    project = Project.objects.get()
    assert [a["Location"] for a in answers] == [project.get_absolute_url()] * 2
    assert (project.state, project.planned) == ("lead", Decimal(8_000_000))


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "请填写项目名称。"),
        ({"investor": "\u3000"}, "investor", "请填写投资方。"),
        (
            {"is_return": ""},
            "__all__",
            "请至少选一类：回乡投资项目、乡村振兴项目。",
        ),
        ({"planned": "-1"}, "planned", MONEY_ERROR),
        ({"planned": "NaN"}, "planned", MONEY_ERROR),
        ({"planned": "708.3亿"}, "planned", MONEY_ERROR),
        ({"planned": "7083000"}, "planned", LIMIT_ERROR),
        ({"township": "x"}, "township", "所选落地乡镇无效，请重新选择。"),
        ({"promotion": "9" * 30}, "promotion", None),
        ({"chamber": "0"}, "chamber", "所选引进商会无效，请重新选择。"),
    ],
)
def test_project_form_names_what_is_wrong(client, chamber, changes, field, message):
    address = reverse("workbench:project-create")
    answer = client.post(address, typed(chamber, **changes))

    assert answer.status_code == 422
    errors = answer.context["form"].errors[field]
    assert message is None or errors == [message]
    assert not Project.objects.exists()


def test_second_editor_gets_both_texts(client, chamber):
    project = ProjectFactory(chamber=chamber)
    address = reverse("workbench:project-update", args=[project.pk])
    assert client.post(address, typed(chamber, version=1)).status_code == 302

    late = client.post(address, typed(chamber, version=1, name="另一名称"))

    assert late.status_code == 409
    text = late.content.decode()
    assert "茶叶加工" in text
    assert 'value="另一名称"' in text


def test_signed_project_keeps_a_contract_and_a_terminated_one_all(client, chamber):
    project = project_at("operating", chamber=chamber)
    address = reverse("workbench:project-update", args=[project.pk])
    data = typed(chamber, version=project.version)

    assert "contracted" in client.post(address, data).context["form"].errors
    assert client.post(address, data | {"contracted": "600"}).status_code == 302
    project.refresh_from_db()
    assert (project.contracted, project.state) == (Decimal(6_000_000), "operating")

    ended = project_at("terminated", chamber=chamber)
    address = reverse("workbench:project-update", args=[ended.pk])
    late = client.post(address, typed(chamber, version=ended.version))
    assert late.status_code == 409
    assert client.get(address)["Location"] == ended.get_absolute_url()


def test_secretary_takes_a_project_to_operation(client, chamber):
    project = ProjectFactory(chamber=chamber)
    for state, data in [
        ("talks", {}),
        (
            "signed",
            {"signed-happened_on": "2025-03-01", "signed-contracted": "600"},
        ),
        ("started", {"started-happened_on": "2025-03-01"}),
        ("operating", {"operating-happened_on": "2025-09-01"}),
    ]:
        address = reverse("workbench:project-step", args=[project.pk, state])
        assert client.post(address, data).status_code == 302
    text = client.get(project.get_absolute_url()).content.decode()
    assert "600万元" in text
    assert "2025-09-01" in text


@pytest.mark.parametrize(
    ("state", "to", "data", "message"),
    [
        ("talks", "signed", {"signed-happened_on": "2025-01-01"}, "请填写签约金额"),
        ("signed", "started", {}, "请填写开工日期。"),
        (
            "signed",
            "started",
            {"started-happened_on": "2025-02-28"},
            "日期不能早于前一步的日期。",
        ),
        (
            "signed",
            "started",
            {"started-happened_on": "9999-01-01"},
            "日期不能晚于今天。",
        ),
        (
            "lead",
            "terminated",
            {"terminated-happened_on": "2025-03-01"},
            "请填写终止的原因。",
        ),
    ],
)
def test_step_that_lacks_something_says_so(staff, state, to, data, message):
    project = project_at(state)

    answer = staff.post(reverse("workbench:project-step", args=[project.pk, to]), data)

    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_step_that_is_not_next_is_a_conflict(staff):
    project = project_at("signed")
    address = reverse("workbench:project-step", args=[project.pk, "talks"])

    assert staff.post(address).status_code == 409
    lost = reverse("workbench:project-step", args=[project.pk, "lost"])
    assert staff.post(lost).status_code == 404


def test_entries_are_written_changed_and_deleted(client, chamber):
    project = project_at("signed", chamber=chamber)
    page = client.get(reverse("workbench:project-entry-create", args=[project.pk]))
    key = str(page.context["form"].initial["form_key"])
    data = {"day": "2025-04-01", "paid_in": "510", "form_key": key}
    address = reverse("workbench:project-entry-create", args=[project.pk])
    for _ in range(2):
        assert client.post(address, data).status_code == 302

    entry = ProjectEntry.objects.get()
    assert (entry.paid_in, entry.jobs) == (Decimal(5_100_000), 0)
    assert "超过签约金额" in client.get(project.get_absolute_url()).content.decode()
    edit = reverse("workbench:project-entry-update", args=[entry.pk])
    data = {"day": "2025-04-01", "paid_in": "400", "jobs": "30", "version": "1"}
    assert client.post(edit, data).status_code == 302
    assert client.post(edit, data | {"jobs": "31"}).status_code == 409
    delete = reverse("workbench:project-entry-delete", args=[entry.pk])
    assert "30" in client.get(delete).content.decode()
    assert client.post(delete)["Location"] == project.get_absolute_url()
    assert not ProjectEntry.objects.exists()


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({"day": "2025-04-01"}, "__all__", "请填写到位资金或新增就业。"),
        ({"day": "2025-02-28", "jobs": "3"}, "day", "不能早于签约日期"),
        ({"day": "9999-01-01", "jobs": "3"}, "day", "日期不能晚于今天。"),
        ({"day": "2025-04-01", "jobs": "-1"}, "jobs", "新增就业应为 0–100000 的整数。"),
        ({"day": "2025-04-01", "paid_in": "Infinity"}, "paid_in", MONEY_ERROR),
    ],
)
def test_entry_form_names_what_is_wrong(staff, data, field, message):
    project = project_at("signed")
    address = reverse("workbench:project-entry-create", args=[project.pk])

    answer = staff.post(address, data)

    assert answer.status_code == 422
    assert message in answer.context["form"].errors[field][0]


def test_entry_of_a_project_that_is_not_signed_is_a_conflict(staff):
    for state, message in (("talks", "从签约以后登记"), ("terminated", "已终止")):
        project = project_at(state)
        address = reverse("workbench:project-entry-create", args=[project.pk])
        answer = staff.get(address)
        assert answer.status_code == 409
        assert message in answer.content.decode()


def test_list_is_narrowed_with_its_totals(staff, chamber):
    place = RegionFactory(name="临江镇")
    project = project_at(
        "operating", chamber=chamber, name="茶叶加工", township=place, is_rural=True
    )
    ProjectEntryFactory(project=project, paid_in=Decimal(6_000_000))
    ProjectEntryFactory(project=project_at("signed", signed_on=date(2024, 5, 1)))
    address = reverse("workbench:project-list")
    for query in [
        {"q": "yunxi"},
        {"q": "茶叶"},
        {"kind": "rural"},
        {"kind": "both", "state": "operating"},
        {"chamber": chamber.pk, "year": 2025},
        {"township": place.pk},
        {"check": "over"},
    ]:
        page = staff.get(address, query)
        assert page.context["page"].rows == [project], query
        assert page.context["totals"][3].words == "600万元"
    assert staff.get(address, {"check": "no-entry"}).context["page"].rows == []
    assert staff.get(address, {"year": "99"}).context["filters"].ignored


@pytest.mark.parametrize(
    "name",
    [
        "workbench:project-list",
        "workbench:project-export",
        "workbench:promotion-list",
        "public:project-list",
    ],
)
def test_pages_of_projects_cost_the_same_for_1_and_3_rows(staff, name):
    counts = []
    for more in (1, 2):
        for _ in range(more):
            promotion = PromotionEventFactory()
            project = project_at("signed", promotion=promotion, publish_consent=True)
            ProjectEntryFactory(project=project)
        ProjectFactory.create_batch(3, is_return=True)
        staff.get(reverse(name))
        with CaptureQueriesContext(connection) as queries:
            staff.get(reverse(name))
        counts.append(len(queries))
    # Sums are published from three projects on: one more query and their tables.
    assert counts[1] - counts[0] == (1 if name.startswith("public") else 0)


def test_workbook_has_the_rows_in_scope(client, chamber):
    project_at("signed", chamber=chamber, name="=1+1", planned=Decimal(10_000))
    ProjectFactory(name="外来")

    answer = client.get(reverse("workbench:project-export"))

    book = load_workbook(BytesIO(b"".join(answer)))
    cells = [cell.value for row in book.active.rows for cell in row]
    assert 500 in cells
    assert "外来" not in cells


def test_secretary_writes_a_promotion_and_sees_what_came_of_it(client, chamber):
    data = {
        "name": "东海推介会",
        "held_on": "2025-05-01",
        "place": "东海市",
        "organiser": chamber.pk,
    }
    answer = client.post(reverse("workbench:promotion-create"), data)
    promotion = PromotionEvent.objects.get()
    assert answer["Location"] == promotion.get_absolute_url()
    own = project_at("signed", chamber=chamber, promotion=promotion)
    project_at("signed", promotion=promotion, name="外来")

    page = client.get(promotion.get_absolute_url())

    assert list(page.context["projects"]) == [own]
    assert page.context["totals"][2].words == "500万元"
    assert list(client.get(reverse("workbench:promotion-list")).context["page"].rows)
    late = timezone.localdate() + timedelta(days=1)
    address = reverse("workbench:promotion-update", args=[promotion.pk])
    changed = data | {"held_on": f"{late}", "version": 1}
    assert client.post(address, changed).status_code == 422
    changed["held_on"] = "2025-05-02"
    assert client.post(address, changed).status_code == 302


def test_promotion_of_the_county_is_read_and_not_changed_by_a_secretary(client):
    promotion = PromotionEventFactory(organiser=None)

    page = client.get(promotion.get_absolute_url())

    assert not page.context["may_edit"]
    address = reverse("workbench:promotion-update", args=[promotion.pk])
    assert client.get(address).status_code == 404


def test_promotions_leave_as_a_workbook_and_are_searched(staff, chamber):
    promotion = PromotionEventFactory(organiser=chamber, name="东海推介会")
    PromotionEventFactory(held_on=date(2024, 1, 1), place="西岭市")
    address = reverse("workbench:promotion-list")
    for query in ({"q": "yunxi"}, {"q": "东海推介"}, {"year": "2025"}):
        assert staff.get(address, query).context["page"].rows == [promotion]

    answer = staff.get(reverse("workbench:promotion-export"))

    book = load_workbook(BytesIO(b"".join(answer)))
    assert "西岭市" in [cell.value for row in book.active.rows for cell in row]


def test_public_page_has_totals_and_consenting_names_and_no_amount_of_a_firm():
    place = RegionFactory(name="临江镇")
    promotion = PromotionEventFactory(name="东海推介会")
    fields = {"township": place, "promotion": promotion, "contracted": 12_345_600}
    project_at("signed", name="公开项目", publish_consent=True, **fields)
    project_at("signed", name="内部项目", **fields)
    project_at("talks", name="在谈项目", publish_consent=True)
    address = reverse("public:project-list")

    page = Client().get(address)
    text = page.content.decode()

    assert "公开项目" in text
    assert "东海推介会" in text
    assert "少于 3 个" in text
    for hidden in ("内部项目", "在谈项目", "东海公司", "1234.56", "2469.12"):
        assert hidden not in text
    project_at("signed", name="第三项目", **fields)
    text = Client().get(address).content.decode()
    assert "3703.68万元" in text
    assert "签约日期在周期内的回乡投资项目，签约金额合计" in text


def test_public_page_without_projects_says_so():
    text = Client().get(reverse("public:project-list")).content.decode()

    assert "有了签约的项目以后" in text


def test_works_and_desk_say_what_is_to_be_looked_at(staff):
    project_at("signed")
    ProjectEntryFactory(paid_in=Decimal(9_000_000))

    works = staff.get(reverse("workbench:work-list")).content.decode()
    desk = staff.get(reverse("workbench:desk")).content.decode()

    assert "到位资金" in works
    assert "1 个签约以后的项目还没有登记到位资金和就业" in desk
    assert "1 个项目到位资金超过签约金额，请核对" in desk
