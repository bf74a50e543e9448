"""What comes in as Excel for the county's works, by the rows of a file."""

from datetime import date

import pytest

from activities.models import (
    ContactActivity,
    Issue,
    Lead,
    Lecture,
    Mediator,
    Pairing,
    Project,
)
from activities.models.project import UNSIGNED_ERROR
from activities.services.pairing import village_label
from chambers.models import Role
from redleader.records.money import MONEY_ERROR
from redleader.sheets.imports import IMPORTERS
from redleader.sheets.incoming import SheetRow
from tests.factories.activities import (
    ContactAssignmentFactory,
    MediationCommitteeFactory,
    PairingProgrammeFactory,
    SeriesFactory,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    EnterpriseFactory,
    UserFactory,
    VillageFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db


def rows_of(code, *changes):
    """Return rows of an importer: the examples of its columns, with changes."""
    importer = IMPORTERS[code]
    example = {column.label: column.example or "" for column in importer.columns}
    for column in importer.columns:
        if column.kind == "date":
            text = example[column.label]
            example[column.label] = date.fromisoformat(text) if text else None
    return [
        SheetRow(number, example | change)
        for number, change in enumerate(changes or [{}], start=2)
    ]


@pytest.fixture
def chamber():
    return ChamberFactory(name="演示·云溪商会", is_demo=True)


@pytest.fixture
def federation():
    return UserFactory(role=Role.FEDERATION)


def texts(code, user, *changes):
    plan = IMPORTERS[code].plan(rows_of(code, *changes), user)
    return [error.text for error in plan.errors]


# Leads


def test_leads_come_in_unchecked_and_once(chamber):
    user = secretary_of(chamber)

    plan = IMPORTERS["leads"].write(rows_of("leads"), user)
    again = IMPORTERS["leads"].write(rows_of("leads"), user)

    (lead,) = Lead.objects.all()
    assert (lead.state, lead.created_by, lead.is_demo) == ("waiting", user, True)
    assert [plan.new.count, again.new.count, again.same.count] == [1, 0, 1]


def test_lead_of_a_foreign_chamber_is_refused(chamber):
    stranger = secretary_of(ChamberFactory(name="别的商会"))

    assert texts("leads", stranger) == [
        "第 2 行“提供商会”：商会“演示·云溪商会”不在您的管理范围，未导入。"
    ]
    assert texts("leads", stranger, {"提供商会": "没有的商会"})[0].startswith(
        "第 2 行“提供商会”：没有名为“没有的商会”的商会。"
    )


def test_lead_says_what_is_wrong_with_it(chamber, federation):
    bad = {"类别": "其他", "提供日期": None, "标题": "长" * 81}

    assert texts("leads", federation, bad, {"提供日期": date(2099, 1, 1)}) == [
        "第 2 行“类别”应为：投资项目、高端人才、科研院所、先进技术。",
        "第 2 行“标题”：标题最多 80 个字，现有 81 个字。",
        "第 2 行“提供日期”：请填写提供日期。",
        "第 3 行“提供日期”：提供日期不能晚于今天。",
    ]


# Pairings


@pytest.fixture
def names(chamber):
    """The names that the example of the template mentions."""
    village = VillageFactory(name="演示·云溪村")
    EnterpriseFactory(name="演示·云溪食品有限公司")
    PairingProgrammeFactory(name="村企共建")
    return {"村": village_label(village)}


def test_pairings_come_in_at_their_state(names, federation):
    rows = rows_of("pairings", names)

    IMPORTERS["pairings"].write(rows, federation)

    (pairing,) = Pairing.objects.all()
    assert (pairing.state, pairing.publish_consent) == ("active", True)
    assert [event.state for event in pairing.events.order_by("pgh_id")] == [
        "intent",
        "paired",
        "active",
    ]
    assert IMPORTERS["pairings"].plan(rows, federation).same.count == 1


def test_what_may_change_is_changed_and_the_rest_refused(names, federation):
    IMPORTERS["pairings"].write(rows_of("pairings", names), federation)
    importer = IMPORTERS["pairings"]

    plan = importer.write(rows_of("pairings", names | {"共建内容": "助学"}), federation)

    assert [draft.changes for draft in plan.changed.shown] == [
        [("共建内容", "产业帮扶、修路", "助学")]
    ]
    assert Pairing.objects.get().areas == "助学"
    assert Pairing.objects.get().version == 4  # two steps, then the change
    later = names | {"开始日期": date(2023, 4, 1)}
    assert "系统中为“2023-03-01”" in texts("pairings", federation, later)[0]


def test_village_paired_twice_in_a_file_is_told(names, federation):
    assert texts("pairings", federation, names, names) == [
        "第 2 行与第 3 行重复（村、企业、行动都相同）。"
    ]
    backwards = names | {"结束日期": date(2022, 1, 1)}
    assert texts("pairings", federation, backwards) == [
        "第 2 行：结束日期不能早于开始日期。"
    ]


# Mediators


def test_mediators_come_in_once_and_end(federation):
    MediationCommitteeFactory(name="演示·云溪商会调解委员会", is_demo=True)
    IMPORTERS["mediators"].write(rows_of("mediators"), federation)

    again = rows_of("mediators", {"解聘日期": date(2026, 1, 1)})
    IMPORTERS["mediators"].write(again, federation)

    (mediator,) = Mediator.objects.all()
    assert (mediator.kind, mediator.source, mediator.is_demo) == (
        "part_time",
        "lawyer",
        True,
    )
    assert (mediator.ended_on, mediator.user) == (date(2026, 1, 1), None)
    assert texts("mediators", federation, {"聘任日期": date(2099, 1, 1)}) == [
        "第 2 行“聘任日期”：聘任日期不能晚于今天。"
    ]


# Contacts of leaders


@pytest.fixture
def assignment(chamber):
    branch = BranchFactory(name="演示·云溪商会党支部", chambers=[chamber])
    return ContactAssignmentFactory(post="演示·县领导职务一", branch=branch)


def test_contacts_come_in_for_the_assignment_of_the_day(assignment, chamber):
    user = secretary_of(chamber)

    IMPORTERS["contacts"].write(rows_of("contacts"), user)
    again = IMPORTERS["contacts"].write(rows_of("contacts"), user)

    (row,) = ContactActivity.objects.all()
    assert (row.assignment, row.kind, row.created_by) == (assignment, "survey", user)
    assert again.same.count == 1


def test_contact_without_an_assignment_on_its_day_is_refused(assignment, federation):
    early = {"日期": date(2024, 12, 31)}
    late = {"日期": date(2099, 1, 1)}

    assert texts("contacts", federation, early, {"领导职务": "别的职务"}, late) == [
        "第 2 行：2024-12-31 没有“演示·县领导职务一”与“演示·云溪商会党支部”"
        "的定点联系，请先登记。",
        "第 3 行：2026-03-15 没有“别的职务”与“演示·云溪商会党支部”"
        "的定点联系，请先登记。",
        "第 4 行“日期”：日期不能晚于今天。",
    ]
    stranger = secretary_of(ChamberFactory(name="别的商会"))
    assert "不在您的管理范围" in texts("contacts", stranger)[0]


# Projects


def test_projects_come_in_with_their_steps_and_what_came_in(chamber):
    user = secretary_of(chamber)

    IMPORTERS["projects"].write(rows_of("projects"), user)
    again = IMPORTERS["projects"].write(rows_of("projects"), user)

    (project,) = Project.objects.all()
    assert (project.state, project.kind, project.signed_on) == (
        "operating",
        "回乡投资",
        date(2023, 3, 1),
    )
    amounts = (project.planned, project.contracted, project.paid_in, project.jobs)
    assert amounts == (12_000_000, 10_000_000, 8_000_000, 120)
    assert [(step.state, step.happened_on) for step in project.steps.all()] == [
        ("talks", None),
        ("signed", date(2023, 3, 1)),
        ("started", date(2023, 6, 1)),
        ("operating", date(2024, 6, 1)),
    ]
    assert [again.new.count, again.same.count] == [0, 1]


EARLY = {
    "签约金额（万元）": "",
    **dict.fromkeys(["签约日期", "开工日期", "投产日期", "到位截至"]),
    "到位资金（万元）": "",
    "就业人数": "",
}


def test_project_that_is_not_signed_comes_in_without_a_contract(chamber, federation):
    rows = rows_of(
        "projects",
        EARLY | {"状态": "线索", "类别": "两者"},
        EARLY | {"状态": "在谈", "类别": "乡村振兴", "项目名称": "另一项目"},
    )

    IMPORTERS["projects"].write(rows, federation)

    found = Project.objects.order_by("pk").values_list("state", "is_return", "is_rural")
    assert list(found) == [("lead", True, True), ("talks", False, True)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"开工日期": date(2023, 2, 1)},
            "第 2 行：开工日期：日期不能早于前一步的日期。",
        ),
        ({"投产日期": None}, "第 2 行：状态是“投产”，请填写投产日期。"),
        ({"状态": "开工"}, "第 2 行：状态是“开工”，不应有投产日期。"),
        ({"投产日期": date(2099, 1, 1)}, "第 2 行：投产日期不能晚于今天。"),
        ({"签约金额（万元）": ""}, "第 2 行：状态是“投产”，请填写签约金额。"),
        ({"到位截至": None}, "第 2 行：有到位资金或就业，请填写到位截至。"),
        ({"到位截至": date(2099, 1, 1)}, "第 2 行：到位截至不能晚于今天。"),
        ({"到位截至": date(2023, 2, 1)}, f"第 2 行：{UNSIGNED_ERROR}"),
        (
            {"计划总投资（万元）": "708.3亿"},
            f"第 2 行“计划总投资（万元）”：{MONEY_ERROR}",
        ),
        ({"到位资金（万元）": "-1"}, f"第 2 行“到位资金（万元）”：{MONEY_ERROR}"),
        ({"到位资金（万元）": "NaN"}, f"第 2 行“到位资金（万元）”：{MONEY_ERROR}"),
        (
            {"就业人数": "1.5"},
            "第 2 行“就业人数”：就业人数应为 0–100000 的整数。",
        ),
        ({"类别": "其他"}, "第 2 行“类别”应为：回乡投资、乡村振兴、两者。"),
    ],
)
def test_project_says_what_is_wrong_with_it(chamber, federation, change, said):
    assert texts("projects", federation, change) == [said]


def test_project_of_a_foreign_chamber_is_refused(chamber):
    stranger = secretary_of(ChamberFactory(name="别的商会"))

    assert texts("projects", stranger) == [
        "第 2 行“引进商会”：商会“演示·云溪商会”不在您的管理范围，未导入。"
    ]
    assert texts("projects", secretary_of(chamber), {}, {}) == [
        "第 2 行与第 3 行重复（引进商会、项目名称都相同）。"
    ]


# Lectures of the past


def test_lectures_come_in_as_submitted_and_are_noted(chamber, federation):
    SeriesFactory(name="红土初心讲堂")
    one = {"讲堂系列": "红土初心讲堂", "期数": "1", "时间": "", "在网站公开": ""}

    plan = IMPORTERS["lectures"].write(
        rows_of("lectures", one | {"主题": "二", "期数": "2"}, one), federation
    )

    assert plan.new.count == 2
    lecture = Lecture.objects.get(topic="演示主题")
    assert (lecture.state, lecture.submitted_by, lecture.is_public) == (
        "submitted",
        federation,
        False,
    )
    assert lecture.content.startswith("历史记录，")
    assert "开讲时刻未载明。" in lecture.content
    assert sorted(Issue.objects.values_list("number", flat=True)) == [1, 2]
    assert [event.state for event in lecture.events.order_by("pgh_id")] == [
        "draft",
        "submitted",
    ]
    again = IMPORTERS["lectures"].plan(rows_of("lectures", one), federation)
    assert again.same.count == 1


def test_lecture_of_the_past_says_what_is_wrong_with_it(chamber, federation):
    chamber.founded_on = date(2024, 1, 1)
    chamber.save()

    assert texts("lectures", federation, {}, {"日期": date(2099, 1, 1)}) == [
        "第 2 行：早于商会成立日期（2024-01-01），请核对。",
        "第 3 行：日期晚于今天，不是历史记录。",
    ]
    rows = [
        {"日期": date(2024, 5, 1), "应到": "40"},
        {"日期": date(2024, 5, 2), "时间": "下午"},
        {"日期": date(2024, 5, 3), "实到": "2001"},
    ]
    assert texts("lectures", federation, *rows) == [
        "第 2 行：应到人数应等于实到、请假、缺席之和，请核对。",
        "第 3 行“时间”：时间无效，请按“时:分”填写，例如 14:30。",
        "第 4 行“实到”：实到应为 0–2000 的整数。",
    ]
    stranger = secretary_of(ChamberFactory())
    (text,) = texts("lectures", stranger, {"日期": date(2024, 5, 1)})
    assert "不在您的管理范围" in text


def test_empty_cell_of_a_changed_row_keeps_what_is_stored(names, federation):
    importer = IMPORTERS["pairings"]
    importer.write(rows_of("pairings", names), federation)

    changed = names | {"共建内容": "", "企业同意公开": "否"}
    importer.write(rows_of("pairings", changed), federation)

    pairing = Pairing.objects.get()
    assert (pairing.areas, pairing.publish_consent) == ("产业帮扶、修路", False)
