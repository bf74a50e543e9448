import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.imports.honour import HonourImporter
from activities.models import Award, SchemeVersion
from redleader.models import ImportJob
from redleader.sheets import jobs
from redleader.sheets.import_books import PROBLEM
from redleader.sheets.jobs import AGAIN, EXPIRED
from tests import hostile_sheets as hostile
from tests.factories.activities import (
    AwardFactory,
    SchemeFactory,
    SiteFactory,
    application_at,
)
from tests.factories.chambers import (
    BranchFactory,
    ChamberFactory,
    RegionFactory,
    UserFactory,
    secretary_of,
)
from tests.redleader.sheets.test_sheets import TRIGGERS

pytestmark = pytest.mark.django_db
COLUMNS = HonourImporter.columns
EXAMPLE = {column.label: column.example for column in COLUMNS if column.example}
TITLE = {
    "获得者": "云溪商会",
    "项目": "“四好”商会",
    "称号": "县“四好”商会",
    "级别": "县级",
}


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


@pytest.fixture
def scheme(chamber):
    return SchemeFactory(name="“四好”商会")


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def client(user, sign_in):
    return sign_in(user)


def address(name, job=None):
    keys = [job.pk] if job else []
    return reverse(f"workbench:import-{name}", args=["honours", *keys])


def book(*rows, extra=()):
    """Return a filled-in table; each row gives what differs from the usual one."""
    made = openpyxl.Workbook()
    labels = [column.label for column in COLUMNS]
    made.active.append([column.heading for column in COLUMNS] + list(extra))
    for row in rows:
        values = TITLE | row
        made.active.append([values.get(label) for label in [*labels, *extra]])
    content = BytesIO()
    made.save(content)
    return content.getvalue()


def send(client, content, name="荣誉.xlsx"):
    file = SimpleUploadedFile(name, content)
    return client.post(address("file"), {"file": file})


def confirm(client, job, **data):
    return client.post(address("confirm", job), data, follow=True)


def opened(response):
    content = (
        b"".join(response.streaming_content) if response.streaming else response.content
    )
    return openpyxl.load_workbook(BytesIO(content))


def test_file_is_previewed_and_then_imported(client, scheme, user):
    answer = send(client, book({}, {"周期": "2023年"}))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "确认导入 2 项" in page
    assert Award.objects.count() == SchemeVersion.objects.count() == 0

    done = confirm(client, answer.context["job"])

    assert "已导入 2 项荣誉。" in done.content.decode()
    assert sorted(Award.objects.values_list("cycle_label", flat=True)) == ["", "2023年"]
    event = Award.objects.first().events.get()
    assert event.pgh_context["name"].startswith(user.name)


def test_same_file_again_has_nothing_to_import(client, scheme):
    content = book({}, {"周期": "2023年"})
    confirm(client, send(client, content).context["job"])

    answer = send(client, content)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "文件里的 2 项系统中都已有，不需要导入。" in page
    assert "确认导入" not in page


def test_confirmation_sent_twice_writes_once(client, scheme):
    job = send(client, book({})).context["job"]

    confirm(client, job)
    again = confirm(client, job)

    assert "这些荣誉已经导入过，没有重复写入。" in again.content.decode()
    assert Award.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_confirmations_at_once_write_once(sign_in, user, chamber, scheme):
    job = send(sign_in(user), book({})).context["job"]
    start = threading.Barrier(4)

    def run(browser):
        try:
            start.wait(timeout=20)
            return confirm(browser, job).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(run, [sign_in(user) for _ in range(4)]))

    assert codes == [200] * 4
    assert Award.objects.count() == SchemeVersion.objects.count() == 1


def test_all_errors_are_told_and_nothing_is_written(client, scheme):
    rows = [{}, {"级别": "乡级", "授予日期": "昨天"}, {"获得者": "=A1", "称号": None}]

    answer = send(client, book(*rows))

    assert answer.status_code == 422
    assert answer.context["job"].preview["errors"] == [
        "第 3 行“授予日期”：日期无效，请按“年-月-日”填写，例如 2026-03-15。",
        "第 3 行“级别”：级别应为县级、市级、省级或国家级。",
        "第 4 行“获得者”是公式，请“粘贴为数值”后再导入。",
        "第 4 行“称号”：请填写称号。",
    ]
    page = answer.content.decode()
    assert "共 4 处错误，本次未导入任何数据" in page
    assert "确认导入" not in page
    assert Award.objects.count() == 0


def test_marked_copy_has_all_errors_and_can_be_sent_again(client, scheme):
    rows = [{"级别": "乡级", "周期": str(n)} for n in range(60)]
    answer = send(client, book(*rows))
    assert len(answer.context["job"].preview["errors"]) == 50
    assert "共 60 处错误" in answer.content.decode()

    copy = client.get(address("marked", answer.context["job"]))

    sheet = opened(copy).active
    values = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(values) == 60
    assert {row[-1] for row in values} == {
        f"第 {n} 行“级别”：级别应为县级、市级、省级或国家级。" for n in range(2, 62)
    }
    rights = [
        dict(zip([c.label for c in COLUMNS], row, strict=False)) for row in values
    ]
    corrected = [row | {"级别": "县级", PROBLEM: "改好了"} for row in rights]
    again = send(client, book(*corrected, extra=[PROBLEM]))
    assert again.status_code == 200
    assert again.context["job"].preview["new"] == 60


def test_marked_copy_keeps_what_was_typed(client, scheme):
    row = {"授予日期": "昨天", "有效期至": "2020-01-01", "来源": "长" * 2001}
    job = send(client, book(row)).context["job"]

    copy = client.get(address("marked", job))

    values = [cell.value for cell in opened(copy).active[2]]
    kept = dict(zip([column.label for column in COLUMNS], values, strict=False))
    assert (kept["授予日期"], kept["获得者"]) == ("昨天", "云溪商会")
    assert kept["有效期至"].date() == date(2020, 1, 1)
    assert kept["来源"] == "长" * 300


def test_faulty_and_foreign_files_are_not_confirmed(client, scheme, sign_in):
    job = send(client, book({})).context["job"]
    faulty = send(client, book({"级别": "乡"})).context["job"]
    stranger = sign_in(UserFactory())

    assert confirm(client, faulty).status_code == 422
    assert confirm(stranger, job).status_code == 404
    assert stranger.get(address("job", job)).status_code == 404
    assert stranger.get(address("marked", faulty)).status_code == 404
    assert client.get(address("marked", job)).status_code == 404
    assert Award.objects.count() == 0


def test_confirmation_after_an_hour_is_refused(client, scheme):
    job = send(client, book({})).context["job"]
    hour = timedelta(hours=1, seconds=1)
    ImportJob.objects.update(created_at=timezone.now() - hour)

    answer = confirm(client, job)

    assert answer.status_code == 422
    assert EXPIRED in answer.content.decode()
    assert Award.objects.count() == 0
    send(client, book({}))
    assert ImportJob.objects.get(pk=job.pk).content == b""
    assert EXPIRED in client.get(address("job", job)).content.decode()


@pytest.fixture
def large(monkeypatch):
    """Files of more than two rows are large; their work waits to be run."""
    monkeypatch.setattr(jobs, "INLINE_ROWS", 2)
    monkeypatch.setattr(jobs, "STEP", 2)
    monkeypatch.setattr(jobs, "launch", lambda job: None)


@pytest.mark.django_db(transaction=True)
def test_large_file_is_worked_on_apart_and_tells_how_far_it_is(
    client, scheme, large, monkeypatch
):
    job = send_large(client)
    page = client.get(address("job", job)).content.decode()
    assert "正在核对：3 行，已完成 0%" in page

    jobs.run(job)

    assert "确认导入 3 项" in client.get(address("job", job)).content.decode()
    confirm(client, job)
    job.refresh_from_db()
    seen = []
    create = HonourImporter.create

    def watched(importer, drafts, user):
        create(importer, drafts, user)
        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(progress_of, client, job).result())

    monkeypatch.setattr(HonourImporter, "create", watched)
    jobs.run(job)

    assert seen == [("正在写入：3 行，已完成 33%", 0)]
    assert "已导入 3 项荣誉。" in client.get(address("job", job)).content.decode()
    assert Award.objects.count() == 3
    event = Award.objects.first().events.get()
    assert event.pgh_context["name"] == f"{job.by}（{job.by.username}）"


def send_large(client):
    rows = [{"周期": str(n)} for n in range(3)]
    answer = send(client, book(*rows))
    job = ImportJob.objects.get()
    assert answer.url == address("job", job)
    return job


def progress_of(client, job):
    """Return what another connection reads meanwhile."""
    try:
        page = client.get(address("job", job), headers={"HX-Request": "true"})
        text = page.content.decode().split("<label")[1]
        return text.split(">")[1].split("<")[0], Award.objects.count()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_large_file_that_fails_leaves_nothing_and_says_so(
    client, chamber, scheme, large, monkeypatch
):
    job = send_large(client)
    jobs.run(job)
    confirm(client, job)
    job.refresh_from_db()
    monkeypatch.setattr(HonourImporter, "create", lambda *rest: 1 / 0)

    jobs.run(job)

    assert jobs.FAILED in client.get(address("job", job)).content.decode()
    assert Award.objects.count() == 0
    ImportJob.objects.update(state="writing", moved_at="2020-01-01T00:00Z")
    assert "可能已经中断" in client.get(address("job", job)).content.decode()


def test_data_that_changed_since_the_preview_is_told(client, chamber, scheme):
    job = send(client, book({})).context["job"]
    chamber.name = "云溪商会（新）"
    chamber.save()

    answer = confirm(client, job)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "预览以后数据有了变化，本次未导入任何数据，请重新上传。" in page
    assert "第 2 行“获得者”：没有名为“云溪商会”的商会、党组织或基地。" in page


def test_form_without_a_file_says_what_to_do(client):
    answer = client.post(address("file"), {})

    assert answer.status_code == 422
    assert "请选择要导入的 .xlsx 或 .csv 文件。" in answer.content.decode()


def test_more_than_a_thousand_rows_are_refused(client, scheme):
    rows = [{"周期": str(n)} for n in range(1001)]

    answer = send(client, book(*rows))

    assert answer.status_code == 422
    assert "数据行数超过 1000 行上限，请拆分后分次导入。" in answer.content.decode()


def test_thousand_rows_are_imported_in_time(client, scheme):
    rows = [{"周期": str(n), "来源": "县工商联历年荣誉台账"} for n in range(1000)]
    started = time.monotonic()

    answer = send(client, book(*rows))
    confirm(client, answer.context["job"])

    assert Award.objects.count() == 1000
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("case", hostile.CASES, ids=lambda case: case.label)
def test_hostile_sheet_leaves_nothing_behind(client, scheme, case):
    answer = send(client, case.build(), case.name)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert not any(leak in page for leak in ["/usr", "Traceback", "openpyxl"])
    assert "没有导入" in page
    assert Award.objects.count() == SchemeVersion.objects.count() == 0


def test_example_of_the_template_can_be_imported(client, scheme):
    ChamberFactory(name=EXAMPLE["获得者"], is_demo=True)
    template = client.get(address("template"))
    sheet = opened(template)["荣誉导入"]
    for place, column in enumerate(COLUMNS, start=1):
        sheet.cell(2, place, EXAMPLE.get(column.label))
    content = BytesIO()
    sheet.parent.save(content)

    answer = send(client, content.getvalue())

    assert answer.status_code == 200
    assert answer.context["job"].preview["new"] == 1


# Out


def test_roll_is_exported_as_it_is_shown(client):
    township = RegionFactory(name="临江镇")
    chamber = ChamberFactory(name="云溪商会", township=township)
    branch = BranchFactory(name="云溪党支部", chambers=[chamber])
    AwardFactory(chamber=chamber)
    AwardFactory(
        chamber=None, branch=branch, level="county", title="先进", cycle_label="2023年"
    )

    answer = client.get(reverse("public:honour-export"))

    sheet = opened(answer).active
    values = list(sheet.iter_rows(values_only=True))
    assert "共 2 条" in values[2][0]
    names = [(row[0], row[1], row[2], row[6], row[11]) for row in values[4:]]
    assert names == [
        ("云溪商会", "商会", "临江镇", "年度未载明", "有效"),
        ("云溪党支部", "党组织", "临江镇", "2023年", "有效"),
    ]
    narrowed = client.get(reverse("public:honour-export"), {"level": "county"})
    assert opened(narrowed).active.max_row == 6


def test_applications_are_exported_to_those_who_may_see_them(client, sign_in):
    own = application_at("submitted")
    returned = application_at("returned")

    def numbers(browser, **query):
        answer = browser.get(reverse("workbench:application-export"), query)
        rows = opened(answer).active.iter_rows(min_row=5, values_only=True)
        return sorted(row[0] for row in rows)

    assert numbers(client) == sorted([own.pk, returned.pk])
    assert numbers(client, state="returned") == [returned.pk]
    assert numbers(client, version=own.level.version_id) == [own.pk]
    assert numbers(client, state="x", version="\0") == sorted([own.pk, returned.pk])
    assert numbers(sign_in(secretary_of(own.chamber))) == [own.pk]
    assert numbers(sign_in(secretary_of(ChamberFactory()))) == []


def test_last_step_and_its_paper_are_exported(client):
    application = application_at("recognised")

    answer = client.get(reverse("workbench:application-export"))

    (row,) = opened(answer).active.iter_rows(min_row=5, values_only=True)
    assert row[8] == "认定"
    assert row[10].date() == application.publicity_from
    assert row[12].date() == application.decided_on
    assert row[13] == "杭联〔2026〕1号"


@pytest.mark.parametrize(
    "name", ["public:honour-export", "workbench:application-export"]
)
def test_export_asks_the_same_number_of_queries(client, name):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            opened(client.get(reverse(name)))
        return len(queries)

    def fill():
        application_at("submitted")
        AwardFactory(chamber=ChamberFactory(township=RegionFactory()))
        AwardFactory(chamber=None, branch=BranchFactory(chambers=[ChamberFactory()]))
        AwardFactory(chamber=None, site=SiteFactory(township=RegionFactory()))

    fill()
    count()  # The first one also reads the session and the like.
    first = count()
    fill()
    fill()
    assert count() == first


def test_no_cell_of_an_export_is_a_formula(client):
    for number, text in enumerate(TRIGGERS):
        AwardFactory(title=text, source=text, cycle_label=text[:30], grantor=text)
        application = application_at("submitted")
        application.level.title = text
        application.level.save()
        if not number:
            SchemeFactory(name=text)

    exports = [
        client.get(reverse("public:honour-export")),
        client.get(reverse("workbench:application-export")),
        client.get(address("template")),
    ]

    for answer in exports:
        for sheet in opened(answer).worksheets:
            kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
            assert kinds <= {"s", "inlineStr", "n", "d"}


def test_marked_copy_of_triggers_has_no_formula(client, scheme):
    rows = [{"来源": text.lstrip(), "级别": "乡级"} for text in TRIGGERS]
    content = book(*rows)
    made = openpyxl.load_workbook(BytesIO(content))
    for row in made.active.iter_rows(min_row=2):
        for cell in row:
            cell.data_type = "s" if cell.value else cell.data_type
    plain = BytesIO()
    made.save(plain)

    answer = send(client, plain.getvalue())
    copy = client.get(address("marked", answer.context["job"]))

    cells = [cell for row in opened(copy).active.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}


def test_same_file_after_its_rows_changed_asks_to_be_sure(client, scheme, user):
    content = book({})
    confirm(client, send(client, content).context["job"])
    Award.objects.all().delete()

    page = send(client, content)

    assert f"由 {user} 导入过（1 行）" in page.content.decode()
    job = page.context["job"]
    assert AGAIN in confirm(client, job).content.decode()
    assert Award.objects.count() == 0
    confirm(client, job, again="on")
    assert Award.objects.count() == 1


def test_unknown_noun_is_missing(client):
    answer = client.get(reverse("workbench:import-file", args=["unknown"]))

    assert answer.status_code == 404
