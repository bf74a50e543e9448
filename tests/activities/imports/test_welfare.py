from datetime import date, timedelta

import pytest
from django.utils import timezone

from activities.imports.welfare import CharityActivityImporter, DonationImporter
from activities.models import CharityActivity, Donation, FundEntry
from redleader.sheets.incoming import SheetRow
from tests.factories.activities import FundFactory
from tests.factories.chambers import (
    ChamberFactory,
    EnterpriseFactory,
    secretary_of,
)

pytestmark = pytest.mark.django_db
GIFTS, ACTIVITIES = DonationImporter(), CharityActivityImporter()
GIFT = {
    "经由商会": "云溪商会",
    "捐赠者类别": "企业",
    "捐赠者": "北山公司",
    "用途": "教育",
    "形式": "现金",
    "金额或折价（万元）": "12.5",
    "认捐日期": date(2025, 3, 1),
    "到账日期": date(2025, 3, 5),
    "捐给基金": "助学基金",
    "受赠单位": "",
    "受益人数": "20",
}
ACTIVITY = {
    "商会": "云溪商会",
    "类别": "慰问",
    "名称": "重阳敬老",
    "日期": date(2025, 3, 1),
    "人数": "30",
    "人次": "",
    "慰问金和物品折价（万元）": "3.5",
    "说明": "",
}


@pytest.fixture
def fund():
    EnterpriseFactory(name="北山公司")
    return FundFactory(chamber=ChamberFactory(name="云溪商会"), name="助学基金")


@pytest.fixture
def user(fund):
    return secretary_of(fund.chamber)


def texts(importer, user, row):
    plan = importer.plan([SheetRow(2, row)], user)
    assert plan.errors
    return "".join(error.text for error in plan.errors)


def test_gift_comes_in_with_its_receipt_and_only_once(fund, user):
    for _ in range(2):
        GIFTS.write([SheetRow(2, GIFT)], user)

    donation, entry = Donation.objects.get(), FundEntry.objects.get()
    assert (donation.donor, donation.value) == ("北山公司", 125_000)
    assert (donation.publish_consent, donation.beneficiaries) == (False, 20)
    assert (entry.donation, entry.fund, entry.amount) == (donation, fund, 125_000)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"捐赠者类别": "匿名"}, "类别是“匿名”，捐赠者不填。"),
        ({"捐赠者": ""}, "请填写捐赠者"),
        ({"捐赠者": "没有的公司"}, "没有名为“没有的公司”的企业"),
        ({"金额或折价（万元）": "708.3亿"}, "若为“亿元”请换算"),
        ({"到账日期": date(2025, 2, 1)}, "到账日期不能早于认捐日期。"),
        ({"到账日期": timezone.localdate() + timedelta(days=2)}, "不能晚于今天"),
        ({"形式": "实物"}, "基金只记现金"),
        ({"经由商会": "外商会"}, "不在您的管理范围"),
    ],
)
def test_gift_that_cannot_be_is_refused(fund, user, changes, said):
    ChamberFactory(name="外商会")

    assert said in texts(GIFTS, user, GIFT | changes)
    assert not Donation.objects.exists()


def test_activity_comes_in_and_fewer_times_than_people_are_refused(fund, user):
    ACTIVITIES.write([SheetRow(2, ACTIVITY)], user)

    row = CharityActivity.objects.get()
    assert (row.people, row.person_times, row.value) == (30, 30, 35_000)
    fewer = ACTIVITY | {"名称": "又一次", "人次": "29"}
    assert "人次不能少于人数。" in texts(ACTIVITIES, user, fewer)
