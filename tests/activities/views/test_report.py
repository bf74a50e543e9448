from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.reports import REPORTS, scope_of
from chambers.models import Role
from tests.factories.activities import (
    PairingProjectFactory,
    accepted,
    lead_at,
    pairing_at,
)
from tests.factories.chambers import ChamberFactory, RegionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(sign_in):
    return sign_in(UserFactory(role=Role.FEDERATION))


def sheet_of(client, code, **query):
    answer = client.get(reverse("workbench:report-export", args=[code]), query)
    return openpyxl.load_workbook(BytesIO(answer.content)).active


def cells(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_every_table_is_read_and_downloaded(client):
    chamber = ChamberFactory(township=RegionFactory())
    accepted(chamber=chamber)
    lead_at("valid", chamber=chamber)

    for code, report in REPORTS.items():
        page = client.get(reverse("workbench:report-detail", args=[code]))
        assert page.status_code == 200
        assert report.name in page.content.decode()
        sheet = sheet_of(client, code)
        assert report.name in sheet["A1"].value
        assert sheet.print_area
        assert sheet.print_title_rows == "$3:$4"


def test_table_counts_as_the_rules_do_and_merges_its_heads(client):
    chamber = ChamberFactory(name="云溪商会", township=RegionFactory(name="临江镇"))
    pairing = pairing_at("active", chamber=chamber)
    pairing_at("active", chamber=ChamberFactory(), village=pairing.village)
    PairingProjectFactory(pairing=pairing, donated=6_125_000, as_of=date(2025, 8, 1))

    sheet = sheet_of(client, "pairings", period="2025Q3")

    rows = cells(sheet)
    assert rows[1][0].startswith("填报单位：")
    assert rows[2][:3] == ["商会", "乡镇", "结对"]
    assert rows[3][2:4] == ["结对村（个）", "结对企业（家）"]
    own = next(row for row in rows if row[0] == "云溪商会")
    total = next(row for row in rows if row[0] == "全县")
    assert own[1:4] == ["临江镇", 1, 1]
    assert (own[6], total[6]) == (612.5, 612.5)
    assert total[2:4] == [1, 2]  # One village of two chambers counts once.
    assert "A1:J1" in {str(area) for area in sheet.merged_cells.ranges}
    assert "C3:D3" in {str(area) for area in sheet.merged_cells.ranges}


def test_period_is_one_that_has_begun():
    report, today = REPORTS["leads"], date(2026, 5, 1)

    assert scope_of(report, "2026", today)[0] == "2026年"
    assert scope_of(report, "2026", today)[1].last == today
    for text in ("2027", "", "0", "1948", "9" * 30, "2026Q1", "٢٠٢٦"):
        assert scope_of(report, text, today) is None
    assert scope_of(REPORTS["pairings"], "2026Q3", today) is None


def test_wrong_period_is_told_and_passed_over(client):
    answer = client.get(
        reverse("workbench:report-detail", args=["leads"]), {"period": "20Q6"}
    )

    assert "时段无效，已改为最近的时段。" in answer.content.decode()


def test_text_of_a_table_is_never_a_formula(client):
    ChamberFactory(name="=1+1商会")

    sheet = sheet_of(client, "leads")

    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {
        "s",
        "n",
        "inlineStr",
    }


@pytest.mark.parametrize("code", ["party", "pairings", "leads"])
def test_table_asks_the_same_number_of_queries(client, code):
    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("workbench:report-detail", args=[code]))
        return len(queries)

    ChamberFactory(township=RegionFactory())
    one = count()
    for _ in range(2):
        chamber = ChamberFactory(township=RegionFactory())
        lead_at("valid", chamber=chamber)
        pairing_at("active", chamber=chamber)

    assert count() == one
