"""What leaves as a file: who may, how often, how much, and that it is written down."""

import re
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.db.models.sql import compiler
from django.urls import reverse
from docx import Document

import activities.views
from activities.models import ExportLog
from activities.services import export as services
from chambers.models import Role
from tests.factories.activities import LeadFactory, ReportTemplateFactory
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of

pytestmark = pytest.mark.django_db
LEADS = reverse("workbench:lead-export")


@pytest.fixture
def staff():
    return UserFactory(role=Role.FEDERATION)


def logged():
    return list(ExportLog.objects.values_list("by", "what", "narrowed", "rows", "path"))


def test_export_is_written_down_without_its_content(staff, sign_in):
    lead = LeadFactory(title="林某某的项目", kind="talent")
    LeadFactory(kind="investment")

    sign_in(staff).get(LEADS, {"kind": "talent", "q": "林某某"})

    what = "商会引才信息（内部使用）"
    words = f"（查找）、{lead.get_kind_display()}"
    assert logged() == [(staff.pk, what, words, 1, LEADS)]
    log = ExportLog.objects.get()
    assert log.address == "127.0.0.1"
    assert "林某某" not in f"{log.narrowed}{log.what}{log.path}"


def test_secretary_takes_out_the_own_chamber_only(sign_in):
    chamber = ChamberFactory()
    LeadFactory(chamber=chamber)
    LeadFactory()

    answer = sign_in(secretary_of(chamber)).get(LEADS)

    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert "共 1 条" in sheet["A3"].value
    assert [row[3] for row in logged()] == [1]


def test_no_link_to_what_may_not_be_taken_out(sign_in, staff):
    LeadFactory()
    page = reverse("workbench:lead-list")
    assert LEADS in sign_in(staff).get(page).content.decode()

    staff.may_export = False
    staff.save()

    assert LEADS not in sign_in(staff).get(page).content.decode()


def test_too_many_exports_wait(sign_in, staff, settings):
    settings.ACCOUNT_RATE_LIMITS = {"export": "2/10m/user"}
    client = sign_in(staff)
    assert [client.get(LEADS).status_code for _ in range(3)] == [200, 200, 429]

    answer = client.get(LEADS)

    seconds = int(answer["Retry-After"])
    assert 590 <= seconds <= 600
    assert f"操作过于频繁，请 {seconds} 秒后再试。" in answer.content.decode()
    assert len(logged()) == 2
    other = sign_in(UserFactory(role=Role.ORGANISATION))
    assert other.get(LEADS).status_code == 200


def test_long_list_is_cut_and_says_so(sign_in, staff, monkeypatch):
    monkeypatch.setattr(services, "MAX_ROWS", 2)
    LeadFactory.create_batch(4)

    answer = sign_in(staff).get(LEADS)

    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert "只列前 2 条，请缩小范围后分次导出" in sheet["A3"].value
    assert sheet.max_row == 4 + 2
    assert [row[3] for row in logged()] == [2]


def test_a_long_list_is_read_piece_by_piece(sign_in, staff, monkeypatch):
    """So a list of any length needs the memory of one piece."""
    monkeypatch.setattr(services, "CHUNK", 2)
    LeadFactory.create_batch(5)
    pieces, fetch = [], compiler.cursor_iter

    def watched(cursor, sentinel, columns, size):
        for rows in fetch(cursor, sentinel, columns, size):
            if size == 2:
                pieces.append(len(rows))
            yield rows

    monkeypatch.setattr(compiler, "cursor_iter", watched)
    answer = sign_in(staff).get(LEADS)

    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet.max_row == 4 + 5
    assert [row[3] for row in logged()] == [5]
    assert pieces == [2, 2, 1]


def test_filled_template_is_an_export_too(sign_in, staff):
    template = ReportTemplateFactory()
    address = reverse("workbench:template-detail", args=[template.pk])

    answer = sign_in(staff).post(address, {"period": "2026"})

    assert answer["Content-Disposition"].startswith("attachment")
    assert [row[1] for row in logged()] == [template.name]
    staff.may_export = False
    staff.save()
    assert sign_in(staff).post(address, {"period": "2026"}).status_code == 403


def test_drafted_briefing_is_an_export_too(sign_in, staff):
    address = reverse("workbench:briefing-create")

    answer = sign_in(staff).post(address, {"period": "2026"})

    assert Document(BytesIO(answer.content)).paragraphs
    assert len(logged()) == 1


def test_no_other_view_sends_files():
    """A new view that does is either an export, or its reason stands here."""
    sends = re.compile(
        r"attachment\b|sheets\.\w+ import .*\banswer\b|Content-Disposition"
    )
    folder = Path(activities.views.__path__[0])
    found = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if sends.search(path.read_text())
    }

    assert found == {
        "public/honour_export.py",  # what everybody reads
        "public/opendata.py",  # what everybody reads
        "workbench/application.py",  # one document of an application
        "workbench/certificate.py",  # one certificate
        "workbench/importing.py",  # empty templates, and the person's own file
        "workbench/mediation.py",  # one document of a case; its list uses the door
        "workbench/template.py",  # templates without rows; filled ones use the door
    }


def test_administrator_reads_the_log(sign_in):
    LeadFactory()
    administrator = UserFactory(role=Role.ADMINISTRATOR)
    client = sign_in(administrator)
    client.get(LEADS)

    page = client.get(reverse("admin:activities_exportlog_changelist"), {"what": "无"})
    assert "0 导出记录" in page.content.decode()
    page = client.get(reverse("admin:activities_exportlog_changelist"))
    assert "商会引才信息（内部使用）" in page.content.decode()
