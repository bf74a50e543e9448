import pytest
from django.core.exceptions import ValidationError

from activities.models.certificate import KNOWN, normal_code
from tests.factories.activities import (
    AwardFactory,
    CertificateFactory,
    CertificateTemplateFactory,
)
from tests.factories.chambers import UserFactory
from tests.rules import assert_constraint_is_kept, assert_trigger_is_kept, changed

pytestmark = pytest.mark.django_db


def full_width(text):
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


def a_second_default():
    CertificateTemplateFactory(is_default=True)
    return changed(CertificateTemplateFactory(), is_default=True)


CONSTRAINTS = {
    "activities_certificatetemplate_orientation_valid": lambda: changed(
        CertificateTemplateFactory(), orientation="round"
    ),
    "activities_certificatetemplate_one_default": a_second_default,
    "activities_certificatetemplate_title_size_limited": lambda: changed(
        CertificateTemplateFactory(), title_size=81
    ),
    "activities_certificatetemplate_body_size_limited": lambda: changed(
        CertificateTemplateFactory(), body_size=9
    ),
    "activities_certificate_code_valid": lambda: CertificateFactory.build(
        award=AwardFactory(), issued_by=UserFactory(), code="ABCDEFGHJKMNPQRSTVW0"
    ),
}


def change_the_code():
    changed(CertificateFactory(), code="A" * 20).save()


TRIGGERS = {"activities_certificate.code_stays": change_the_code}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_certificate_constraint_is_kept(name):
    assert_constraint_is_kept(name, CONSTRAINTS[name])


@pytest.mark.parametrize("name", TRIGGERS)
def test_certificate_trigger_is_kept(name):
    assert_trigger_is_kept(name, TRIGGERS[name])


def test_certificate_stays_with_its_award():
    assert_trigger_is_kept(
        "activities_certificate.code_stays",
        lambda: changed(CertificateFactory(), award=AwardFactory()).save(),
    )


def test_default_of_the_other_kind_is_no_second_default():
    CertificateTemplateFactory(is_default=True, for_own_titles=True)

    CertificateTemplateFactory(is_default=True, for_own_titles=False).full_clean()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("abcd-efgh-jkmn-pqrs-tvwx", "ABCDEFGHJKMNPQRSTVWX"),
        (" ABCD EFGH　JKMN\tPQRS TVWX ", "ABCDEFGHJKMNPQRSTVWX"),
        (full_width("ABCD-EFGH-JKMN-PQRS-TVWX"), "ABCDEFGHJKMNPQRSTVWX"),
        ("ABCD—EFGH–JKMN\u2212PQRS_TVWX", "ABCDEFGHJKMNPQRSTVWX"),
        ("https://a.cn/verify/ABCDEFGHJKMNPQRSTVWX/?x=1", "ABCDEFGHJKMNPQRSTVWX"),
        ("一二0", "一二0"),
        ("", ""),
    ],
)
def test_code_is_read_as_people_type_it(typed, kept):
    assert normal_code(typed) == kept


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("认定{recipent}。", "占位符“{recipent}”无效，请改正或删除。可以使用的有："),
        ("认定{}。", "占位符“{}”无效"),
        ("认定{ title }。", "占位符“{ title }”无效"),
        ("认定{title!r}。", "占位符“{title!r}”无效"),
        ("认定{title.name}。", "占位符“{title.name}”无效"),
        ("认定{title", "“认定{title”处的花括号不成对或不是半角"),
        ("认定title}。", "“认定title}。”处的花括号不成对或不是半角"),
        ("认定\uff5btitle\uff5d。", "花括号不成对或不是半角"),
        ("{title}" * 3, "占位符“{title}”用了 3 次，最多 2 次，请删去多余的。"),
        ("段\n" * 11, "正文最多 10 段，现有 11 段，请合并。"),
    ],
)
def test_template_refuses_what_nothing_fills(body, message):
    template = CertificateTemplateFactory.build(body=body)

    with pytest.raises(ValidationError) as refused:
        template.full_clean()

    assert list(refused.value.error_dict) == ["body"]
    assert message in refused.value.messages[0]
    if "可以使用" in message:
        assert KNOWN in refused.value.messages[0]


@pytest.mark.parametrize("field", ["heading", "signature", "footnote"])
def test_template_checks_every_text(field):
    template = CertificateTemplateFactory.build(**{field: "{x}"})

    with pytest.raises(ValidationError) as refused:
        template.full_clean()

    assert list(refused.value.error_dict) == [field]
