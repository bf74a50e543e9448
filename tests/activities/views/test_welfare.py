import uuid
from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import CharityActivity, Donation, Fund, FundEntry
from activities.models.welfare.donation import RECEIPT_ERROR
from activities.models.welfare.fund import OVERDRAWN
from redleader.records.money import MONEY_ERROR
from tests.acceptance.drives.browser import read_form
from tests.factories.activities import (
    CharityActivityFactory,
    DonationFactory,
    FundEntryFactory,
    FundFactory,
    donated,
)
from tests.factories.chambers import ChamberFactory, EnterpriseFactory, secretary_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def chamber():
    return ChamberFactory(name="云溪商会")


@pytest.fixture
def client(chamber, sign_in):
    return sign_in(secretary_of(chamber))


@pytest.fixture
def fund(chamber):
    return FundFactory(chamber=chamber, name="敬老基金")


def url(name, *args):
    return reverse(f"workbench:{name}", args=args)


def gift(chamber, **changes):
    return {
        "chamber": chamber.pk,
        "donor_kind": "anonymous",
        "purpose": "education",
        "form": "cash",
        "value": "1",
        "pledged_on": "2025-03-01",
        "received_on": "2025-03-05",
        **changes,
    }


def activity(chamber, **changes):
    return {
        "chamber": chamber.pk,
        "kind": "visit",
        "title": "重阳敬老",
        "held_on": "2025-03-01",
        **changes,
    }


def entry(**changes):
    return {
        "direction": "income",
        "amount": "1",
        "happened_on": "2025-03-01",
        "purpose": "募集",
        **changes,
    }


FORMS = {
    "donation-create": (Donation, gift, []),
    "charity-create": (CharityActivity, activity, []),
    "fund-create": (
        Fund,
        lambda chamber: {
            "name": "助学基金",
            "chamber": chamber.pk,
            "purpose": "助学",
            "founded_on": "2025-01-01",
        },
        [],
    ),
    "fund-entry-create": (FundEntry, lambda chamber: entry(), ["fund"]),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_same_form_sent_twice_is_one_row(client, chamber, fund, name):
    model, typed, args = FORMS[name]
    before = model.objects.count()
    data = typed(chamber) | {"form_key": uuid.uuid4()}

    address = url(name, *[fund.pk for _ in args])
    answers = [client.post(address, data) for _ in range(2)]

    made = model.objects.get(form_key=data["form_key"])
    assert [answer.url for answer in answers] == [made.get_absolute_url()] * 2
    assert model.objects.count() == before + 1


def test_a_gift_to_a_fund_stands_in_the_fund(client, chamber, fund):
    client.post(url("donation-create"), gift(chamber, fund=fund.pk, value="12.5"))

    donation = Donation.objects.get()
    assert donation.receipt.amount == 125_000
    page = client.get(fund.get_absolute_url()).text
    assert "12.5万元" in page
    assert donation.get_absolute_url() in page
    assert "已记入基金收入" in client.get(donation.get_absolute_url()).text
    locked = client.get(url("fund-entry-update", donation.receipt.pk))
    assert locked.url.startswith(fund.get_absolute_url())
    answer = client.post(url("fund-entry-delete", donation.receipt.pk))
    assert answer.status_code == 409
    assert RECEIPT_ERROR in answer.text


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"donor_kind": "person"}, "donor_name", "类别是“个人”，请填写捐赠人姓名。"),
        ({"donor_name": "李红"}, "donor_name", "类别是“匿名”，这里不填。"),
        (
            {"donor_kind": "person", "donor_name": "李红", "publish_consent": "on"},
            "consent_on",
            "同意公开的，请填写同意日期。",
        ),
        ({"publish_consent": "on"}, "__all__", "匿名捐赠不能公开捐赠者。"),
        ({"received_on": "2025-02-28"}, "__all__", "到账日期不能早于认捐日期。"),
        ({"value": "708.3亿"}, "value", MONEY_ERROR),
        ({"value": "0"}, "__all__", "金额应大于 0。"),
        ({"pledged_on": "2099-01-01", "received_on": ""}, "pledged_on", None),
        ({"beneficiaries": "-1"}, "beneficiaries", None),
        (
            {"donor_kind": "person", "donor_name": "350823199001011234"},
            "donor_name",
            "请勿填写身份证号码等敏感个人信息。",
        ),
    ],
)
def test_a_gift_that_cannot_be_is_refused(client, chamber, changes, field, said):
    answer = client.post(url("donation-create"), gift(chamber, **changes))

    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert field in errors
    assert said is None or said in errors[field]
    assert not Donation.objects.exists()


def test_goods_and_foreign_funds_are_refused(client, chamber, fund):
    answer = client.post(
        url("donation-create"), gift(chamber, fund=fund.pk, form="goods")
    )
    assert "基金只记现金" in answer.text
    foreign = gift(chamber, fund=FundFactory().pk)
    answer = client.post(url("donation-create"), foreign)
    assert "fund" in answer.context["form"].errors


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"people": "5", "person_times": "4"}, "人次不能少于人数。"),
        ({"value": "708.3亿"}, MONEY_ERROR),
        ({"person_times": "1.5"}, "人次应为 0–1000000 的整数。"),
    ],
)
def test_an_activity_that_cannot_be_is_refused(client, chamber, changes, said):
    answer = client.post(url("charity-create"), activity(chamber, **changes))

    assert answer.status_code == 422
    assert said in answer.text


def test_person_times_left_empty_are_as_many_as_people(client, chamber):
    shown = read_form(client.get(url("charity-create")).text)
    client.post(url("charity-create"), shown | activity(chamber, people="7"))

    row = CharityActivity.objects.get()
    assert (row.people, row.person_times, row.value) == (7, 7, 0)


def test_a_fund_is_not_overdrawn_by_form_date_or_deletion(client, fund):
    address = url("fund-entry-create", fund.pk)
    client.post(address, entry())
    expense = entry(direction="expense", happened_on="2025-04-01")
    for late in ({"amount": "1.01"}, {"happened_on": "2025-02-01"}):
        answer = client.post(address, expense | late)
        assert answer.status_code == 422
        assert OVERDRAWN in answer.text
    assert client.post(address, expense).status_code == 302

    income = fund.entries.get(direction="income")
    answer = client.post(url("fund-entry-delete", income.pk))
    assert answer.status_code == 409
    assert OVERDRAWN in answer.text
    moved = entry(happened_on="2025-04-02", version=1)
    answer = client.post(url("fund-entry-update", income.pk), moved)
    assert answer.status_code == 422
    assert OVERDRAWN in answer.text
    assert fund.entries.count() == 2


def test_a_donation_that_was_spent_is_neither_lessened_nor_deleted(client, fund):
    donation = donated(fund)
    FundEntryFactory(fund=fund, direction="expense", happened_on=date(2025, 4, 1))

    data = gift(fund.chamber, fund=fund.pk, value="0.5", version=1)
    answer = client.post(url("donation-update", donation.pk), data)
    assert answer.status_code == 422
    assert OVERDRAWN in answer.text
    answer = client.post(url("donation-delete", donation.pk))
    assert answer.status_code == 409
    assert Donation.objects.get().value == 10_000


def test_the_later_of_two_writers_keeps_the_typed_text(client, chamber):
    row = DonationFactory(chamber=chamber)
    address = url("donation-update", row.pk)
    client.post(address, gift(chamber, recipient="先写的", version=1))

    answer = client.post(address, gift(chamber, recipient="后写的", version=1))

    assert answer.status_code == 409
    assert "后写的" in answer.text
    assert Donation.objects.get().recipient == "先写的"


def test_delete_asks_first_and_history_keeps_it(client, chamber):
    row = CharityActivityFactory(chamber=chamber)
    address = url("charity-delete", row.pk)

    assert "变更历史中仍有记录" in client.get(address).text
    assert client.post(address).url == url("charity-list")
    assert not CharityActivity.objects.exists()
    assert row.events.model.objects.filter(pgh_obj_id=row.pk).count() == 2


def cells(answer):
    """Return the texts and numbers of a sheet in one flat set."""
    assert answer.status_code == 200
    book = openpyxl.load_workbook(BytesIO(answer.getvalue()))
    return {cell for row in book.active.iter_rows(values_only=True) for cell in row}


def test_lists_are_narrowed_summed_and_leave_foreign_rows_out(client, chamber, fund):
    firm = EnterpriseFactory(name="北山公司")
    donated(fund, donor_kind="enterprise", donor_enterprise=firm, value=30_000)
    DonationFactory(chamber=chamber, purpose="relief", received_on=None)
    CharityActivityFactory(chamber=chamber, title="敬老一日", person_times=9)
    foreign = DonationFactory(donor_kind="person", donor_name="外人").chamber
    CharityActivityFactory(chamber=foreign, title="外面的活动")
    FundFactory(chamber=foreign, name="外面的基金")

    pages = {n: client.get(url(f"{n}-list")).text for n in ("donation", "charity")}
    pages["fund"] = client.get(url("fund-list")).text
    assert "北山公司" in pages["donation"]
    assert "3万元" in pages["donation"]
    assert "敬老一日" in pages["charity"]
    assert "敬老基金" in pages["fund"]
    assert all("外" not in page for page in pages.values())
    for name, query in {
        "donation": [
            {"q": "beishan", "purpose": "education", "year": "2025", "form": "cash"},
            {"received": "no"},
        ],
        "charity": [{"q": "敬老", "kind": "visit", "year": "2025"}],
        "fund": [{"q": "敬老", "year": "2025"}],
    }.items():
        for one in query:
            assert "没有符合条件" not in client.get(url(f"{name}-list"), one).text
        assert "没有符合条件" in client.get(url(f"{name}-list"), {"q": "没有"}).text
    assert {"北山公司", 3.0} <= cells(client.get(url("donation-export")))
    assert {"敬老一日", 9} <= cells(client.get(url("charity-export")))
    assert {"敬老基金", 3.0} <= cells(client.get(url("fund-export")))
    assert 3.0 in cells(client.get(url("fund-entry-export", fund.pk)))


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_for_more_rows(client, chamber, fund, count):
    for _ in range(count):
        donated(fund)
        donated(FundFactory(chamber=chamber))
        CharityActivityFactory(chamber=chamber)
    counts = {}
    for name, address in {
        **{n: url(f"{n}-list") for n in ("donation", "charity", "fund")},
        "one fund": fund.get_absolute_url(),
        "export": url("donation-export"),
        "public": reverse("public:welfare-list"),
    }.items():
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts[name] = len(queries)

    limits = {
        "donation": 13,
        "charity": 13,
        "fund": 10,
        "one fund": 10,
        "export": 10,
        "public": 22,
    }
    assert {n: counts[n] for n in counts if counts[n] > limits[n]} == {}


def test_public_page_has_totals_and_nothing_of_a_person(client, fund):
    donated(fund, donor_kind="person", donor_name="李红", beneficiaries=4)
    DonationFactory(
        donor_kind="person",
        donor_name="王明",
        recipient="某小学",
        publish_consent=True,
        consent_on=date(2025, 1, 1),
        consent_note="书面",
        beneficiaries=20,
        purpose="relief",
    )
    CharityActivityFactory(title="看望张三", kind="visit", person_times=4, value=500)
    CharityActivityFactory(kind="volunteers", person_times=12)

    page = client.get(reverse("public:welfare-list")).text

    main = page.partition("<main")[2].partition("</main>")[0]
    for word in ("敬老基金", "云溪商会", "王明", "少于 5", "12", "2025年", "2万元"):
        assert word in main
    for word in ("李红", "某小学", "看望张三", "书面", ">4<", "4 人次"):
        assert word not in main
    assert "周期内到账的捐赠合计" in main


def test_public_page_without_rows(client):
    assert "没有同意公开名称" in client.get(reverse("public:welfare-list")).text
