from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.imports.honour import LEVELS, HonourImporter
from activities.models import Award, SchemeVersion
from activities.services.public_report import UNSTATED
from redleader.sheets.import_books import PROBLEM, marked_book, template_book
from redleader.sheets.incoming import RowError, SheetRow
from redleader.sheets.workbook import answer
from tests.factories.activities import (
    AwardFactory,
    SchemeFactory,
    SchemeVersionFactory,
    SiteFactory,
)
from tests.factories.chambers import BranchFactory, ChamberFactory

pytestmark = pytest.mark.django_db
IMPORTER = HonourImporter()

TYPED = {
    "获得者": "云溪商会",
    "项目": "“四好”商会",
    "版本": "",
    "称号": "全国“四好”商会",
    "级别": "国家级",
    "周期": "2021—2022年度",
    "授予单位": "全国工商联",
    "文号": "全联发〔2022〕1号",
    "批次": "",
    "授予日期": date(2022, 11, 30),
    "有效期至": None,
    "取消日期": None,
    "取消原因": "",
    "取消文号": "",
    "来源": "通报",
}


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


@pytest.fixture
def scheme(chamber):
    return SchemeFactory(name="“四好”商会")


def row(number=2, **changes):
    return SheetRow(number, TYPED | changes)


def texts(*rows):
    """Return what is said of the rows; with nothing said they are all new."""
    plan = IMPORTER.plan(list(rows), None)
    assert plan.errors or plan.new.count == len(rows)
    return [error.text for error in plan.errors]


def test_row_becomes_an_award_of_an_unstated_version(chamber, scheme):
    plan = IMPORTER.write([row()], None)

    (award,) = Award.objects.all()
    assert [planned.number for planned in plan.new.shown] == [2]
    assert (award.chamber, award.branch, award.site) == (chamber, None, None)
    assert (award.version.scheme, award.version.label) == (scheme, UNSTATED)
    assert (award.title, award.level) == ("全国“四好”商会", "national")
    assert (award.granted_on, award.valid_until) == (date(2022, 11, 30), None)
    assert (award.document_number, award.source) == ("全联发〔2022〕1号", "通报")
    assert award.recorded_on == timezone.localdate()


def test_same_file_again_writes_nothing(scheme):
    IMPORTER.write([row()], None)

    plan = IMPORTER.write([row()], None)

    assert (plan.new.count, [planned.number for planned in plan.same.shown]) == (0, [2])
    assert Award.objects.count() == SchemeVersion.objects.count() == 1


def test_rows_that_are_there_are_passed_over(scheme):
    IMPORTER.write([row()], None)

    plan = IMPORTER.write([row(), row(3, 周期="2023年")], None)

    assert [planned.number for planned in plan.new.shown] == [3]
    assert [planned.number for planned in plan.same.shown] == [2]
    assert Award.objects.count() == 2


def test_recipient_may_be_a_branch_or_a_site(scheme):
    branch = BranchFactory(name="云溪党支部", chambers=[ChamberFactory()])
    site = SiteFactory(name="云溪基地")

    IMPORTER.write([row(获得者="云溪党支部"), row(3, 获得者=" 云溪 基地 ")], None)

    awards = Award.objects.order_by("pk")
    assert [award.recipient for award in awards] == [branch, site]


def test_version_is_found_by_its_label(scheme):
    version = SchemeVersionFactory(scheme=scheme, label="2021年版")

    IMPORTER.write([row(版本="2021年版")], None)

    assert Award.objects.get().version == version


@pytest.mark.parametrize("word", ["国家级", "国家", "省级", "省", "市", "县", "县级"])
def test_level_is_known_by_either_word(scheme, word):
    IMPORTER.write([row(级别=word)], None)

    assert Award.objects.get().level == LEVELS[word]


def test_revoked_title_is_kept_with_its_reason(scheme):
    revoked = row(
        取消日期=date(2023, 5, 1), 取消原因="材料不实", 取消文号="〔2023〕5号"
    )
    IMPORTER.write([revoked], None)

    (award,) = Award.objects.on()
    assert award.state == "revoked"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"获得者": "", "项目": "", "称号": "", "级别": ""},
            [
                "第 2 行“获得者”：请填写获得者。",
                "第 2 行“项目”：请填写项目。",
                "第 2 行“称号”：请填写称号。",
                "第 2 行“级别”：请填写级别。",
            ],
        ),
        (
            {"获得者": "不存在的单位"},
            ["第 2 行“获得者”：没有名为“不存在的单位”的商会、党组织或基地。"],
        ),
        (
            {"获得者": "云西商会"},
            [
                "第 2 行“获得者”：没有名为“云西商会”的商会、党组织或基地。"
                "是不是“云溪商会”？"
            ],
        ),
        (
            {"获得者": "yxsh"},
            ["第 2 行“获得者”：没有名为“yxsh”的商会、党组织或基地。是不是“云溪商会”？"],
        ),
        (
            {"项目": "没有的项目"},
            [
                "第 2 行“项目”：没有名为“没有的项目”的荣誉项目，"
                "请先在后台登记，或改用已有的名称。"
            ],
        ),
        (
            {"版本": "2099年版"},
            ["第 2 行：““四好”商会”没有名为“2099年版”的版本；不知道的可以不填。"],
        ),
        ({"级别": "乡级"}, ["第 2 行“级别”：级别应为县级、市级、省级或国家级。"]),
        (
            {"授予日期": timezone.localdate() + timedelta(days=2)},
            ["第 2 行：授予日期不能晚于登记日期。"],
        ),
        (
            {"有效期至": date(2020, 1, 1)},
            ["第 2 行：有效期不能早于授予日期。"],
        ),
        (
            {"取消日期": date(2023, 1, 1)},
            ["第 2 行：取消称号须填写取消日期、原因和文号。"],
        ),
        (
            {"称号": "长" * 81},
            ["第 2 行“称号”：称号最多 80 个字，现有 81 个字。"],
        ),
        (
            {"来源": "证号 350823199001011237"},
            ["第 2 行“来源”：请勿填写身份证号码等敏感个人信息。"],
        ),
        (
            {"批次": "甲\u202e乙"},
            ["第 2 行“批次”：批次含有无法显示的字符，请删除后重试。"],
        ),
    ],
)
def test_row_says_what_is_wrong_with_it(scheme, changes, said):
    assert texts(row(**changes)) == said


def test_every_error_is_told_at_once_and_nothing_is_written(scheme):
    rows = [row(), row(3, 级别="乡级"), row(4, 获得者="不存在的单位", 称号="")]

    with pytest.raises(ValidationError) as refused:
        IMPORTER.write(rows, None)

    assert refused.value.messages == [
        "预览以后数据有了变化，本次未导入任何数据，请重新上传。",
        "第 3 行“级别”：级别应为县级、市级、省级或国家级。",
        "第 4 行“获得者”：没有名为“不存在的单位”的商会、党组织或基地。",
        "第 4 行“称号”：请填写称号。",
    ]
    assert Award.objects.count() == SchemeVersion.objects.count() == 0


def test_bad_rows_are_found_among_good_ones(scheme):
    bad = {3: {"有效期至": date(2020, 1, 1)}, 6: {"取消原因": "不明"}}
    rows = [row(n, 周期=str(n), **bad.get(n, {})) for n in range(2, 9)]

    plan = IMPORTER.plan(rows, None)

    assert not Award.objects.exists()  # It was a trial.
    assert [planned.number for planned in plan.new.shown] == [2, 4, 5, 7, 8]
    assert [error.text for error in plan.errors] == [
        "第 3 行：有效期不能早于授予日期。",
        "第 6 行：取消称号须填写取消日期、原因和文号。",
    ]
    assert Award.objects.count() == SchemeVersion.objects.count() == 0


def test_row_that_breaks_two_rules_says_both(scheme):
    changes = {"有效期至": date(2020, 1, 1), "取消日期": date(2020, 1, 1)}

    assert texts(row(**changes)) == [
        "第 2 行：有效期不能早于授予日期。",
        "第 2 行：取消称号须填写取消日期、原因和文号。",
        "第 2 行：取消日期不能早于授予日期。",
    ]


def test_two_rows_of_one_award_are_told(scheme):
    assert texts(row(), row(3, 授予单位="")) == [
        "第 2 行与第 3 行重复（获得者、称号、级别、周期、文号和授予日期都相同）。"
    ]


def test_name_of_two_kinds_is_not_guessed(scheme):
    SiteFactory(name="云溪商会")

    assert texts(row()) == [
        "第 2 行“获得者”：有同名的商会、基地“云溪商会”，不能确定是哪一个，"
        "请在后台登记这一项。"
    ]


def test_what_contradicts_the_record_is_refused(chamber, scheme):
    version = SchemeVersionFactory(scheme=scheme, label="2021年版")
    other = SchemeVersionFactory(scheme=scheme, label="2023年版")
    AwardFactory(
        version=version,
        chamber=chamber,
        cycle_label="2021—2022年度",
        document_number="全联发〔2022〕1号",
        grantor="全国工商联",
    )

    assert texts(row(版本=other.label, 来源="")) == [
        "第 2 行“版本”与系统中已有的同一荣誉不同："
        "系统中为““四好”商会 2021年版”，文件中为““四好”商会 2023年版”。"
        "请核对；需要更正的，请在系统中修改后再导入。",
        "第 2 行“授予日期”与系统中已有的同一荣誉不同："
        "系统中为“空”，文件中为“2022-11-30”。"
        "请核对；需要更正的，请在系统中修改后再导入。",
    ]
    empty = {"授予日期": None, "授予单位": "", "来源": ""}
    assert [p.number for p in IMPORTER.plan([row(**empty)], None).same.shown] == [2]


def test_title_of_the_same_name_is_pointed_out(chamber, scheme):
    AwardFactory(chamber=chamber)

    (planned,) = IMPORTER.plan([row()], None).new.shown

    assert planned.note == "已有同一称号（年度未载明），请核对不是同一项。"
    Award.objects.update(cycle_label="2023年")
    assert IMPORTER.plan([row()], None).new.shown[0].note == ""


def test_demo_recipient_makes_a_demo_award(scheme):
    ChamberFactory(name="演示·云溪商会", is_demo=True)

    IMPORTER.write([row(获得者="演示·云溪商会")], None)

    assert Award.objects.get().is_demo


def test_names_are_looked_up_once_for_all_rows(scheme, django_assert_num_queries):
    ChamberFactory.create_batch(3)
    rows = [row(n, 获得者=f"不存在的单位{n}") for n in range(2, 40)]

    # Three kinds of names, schemes, versions; and a savepoint that is undone.
    with django_assert_num_queries(8):
        IMPORTER.plan(rows, None)


def test_template_says_what_may_be_filled_in(scheme):
    SchemeVersionFactory(scheme=scheme, label="2021年版")

    content = answer(template_book(IMPORTER), "模板").content

    book = openpyxl.load_workbook(BytesIO(content))
    sheet, guide = book.worksheets
    assert [cell.value for cell in sheet[1]] == [c.heading for c in IMPORTER.columns]
    said = {line[0]: line for line in guide.iter_rows(min_row=5, values_only=True)}
    assert list(said) == [column.label for column in IMPORTER.columns]
    assert said["项目"][1:] == (
        "是",
        "须是系统中已有的荣誉项目。",
        "“四好”商会",
        "“四好”商会",
    )
    assert said["版本"][3] == "“四好”商会：2021年版"
    assert said["级别"][3] == "县级\n市级\n省级\n国家级"


def test_marked_copy_has_the_rows_and_the_faults(scheme):
    errors = (
        RowError(3, "级别", "第 3 行“级别”不对。"),
        RowError(3, "", "第 3 行不对。"),
    )
    rows = [row(), replace(row(3), errors=errors)]

    content = marked_book(IMPORTER, rows).packed()

    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert [cell.value for cell in sheet[1]][-1] == PROBLEM
    marked = [
        (cell.row, sheet.cell(1, cell.column).value)
        for line in sheet.iter_rows(min_row=2)
        for cell in line
        if cell.fill.fgColor.rgb == "FFFBD5D0"
    ]
    assert marked == [(3, "级别*"), (3, PROBLEM)]
    assert sheet.cell(3, len(IMPORTER.columns) + 1).value == (
        "第 3 行“级别”不对。\n第 3 行不对。"
    )
