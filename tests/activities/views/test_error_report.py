import pytest
from django.urls import reverse

from activities.desks import todos
from activities.models import ErrorReport
from chambers.models import Role
from tests.factories.activities import ErrorReportFactory
from tests.factories.chambers import UserFactory

pytestmark = pytest.mark.django_db
FORM = "public:error-report"


def send(client, **changes):
    data = {"page": "/chambers/", "kind": "outdated", "content": "名称已经改了。"}
    return client.post(reverse(FORM), data | changes)


def text_of(answer):
    return answer.content.decode()


def test_each_public_page_leads_to_the_form_with_its_address(client):
    home = client.get(reverse("public:chamber-list"))
    address = f"{reverse(FORM)}?page=/chambers/"

    assert f'href="{address}"' in text_of(home)
    assert client.get(address).context["form"].initial["page"] == "/chambers/"
    assert "\0" not in text_of(client.get(reverse(FORM), {"page": "a\0b" * 100}))


def test_a_report_gets_a_receipt_that_leads_to_the_answer(client, sign_in):
    answer = send(client)
    report = ErrorReport.objects.get()
    receipt = reverse("public:error-receipt", args=[report.receipt])

    assert answer["Location"] == receipt
    assert "核对中" in text_of(client.get(receipt))

    staff = sign_in(UserFactory(role=Role.FEDERATION, name="王审核"))
    change = reverse("admin:activities_errorreport_change", args=[report.pk])
    seen = staff.get(change).context["adminform"].form["seen"].value()
    empty = staff.post(change, {"answer": "", "seen": seen})
    assert "请填写答复。" in text_of(empty)
    assert staff.post(change, {"answer": "已改正。", "seen": seen}).status_code == 302

    report.refresh_from_db()
    assert report.answered_by.name == "王审核"
    page = client.get(receipt)
    assert page["Cache-Control"] == "private, no-store"
    assert page["X-Robots-Tag"] == "noindex"
    assert "已改正。" in text_of(page)
    assert "王审核" not in text_of(page)
    found = client.get(
        reverse("public:receipt-search"), {"receipt": f" {report.receipt.lower()}"}
    )
    assert found["Location"] == receipt


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"content": " \u3000"}, "请填写哪里有错。"),
        ({"content": "字" * 501}, "哪里有错最多 500 个字，现有 501 个字。"),
        ({"page": ""}, "请填写哪个页面。"),
        ({"page": "/" * 201}, "哪个页面最多 200 个字，现有 201 个字。"),
        ({"kind": "x"}, "所选错误类别无效，请重新选择。"),
        ({"content": "350823199001011234"}, "请勿填写身份证号码等敏感个人信息。"),
        ({"website": "x"}, "请把“网址”一栏留空后再提交。"),
    ],
)
def test_bad_input_is_refused_and_kept(client, changes, said):
    answer = send(client, **changes)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not ErrorReport.objects.exists()
    if "content" not in changes:
        assert "名称已经改了。" in text_of(answer)


def test_the_same_form_twice_is_one_report(client):
    key = "7d1f8b62-4a51-4f6f-9b1e-0d5a3a8f2c11"
    first, second = (send(client, form_key=key, content=t) for t in ("一。", "二。"))

    assert first["Location"] == second["Location"]
    assert ErrorReport.objects.get().content == "一。"


def test_too_many_reports_are_refused_with_the_text_kept(client):
    for _ in range(5):
        assert send(client).status_code == 302

    answer = send(client, content="第六条。")

    assert answer.status_code == 429
    assert answer["Retry-After"] == "3600"
    assert "第六条。" in text_of(answer)
    assert ErrorReport.objects.count() == 5


def test_open_reports_wait_on_the_desk_and_in_the_back_office(sign_in):
    ErrorReportFactory.create_batch(2)
    user = UserFactory(role=Role.ORGANISATION)
    staff = sign_in(user)

    (line,) = [row for row in todos(user) if "网站找错" in row.label]
    assert "2 条网站找错等待答复" in line.label
    rows = staff.get(line.address).context["cl"].result_list
    assert len(rows) == 2
    assert "待答复的网站找错" in text_of(staff.get(reverse("admin:index")))
    assert staff.get(reverse("admin:activities_errorreport_add")).status_code == 403
