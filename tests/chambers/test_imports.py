"""What comes in as Excel for the registry, by the rows of a file."""

import time
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from chambers.imports.member import MemberImporter
from chambers.models import (
    Appointment,
    Branch,
    Chamber,
    ChamberTerm,
    Enterprise,
    Member,
    Membership,
    Region,
    Role,
)
from redleader.models import ImportJob
from redleader.records.search import search
from redleader.sheets.imports import IMPORTERS
from redleader.sheets.incoming import CHUNK
from tests import hostile_sheets as hostile
from tests.activities.imports.test_works import rows_of, texts
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    EnterpriseFactory,
    MemberFactory,
    MembershipFactory,
    RegionFactory,
    UserFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return UserFactory(role=Role.FEDERATION)


@pytest.fixture
def township():
    return RegionFactory(code="350823109", name="临江镇")


@pytest.fixture
def chamber():
    return ChamberFactory(name="演示·云溪商会", is_demo=True)


def write(code, user, *changes):
    return IMPORTERS[code].write(rows_of(code, *changes), user)


def counts(plan):
    return plan.new.count, plan.changed.count, plan.same.count


@pytest.mark.parametrize(
    "code",
    ["chambers", "terms", "branches", "enterprises", "members", "appointments"],
)
def test_example_comes_in_once(code, staff, township):
    if code != "chambers":
        chamber = ChamberFactory(name="演示·云溪商会")
    if code == "appointments":
        MembershipFactory(chamber=chamber, member__name="演示人员")

    assert counts(write(code, staff)) == (1, 0, 0)
    assert counts(write(code, staff)) == (0, 0, 1)


def test_chambers_come_in_and_are_completed(staff, township):
    write("chambers", staff, {"简称": ""})

    plan = write(
        "chambers", staff, {"简称": "云商", "涉及行业": "制造业,A", "成立日期": None}
    )

    (changed,) = plan.changed.shown
    assert changed.changes == [("简称", "空", "云商")]
    chamber = Chamber.objects.get()
    assert (chamber.township, chamber.trades) == (township, ["A", "C"])
    assert chamber.founded_on == date(2016, 5, 1)
    # A name that changed with the rows is found.
    assert search(Chamber.objects.all(), "云商").exists()
    assert texts("chambers", staff, {"类型": "行业商（协）会"}) == [
        "第 2 行“类型”与系统中已有的同一商会不同：系统中为“乡镇商会”，"
        "文件中为“行业商（协）会”。请核对；需要更正的，请在系统中修改后再导入。"
    ]
    assert texts("chambers", staff, {"商会名称": "另一商会", "所在乡镇": ""}) == [
        "第 2 行：乡镇商会须填写所在乡镇。"
    ]


def test_credit_code_with_a_wrong_check_digit_is_refused(staff, township):
    row = {"统一社会信用代码": "91350823MA2XYZAB1D"}

    (text,) = texts("enterprises", staff, row)

    assert text.startswith("第 2 行“统一社会信用代码”：统一社会信用代码应为 18 位")
    write("enterprises", staff)
    assert Enterprise.objects.get().township == township


def test_branches_come_in_with_what_they_cover(staff, chamber):
    ChamberFactory(name="别的商会")
    write("branches", staff)

    assert list(Branch.objects.get().chambers.all()) == [chamber]
    other = {"党组织名称": "联合党支部"}
    assert texts("branches", staff, other | {"形式": "联合党支部"}) == [
        "第 2 行：党支部覆盖 1 个商会，联合党支部覆盖 2 至 5 个商会，请核对覆盖商会。"
    ]
    assert "系统中为“演示·云溪商会”" in "".join(
        texts("branches", staff, {"覆盖商会": "演示·云溪商会、别的商会"})
    )


def test_villages_belong_to_a_township(staff, township):
    write("villages", staff)

    assert Region.objects.get(code="350823109200").parent == township
    write("villages", staff, {"名称": "新名村"})
    assert search(Region.objects.all(), "xinming").get().code == "350823109200"
    assert texts("villages", staff, {"区划代码": "350823999200"}) == [
        "第 2 行“区划代码”：前 9 位 350823999 不是已登记的乡镇，请核对。"
    ]
    assert texts("villages", staff, {"区划代码": "35082310920"}) == [
        "第 2 行：区划代码的位数与级别不符："
        "省 2 位、市 4 位、县 6 位、乡镇 9 位、村 12 位数字。"
    ]


def test_terms_come_in_and_end(staff, chamber):
    write("terms", staff)
    write("terms", staff, {"实际换届日期": date(2026, 5, 1)})

    assert ChamberTerm.objects.get().ended_on == date(2026, 5, 1)


# Members

PHONE = "13800000001"


def test_phone_is_put_in_order_or_refused(staff, chamber):
    write("members", staff, {"手机号": "+86 138 0000 0001"})

    assert Member.objects.get().phone == PHONE
    assert texts("members", staff, {"手机号": "01380000000"}) == [
        "第 2 行“手机号”：手机号应为 11 位数字，例如 138xxxx1234。"
    ]


def test_person_in_two_chambers_is_kept_once(staff, chamber):
    ChamberFactory(name="乙商会")
    lines = [{"手机号": PHONE}, {"手机号": PHONE, "商会": "乙商会"}]

    plan = write("members", staff, *lines)

    assert counts(plan) == (2, 0, 0)
    member = Member.objects.get()
    assert member.memberships.count() == 2
    ChamberFactory(name="丙商会")
    plan = write("members", staff, {"手机号": PHONE, "商会": "丙商会"})
    assert plan.new.shown[0].note == "系统中已有，只新增这一项会籍。"
    assert (Member.objects.count(), Membership.objects.count()) == (1, 3)


def test_homonyms_are_kept_apart_and_pointed_at(staff, chamber):
    write("members", staff, {"手机号": PHONE})

    plan = write("members", staff, {"手机号": "13800000002", "区分说明": "甲公司"})

    assert plan.new.shown[0].note == "另有 1 个同名的会员，请核对不是同一人。"
    assert Member.objects.count() == 2
    assert texts("members", staff, {}) == [
        "第 2 行“姓名或名称”：本商会有 2 个同名的会员，请填写手机号或区分说明。"
    ]


def test_member_is_completed_and_leaves(staff, chamber):
    write("members", staff)

    write("members", staff, {"手机号": PHONE, "退会日期": date(2026, 1, 1)})

    member = Member.objects.get()
    assert (member.phone, member.memberships.get().ended_on) == (
        PHONE,
        date(2026, 1, 1),
    )
    (text,) = texts("members", staff, {"手机号": PHONE, "入会日期": date(2021, 1, 1)})
    assert text.startswith("第 2 行“入会日期”与系统中已有的同一会员不同")


def test_doubles_in_a_file_are_told(staff, chamber):
    line = {"手机号": PHONE}

    assert texts("members", staff, line, line, {}, {}) == [
        "第 2 行与第 3 行重复（同一手机号）。",
        "第 4 行与第 5 行重复（商会、名称和区分说明都相同）。",
    ]


def test_firm_is_the_enterprise_of_its_name(staff, chamber):
    enterprise = EnterpriseFactory(name="演示·云溪食品有限公司")
    firm = {"类别": "企业会员", "姓名或名称": enterprise.name}

    write("members", staff, firm)

    assert Member.objects.get().enterprise == enterprise
    (text,) = texts("members", staff, firm | {"姓名或名称": "没有的公司"})
    assert "没有名为“没有的公司”的企业" in text


def test_secretary_imports_members_of_the_own_chamber(chamber):
    secretary = secretary_of(chamber)
    ChamberFactory(name="乙商会")

    assert counts(write("members", secretary)) == (1, 0, 0)
    assert texts("members", secretary, {"商会": "乙商会"}) == [
        "第 2 行“商会”：商会“乙商会”不在您的管理范围，未导入。"
    ]


def test_lines_of_a_person_in_two_chunks_are_one_member(staff, chamber, monkeypatch):
    monkeypatch.setattr("redleader.sheets.incoming.CHUNK", 1)
    ChamberFactory(name="乙商会")

    write("members", staff, {"手机号": PHONE}, {"手机号": PHONE, "商会": "乙商会"})

    assert Member.objects.count() == 1


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_a_file_means_the_same_however_it_is_cut(staff, chamber, monkeypatch, size):
    monkeypatch.setattr("redleader.sheets.incoming.CHUNK", size)
    ChamberFactory(name="乙商会")
    MemberFactory(name="李演示", phone="13800138001", is_demo=True)
    rows = [
        {"区分说明": "甲"},
        {},  # without a note it is told apart from the line before
        {"区分说明": "甲"},
        {"姓名或名称": "李演示", "手机号": "13800138001"},
        {"姓名或名称": "李演示"},
        {"姓名或名称": "李演示", "手机号": "13800138001", "商会": "乙商会"},
    ]
    members = IMPORTERS["members"]

    plan = members.plan(rows_of("members", *rows), staff)

    assert [error.text for error in plan.errors] == [
        "第 2 行与第 4 行重复（商会、名称和区分说明都相同）。"
    ]
    assert counts(plan) == (5, 0, 0)
    assert [draft.note for draft in plan.new.shown] == [
        "",
        "",
        "系统中已有，只新增这一项会籍。",
        "另有 1 个同名的会员，请核对不是同一人。",
        "系统中已有，只新增这一项会籍。",
    ]
    assert [len(row.errors) for row in plan.sheet] == [0, 0, 1, 0, 0, 0]
    written = members.write(rows_of("members", *rows[:2], *rows[3:]), staff)
    assert counts(written) == (5, 0, 0)
    assert (Member.objects.count(), Membership.objects.count()) == (4, 5)


def test_only_members_may_be_fifty_thousand():
    assert MemberImporter.limits.rows == 50_000
    # Others come in whole, so what is tried out is never found as stored.
    rest = [each for each in IMPORTERS.values() if each.code != "members"]
    assert all(each.limits.rows <= CHUNK for each in rest)


# Posts


def test_holder_of_a_post_is_the_one_that_is_meant(staff, chamber):
    MembershipFactory(chamber=chamber, member__name="演示人员", member__phone=PHONE)
    other = MemberFactory(name="演示人员", note="别处")

    write("appointments", staff)
    write("appointments", staff, {"区分说明": "别处", "职务": "副会长"})

    holders = dict(Appointment.objects.values_list("post", "member__note"))
    assert holders == {"president": "", "vice_president": "别处"}
    other.memberships.create(chamber=chamber, started_on=date(2022, 1, 1))
    assert texts("appointments", staff, {}) == [
        "第 2 行：有 2 个同名的会员“演示人员”，请填写手机号或区分说明。"
    ]
    assert texts("appointments", staff, {"任职人": "没有"}) == [
        "第 2 行：没有名为“没有”的个人会员。"
    ]


def test_branch_posts_need_the_branch(staff, chamber):
    BranchFactory(name="演示党支部", chambers=[chamber])
    MemberFactory(name="演示人员")
    line = {"职务": "党组织书记", "商会": "", "党组织": "演示党支部"}

    write("appointments", staff, line)

    assert Appointment.objects.get().branch.name == "演示党支部"
    assert texts("appointments", staff, line | {"商会": "演示·云溪商会"})


def test_hostile_sheets_are_refused_in_time(staff, sign_in):
    """The limits of members are wider than those of others; they hold alike."""
    client = sign_in(staff)
    address = reverse("workbench:import-file", args=["members"])
    for case in hostile.CASES:
        file = SimpleUploadedFile(case.name, case.build())
        started = time.monotonic()

        answer = client.post(address, {"file": file})

        page = answer.content.decode()
        assert answer.status_code == 422, case.label
        assert "没有导入" in page, case.label
        assert not any(leak in page for leak in ["/usr", "Traceback", "openpyxl"])
        assert time.monotonic() - started < 30, case.label
    assert not Member.objects.exclude(user=None).exists()
    assert Membership.objects.count() == ImportJob.objects.count() == 0
