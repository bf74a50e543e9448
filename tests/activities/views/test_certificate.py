import json
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activities.models import Certificate, CertificateTemplate
from activities.services.certificate import load_templates
from chambers.models import Role
from tests.factories.activities import (
    AwardFactory,
    CertificateFactory,
    CertificateTemplateFactory,
)
from tests.factories.chambers import ChamberFactory, UserFactory, secretary_of

pytestmark = pytest.mark.django_db

CODE = "ABCDEFGHJKMNPQRSTVWX"
REVOKED = {
    "revoked_on": date(2024, 6, 1),
    "revocation_reason": "年检不合格",
    "revocation_document": "某联〔2024〕9号",
}


@pytest.fixture(autouse=True)
def templates():
    load_templates()


@pytest.fixture
def federation(sign_in):
    return sign_in(UserFactory(role=Role.FEDERATION))


def text_of(answer):
    return " ".join(answer.content.decode().split())


def verify(client, certificate):
    return client.get(certificate.get_absolute_url())


# The box for the code.


@pytest.mark.parametrize(
    "typed", [CODE, "abcd-efgh-jkmn-pqrs-tvwx", " \uff21BCD efgh　jkmn\uff0dpqrs—tvwx "]
)
def test_code_leads_to_its_page_however_it_is_typed(typed, client):
    answer = client.get(reverse("public:verify-form"), {"code": typed})

    assert (answer.status_code, answer["Location"]) == (302, f"/verify/{CODE}/")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "请填写验证编号。"),
        ("ABCD", "编号共 20 位，现有 4 位，请照证书核对。"),
        ("ABCD-0O", "编号里没有“0O”这样的字符"),
        ("商会", "编号里没有“商会”这样的字符"),
        ("A" * 201, "验证编号最多 200 个字，现有 201 个字。"),
        ("A\x07B", "含有无法显示的字符"),
    ],
)
def test_wrong_code_is_explained(typed, message, client):
    answer = client.get(reverse("public:verify-form"), {"code": typed})

    assert answer.status_code == 422
    assert message in text_of(answer)


@pytest.mark.parametrize(
    "path", ["abcdefghjkmnpqrstvwx", "ABCD-EFGH-JKMN-PQRS-TVWX", f"{CODE}%20"]
)
def test_address_is_forgiving_too(path, client):
    answer = client.get(f"/verify/{path}/")

    assert (answer.status_code, answer["Location"]) == (302, f"/verify/{CODE}/")


@pytest.mark.parametrize("path", [CODE, "x", "0" * 500, "%E5%95%86", "%00", "<b>"])
def test_unknown_code_is_told_and_what_to_do(path, client):
    answer = client.get(f"/verify/{path}/")

    assert answer.status_code == 404
    if path != "%00":  # That is turned away at the door.
        text = text_of(answer)
        assert "没有颁发过这个编号的证书" in text
        assert "怎么办" in text
        assert "<b>" not in text


# What the page says.


def test_valid_certificate_shows_the_whole_title(client, settings):
    settings.SITE_URL = "https://chamber.example"
    certificate = CertificateFactory(
        award=AwardFactory(
            chamber=ChamberFactory(name="云溪商会"),
            grantor="全国工商联",
            document_number="全联〔2024〕2号",
            cycle_label="2023年",
            granted_on=date(2024, 2, 1),
            valid_until=date(2099, 12, 31),
        )
    )

    answer = verify(client, certificate)

    text, today = text_of(answer), timezone.localtime()
    for words in (
        '<h1 id="verdict">有效</h1>',
        "云溪商会",
        "全国“四好”商会",
        "国家级",
        "2023年",
        "全国工商联",
        "全联〔2024〕2号",
        "2024年2月1日",
        "2099年12月31日",
        certificate.printed_code,
        "<strong>https://chamber.example</strong>",
        f"{today.year}年{today.month}月{today.day}日",
    ):
        assert words in text
    assert "no-store" in answer["Cache-Control"]


def test_silence_of_the_source_is_shown(client):
    text = text_of(verify(client, CertificateFactory()))

    for words in ("年度未载明", "授予单位未载明", "文号未载明", "有效期未载明"):
        assert words in text
    assert "<strong>http://testserver</strong>" in text


def renewed():
    old = AwardFactory(granted_on=date(2022, 1, 1))
    AwardFactory(
        version=old.version,
        chamber=old.chamber,
        renews=old,
        granted_on=date(2024, 1, 1),
        cycle_label="2024年",
    )
    return old


STATES = [
    (
        lambda: AwardFactory(valid_until=timezone.localdate() + timedelta(days=9)),
        "待复评",
        "这项称号现在仍有效",
    ),
    (renewed, "已再次认定", "已于2024年1月1日再次认定，以新的称号为准"),
    (
        lambda: AwardFactory(valid_until=date(2022, 12, 31)),
        "已到期",
        "已于2022年12月31日到期，现在无效",
    ),
    (
        lambda: AwardFactory(granted_on=date(2024, 1, 1), **REVOKED),
        "已取消",
        "已于2024年6月1日取消，现在无效",
    ),
]


@pytest.mark.parametrize(("make", "word", "why"), STATES)
def test_states_are_told_apart(make, word, why, client):
    text = text_of(verify(client, CertificateFactory(award=make())))

    assert f'<h1 id="verdict">{word}</h1>' in text
    assert why in text


def test_revoked_title_shows_date_reason_and_document(client):
    award = AwardFactory(granted_on=date(2024, 1, 1), **REVOKED)
    certificate = CertificateFactory(award=award)

    text = text_of(verify(client, certificate))

    assert "<dd>年检不合格</dd>" in text
    assert "<dd>某联〔2024〕9号</dd>" in text
    assert reverse("public:credential", args=[certificate.code]) not in text


def test_page_names_no_person(client):
    staff = UserFactory(name="王经办")

    assert "王经办" not in text_of(verify(client, CertificateFactory(issued_by=staff)))


# For machines.


def test_credential_is_open_to_every_site(client):
    certificate = CertificateFactory()

    answer = client.get(reverse("public:credential", args=[certificate.code]))

    assert answer["Content-Type"] == "application/vc"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    document = json.loads(answer.content)
    assert document["id"] == f"http://testserver{answer.wsgi_request.path}"


def test_credential_of_a_revoked_title_is_gone(client):
    award = AwardFactory(granted_on=date(2024, 1, 1), **REVOKED)
    certificate = CertificateFactory(award=award)

    answer = client.get(reverse("public:credential", args=[certificate.code]))

    assert answer.status_code == 410
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "称号已取消"
    assert "2024-06-01 取消（原因：年检不合格" in answer.json()["detail"]
    assert "proof" not in answer.json()


@pytest.mark.parametrize(
    "address", [f"/verify/{CODE}/credential.json", "/open-badges/status/99999999.json"]
)
def test_what_is_unknown_to_machines(address, client):
    answer = client.get(address)

    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_without_a_key_machines_are_told_and_people_still_served(client, settings):
    settings.DEMO, settings.SIGNING_KEY_FILE = False, ""
    certificate = CertificateFactory()

    answer = client.get(reverse("public:credential", args=[certificate.code]))

    assert answer.status_code == 503
    assert "没有设置签名密钥文件" in answer.json()["detail"]
    assert client.get(reverse("public:issuer")).status_code == 503
    assert verify(client, certificate).status_code == 200


def test_private_key_is_in_no_answer(client, settings):
    certificate = CertificateFactory()
    answers = [
        client.get(reverse("public:credential", args=[certificate.code])),
        client.get(reverse("public:issuer")),
        client.get(reverse("public:status-list", args=[0])),
    ]

    with open(settings.SIGNING_KEY_FILE) as file:
        secret = file.read().splitlines()[1]
    assert all(answer.status_code == 200 for answer in answers)
    assert all(secret not in answer.content.decode() for answer in answers)


# The paper.


def paper(client, certificate):
    return client.get(reverse("workbench:certificate-pdf", args=[certificate.code]))


def test_secretary_gets_the_paper_of_the_own_chamber_only(sign_in):
    certificate = CertificateFactory()
    own = sign_in(secretary_of(certificate.award.chamber))
    foreign = sign_in(secretary_of(ChamberFactory()))

    assert paper(own, certificate).content.startswith(b"%PDF")
    assert paper(own, certificate)["Cache-Control"] == "private, no-store"
    missing = foreign.get(reverse("workbench:certificate-pdf", args=[CODE]))
    refused = paper(foreign, certificate)
    assert (refused.status_code, missing.status_code) == (404, 404)
    assert main_of(refused) == main_of(missing)


def main_of(answer):
    text = answer.content.decode()
    return text[text.index("<main") : text.index("</main>")]


@pytest.mark.parametrize(("make", "word", "why"), STATES[1:])
def test_paper_of_an_ended_title_is_refused_with_the_reason(
    make, word, why, federation
):
    answer = paper(federation, CertificateFactory(award=make()))

    assert answer.status_code == 409
    assert "<h1>证书不能下载</h1>" in text_of(answer)
    assert "证书不能再下载。" in text_of(answer)


def test_paper_without_a_template_is_refused(federation):
    CertificateTemplate.objects.all().delete()

    answer = paper(federation, CertificateFactory())

    assert answer.status_code == 409
    assert "还没有用于上级称号的默认证书模板" in text_of(answer)


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_certificates_has_a_constant_number_of_queries(
    count, sign_in, django_assert_num_queries
):
    chamber = ChamberFactory()
    client = sign_in(secretary_of(chamber))
    CertificateFactory()
    for _ in range(count):
        CertificateFactory(award=AwardFactory(chamber=chamber))
    client.get(reverse("workbench:certificate-list"))

    with django_assert_num_queries(5):
        answer = client.get(reverse("workbench:certificate-list"))

    assert len(answer.context["awards"]) == count


# Staff.


def issue(client, award):
    return client.post(reverse("admin:activities_award_issue", args=[award.pk]))


def award_page(client, award):
    return client.get(reverse("admin:activities_award_change", args=[award.pk]))


def test_staff_issue_once_from_the_page_of_the_title(federation):
    award = AwardFactory()
    assert "颁发证书" in text_of(award_page(federation, award))

    answers = [issue(federation, award) for _ in range(2)]

    certificate = Certificate.objects.get()
    assert [answer.status_code for answer in answers] == [302, 302]
    text = text_of(award_page(federation, award))
    assert "没有再颁发" in text
    assert certificate.printed_code in text
    assert reverse("workbench:certificate-pdf", args=[certificate.code]) in text
    assert certificate.get_absolute_url() in text


def test_ended_title_is_refused_on_the_same_page(federation):
    award = AwardFactory(granted_on=date(2024, 1, 1), **REVOKED)

    answer = issue(federation, award)

    assert answer.status_code == 409
    assert "不能颁发证书。" in text_of(answer)
    assert not Certificate.objects.exists()


def test_administrator_looks_and_does_not_issue(sign_in):
    client = sign_in(UserFactory(role=Role.ADMINISTRATOR))
    award = AwardFactory()

    assert "由组织部或工商联颁发" in text_of(award_page(client, award))
    assert issue(client, award).status_code == 403
    assert issue(client, AwardFactory.build(pk=999_999)).status_code == 403


def test_title_that_is_gone_is_not_found(federation):
    assert issue(federation, AwardFactory.build(pk=999_999)).status_code == 404


def test_issue_is_signed_in_the_history(federation):
    issue(federation, AwardFactory())

    assert Certificate.objects.get().events.get().pgh_context["user"]


@pytest.mark.parametrize("count", [1, 3])
def test_admin_lists_have_a_constant_number_of_queries(
    count, federation, django_assert_num_queries
):
    for _ in range(count):
        CertificateFactory()
        CertificateTemplateFactory()
    pages = [
        reverse(f"admin:activities_{noun}_changelist")
        for noun in ("certificate", "certificatetemplate")
    ]
    for page in pages:
        federation.get(page)

    with django_assert_num_queries(QUERIES):
        for page in pages:
            assert federation.get(page).status_code == 200


QUERIES = 14


@pytest.mark.parametrize("words", ["printed", "chamber", "nothing"])
def test_certificates_are_found_by_code_and_recipient(words, federation):
    certificate = CertificateFactory(
        award=AwardFactory(chamber=ChamberFactory(name="云溪商会"))
    )
    CertificateFactory()
    sought = {
        "printed": certificate.printed_code.lower(),
        "chamber": "yunxi",
        "nothing": "没有这个",
    }

    answer = federation.get(
        reverse("admin:activities_certificate_changelist"), {"q": sought[words]}
    )

    found = list(answer.context["cl"].queryset)
    assert found == ([] if words == "nothing" else [certificate])


def template_post(template, **fields):
    data = {
        "name": template.name,
        "heading": template.heading,
        "body": template.body,
        "footnote": template.footnote,
        "orientation": "portrait",
        "title_size": 46,
        "body_size": 20,
        "seen": template.events.latest("pgh_id").pgh_id,
    }
    return data | fields


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"body": "{recipent}"}, "占位符“{recipent}”无效"),
        ({"heading": "证书{"}, "花括号不成对或不是半角"),
        ({"footnote": "㐂"}, "证书字体里没有“㐂”，印不出来，请换一个字。"),
        ({"title_size": 81}, "标题字号应为 20–80 的整数。"),
        ({"body": "字" * 501}, "正文最多 500 个字，现有 501 个字。"),
        ({"is_default": "on", "for_own_titles": "on"}, "这一类称号已有默认模板"),
    ],
)
def test_template_form_refuses_with_a_sentence(fields, message, federation):
    template = CertificateTemplateFactory()
    address = reverse("admin:activities_certificatetemplate_change", args=[template.pk])

    answer = federation.post(address, template_post(template, **fields))

    assert answer.status_code == 200
    assert message in text_of(answer)


def test_template_is_changed_and_previewed(federation):
    template = CertificateTemplate.objects.get(for_own_titles=True)
    address = reverse("admin:activities_certificatetemplate_change", args=[template.pk])

    answer = federation.post(address, template_post(template, for_own_titles="on"))

    assert answer.status_code == 302
    pdf, png = (
        reverse(f"admin:activities_certificatetemplate_{kind}", args=[template.pk])
        for kind in ("pdf", "png")
    )
    text = text_of(federation.get(address))
    assert pdf in text
    assert png in text
    assert federation.get(pdf).content.startswith(b"%PDF")
    assert federation.get(png).content.startswith(b"\x89PNG")
    assert federation.get(pdf.replace(str(template.pk), "999999")).status_code == 404
