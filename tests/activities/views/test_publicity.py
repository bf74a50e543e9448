from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.models import Objection
from activities.services.objection import answer_objection
from tests.factories.activities import ObjectionFactory, application_at
from tests.factories.chambers import ChamberFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    return application_at(
        "publicity", days_ago=0, chamber=ChamberFactory(name="云溪商会")
    )


def page(client, name, *keys, **query):
    answer = client.get(reverse(f"public:{name}", args=keys), query)
    assert answer.status_code == 200
    return answer.content.decode()


def send(client, application, **fields):
    address = reverse("public:publicity-detail", args=[application.pk])
    data = {
        "content": "材料所列活动没有举行。",
        "name": "李某",
        "contact": "13800001111",
    }
    return client.post(address, data | fields)


def test_the_list_has_what_is_running_and_what_has_ended(client, application):
    ended = application_at(
        "recognised", days_ago=30, chamber=ChamberFactory(name="松岭商会")
    )
    application_at("county", chamber=ChamberFactory(name="梅川商会"))
    application_at("publicity", days_ago=20, chamber=ChamberFactory(name="竹湾商会"))

    text = page(client, "publicity-list")

    running, past = text.split('id="past"')
    assert "云溪商会" in running
    assert "松岭商会" in past
    assert "已认定" in past
    assert "竹湾商会" in past
    assert "期满，待定" in past
    assert "梅川商会" not in text
    assert reverse("public:publicity-detail", args=[ended.pk]) in past


def test_the_front_page_leads_to_what_is_running(client, application):
    assert "正在公示拟授予的称号" in page(client, "home")
    application.publicity_until = application.publicity_from = (
        timezone.localdate() - timedelta(days=1)
    )
    application.save()
    assert "正在公示拟授予的称号" not in page(client, "home")


def test_nothing_before_publicity_is_public(client):
    for state in ("draft", "submitted", "county", "failed"):
        row = application_at(state)
        address = reverse("public:publicity-detail", args=[row.pk])
        assert client.get(address).status_code == 404
    later = application_at("publicity", days_ago=-3)
    address = reverse("public:publicity-detail", args=[later.pk])
    assert client.get(address).status_code == 404


def test_the_page_says_what_is_to_be_granted_and_nothing_internal(client, application):
    text = page(client, "publicity-detail", application.pk)

    for word in (
        "云溪商会",
        "县“四好”商会",
        "5 个工作日",
        "杭联〔2026〕1号",
        "提出异议",
    ):
        assert word in " ".join(text.split())
    assert "本周期各项工作总结" not in text


def test_an_objection_gets_a_receipt_that_leads_to_the_answer(client, application):
    answer = send(client, application)
    objection = Objection.objects.get()
    receipt = page(client, "objection", objection.receipt)

    assert answer["Location"] == reverse("public:objection", args=[objection.receipt])
    assert "办理中" in receipt
    for private in ("李某", "13800001111", "材料所列活动没有举行"):
        assert private not in receipt

    answer_objection(
        objection,
        user=UserFactory(name="王审核"),
        outcome="rejected",
        answer="已核实。",
    )
    found = client.get(
        reverse("public:receipt-search"), {"receipt": objection.receipt.lower()}
    )
    assert found["Location"] == answer["Location"]
    receipt = page(client, "objection", objection.receipt)
    assert "异议不成立" in receipt
    assert "已核实。" in receipt
    assert "王审核" not in receipt


def test_objections_are_on_no_public_page(client, application):
    ObjectionFactory(application=application, content="不实。", name="李某")

    for text in (
        page(client, "publicity-detail", application.pk),
        page(client, "publicity-list"),
    ):
        assert "不实。" not in text
        assert "李某" not in text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"content": " \u3000\u200b"}, "请填写异议内容。"),
        ({"content": "字" * 1001}, "异议内容最多 1000 个字，现有 1001 个字。"),
        ({"content": "350823199001011234"}, "请勿填写身份证号码等敏感个人信息。"),
        ({"contact": "35082319900101123X"}, "请勿填写身份证号码等敏感个人信息。"),
        ({"name": "a\x00b"}, "姓名或单位含有无法显示的字符，请删除后重试。"),
        ({"website": "http://example.com"}, "请把“网址”一栏留空后再提交。"),
    ],
)
def test_bad_input_is_refused_and_kept(client, application, fields, said):
    answer = send(client, application, **fields)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Objection.objects.exists()
    if "name" not in fields:
        assert "李某" in answer.content.decode()


def test_markup_is_text(client, application):
    send(client, application, content="<script>alert(1)</script>")

    assert Objection.objects.get().content == "<script>alert(1)</script>"


def test_the_same_form_twice_is_one_objection(client, application):
    key = "7d1f8b62-4a51-4f6f-9b1e-0d5a3a8f2c11"
    first = send(client, application, form_key=key)
    second = send(client, application, form_key=key, content="又一次。")

    assert Objection.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_too_many_objections_are_refused_with_the_text_kept(client, application):
    for _ in range(5):
        assert send(client, application).status_code == 302

    answer = send(client, application, content="第六件异议。")

    assert answer.status_code == 429
    assert answer["Retry-After"] == "3600"
    assert "操作过于频繁，请 3600 秒后再试。" in answer.content.decode()
    assert "第六件异议。" in answer.content.decode()
    assert Objection.objects.count() == 5


def test_bad_forms_do_not_use_up_the_limit(client, application):
    for _ in range(8):
        send(client, application, content="")

    assert send(client, application).status_code == 302


def test_after_the_last_day_no_objection_is_taken(client):
    application = application_at("publicity", days_ago=30)

    text = page(client, "publicity-detail", application.pk)
    answer = send(client, application)

    assert "公示期已结束，不再接受异议。" in text
    assert answer.status_code == 422
    assert not Objection.objects.exists()


def test_an_unknown_receipt_is_told(client):
    search = reverse("public:receipt-search")

    unknown = client.get(search, {"receipt": "YY2222222222"})
    empty = client.get(search, {"receipt": ""})
    missing = client.get(reverse("public:objection", args=["YY2222222222"]))

    assert unknown.status_code == 404
    assert "没有这个回执编号，请核对后重新输入。" in unknown.content.decode()
    assert empty.status_code == 422
    assert missing.status_code == 404


def test_publicity_ends_on_a_working_day(application):
    days = (application.publicity_until - timezone.localdate()).days

    assert 4 <= days <= 20
    assert application.publicity_until + timedelta(days=1) > timezone.localdate()
