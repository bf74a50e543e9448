"""Certificates: issuing them, their text, and the first templates."""

import datetime
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from activities.models import Award, Certificate, CertificateTemplate
from activities.models.certificate import parts_of
from activities.models.honour import NO_CYCLE, AwardState
from activities.models.scheme import HonourLevel, SchemeKind
from activities.papers.certificate_sheet import CertificateSheet, Run, lacking
from chambers.models import User

STRONG = {"recipient", "title"}
DIGITS = "〇一二三四五六七八九"
TEMPLATES = [
    {
        "name": "荣誉证书（县级称号）",
        "heading": "荣誉证书",
        "body": "{recipient}：\n"
        "经评审，认定你单位为{title}（{cycle}，{document}）。有效期至：{valid_until}。\n"
        "特颁此证。",
        "footnote": "称号现在是否有效，以网上核验结果为准。",
        "title_size": 56,
        "body_size": 21,
        "for_own_titles": True,
    },
    {
        "name": "荣誉登记证明（上级称号）",
        "heading": "荣誉登记证明",
        "body": "兹证明：{recipient}获得{level}称号{title}（{cycle}），"
        "已登记在{county}商会荣誉榜。\n"
        "授予单位：{grantor}（{document}）。\n"
        "授予日期：{granted_on}；有效期至：{valid_until}。",
        "footnote": "本证明只说明登记情况，不代替授予单位颁发的证书、牌匾；"
        "称号现在是否有效，以网上核验结果为准。",
        "title_size": 46,
        "body_size": 20,
        "for_own_titles": False,
    },
]
# What the preview of a template shows.
SAMPLE = {
    "recipient": "某某县某某商会",
    "title": "某某县“四好”商会",
    "level": "县级",
    "cycle": "2025—2026年度",
    "grantor": "某某县工商业联合会",
    "document": "某联〔2026〕1号",
    "granted_on": "2026年3月1日",
    "valid_until": "2028年2月29日",
}
SAMPLE_CODE = "ABCDEFGHJKMNPQRSTVWX"


@transaction.atomic
def issue_certificate(award: Award, *, user: User) -> Certificate:
    """Issue the one certificate of a held title; a second call returns the first."""
    Award.objects.select_for_update().get(pk=award.pk)
    issued = Certificate.objects.filter(award=award).first()
    if issued:
        return issued
    award = award_today(award)
    if award.version.scheme.kind == SchemeKind.PRAISE:
        raise ValidationError("工作肯定不是称号，不颁发证书。", code="praise")
    if not award.is_held:
        raise ValidationError(f"{why_ended(award)}，不能颁发证书。", code="ended")
    certificate = Certificate(award=award, issued_by=user, is_demo=award.is_demo)
    check_printable(sheet_of(certificate, award, site=""))
    certificate.full_clean()
    certificate.save()
    return certificate


def award_today(award: Award) -> Award:
    """Return the award with its state today and what a certificate names of it."""
    rows = Award.objects.on().select_related(
        "version__scheme", "chamber", "branch", "site", "renewal"
    )
    return rows.get(pk=award.pk)


def state_of(award: Award) -> AwardState:
    """Return the state that the query has put on the row."""
    return AwardState(award.state)  # type: ignore[attr-defined]


def why_ended(award: Award) -> str:
    """Say why a title is no longer held, as the first half of a sentence."""
    state = state_of(award)
    if state == AwardState.REVOKED:
        reason = award.revocation_reason.rstrip("。")
        return (
            f"这项称号已于 {award.revoked_on} 取消（原因：{reason}；"
            f"文号：{award.revocation_document}）"
        )
    if state == AwardState.RENEWED:
        return f"这项称号已于 {award.renewal.granted_on} 再次认定，请用新的称号"
    return f"这项称号已于 {award.valid_until} 到期"


def certificate_sheet(certificate: Certificate, *, site: str) -> CertificateSheet:
    """Return a certificate as of today; refuse if the title has ended."""
    award = award_today(certificate.award)
    if not award.is_held:
        raise ValidationError(f"{why_ended(award)}，证书不能再下载。", code="ended")
    sheet = sheet_of(certificate, award, site=site)
    check_printable(sheet)
    return sheet


def template_for(award: Award) -> CertificateTemplate:
    own = award.level == HonourLevel.COUNTY
    template = CertificateTemplate.objects.filter(
        for_own_titles=own, is_default=True
    ).first()
    if template is None:
        kind = "县级称号" if own else "上级称号"
        raise ValidationError(
            f"还没有用于{kind}的默认证书模板，请先在“证书模板”中设置。",
            code="no_template",
        )
    return template


def sheet_of(certificate: Certificate, award: Award, *, site: str) -> CertificateSheet:
    template = template_for(award)
    owner = settings.PORTAL["owner"]
    if template.for_own_titles:
        signer = award.grantor or owner
        day = award.granted_on or certificate.issued_on
    else:
        signer, day = owner, certificate.issued_on
    return filled(
        template,
        values_of(award),
        signer=signer,
        day=day,
        code=certificate.printed_code,
        site=site + reverse("public:verify-form"),
        address=site + certificate.get_absolute_url(),
    )


def sample_sheet(template: CertificateTemplate, *, site: str) -> CertificateSheet:
    """Return a template with made-up words, marked as a sample."""
    certificate = Certificate(code=SAMPLE_CODE)
    owner = settings.PORTAL["owner"]
    return filled(
        template,
        SAMPLE | {"county": settings.PORTAL["county"]},
        signer=SAMPLE["grantor"] if template.for_own_titles else owner,
        day=datetime.date(2026, 3, 1),
        code=certificate.printed_code,
        site=site + reverse("public:verify-form"),
        address=site + certificate.get_absolute_url(),
        is_sample=True,
    )


def values_of(award: Award) -> dict[str, str]:
    """Return the value of each placeholder, marking what the source does not state."""
    return {
        "recipient": award.recipient.name,
        "title": award.title,
        "level": HonourLevel(award.level).label,
        "cycle": award.cycle_label or NO_CYCLE,
        "grantor": award.grantor or "未载明",
        "document": award.document_number or "文号未载明",
        "granted_on": day_in_words(award.granted_on),
        "valid_until": day_in_words(award.valid_until),
        "county": settings.PORTAL["county"],
    }


def day_in_words(day: datetime.date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "未载明"


def day_in_numerals(day: datetime.date) -> str:
    """Return a date as it is written under a certificate: 二〇二六年三月十五日."""

    def number(n: int) -> str:
        tens, ones = divmod(n, 10)
        lead = "" if tens == 0 else "十" if tens == 1 else f"{DIGITS[tens]}十"
        return lead + (DIGITS[ones] if ones else "")

    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{number(day.month)}月{number(day.day)}日"


def filled(
    template: CertificateTemplate,
    values: dict[str, str],
    *,
    signer: str,
    day: datetime.date,
    code: str,
    site: str,
    address: str,
    is_sample: bool = False,
) -> CertificateSheet:
    def runs(text: str) -> list[Run]:
        return [
            Run(values[piece], strong=piece in STRONG)
            if is_name
            else Run(piece, strong=False)
            for piece, is_name in parts_of(text)
        ]

    def words(text: str) -> str:
        return "".join(run.text for run in runs(text))

    signature = words(template.signature) or signer
    return CertificateSheet(
        orientation=template.orientation,
        heading=words(template.heading),
        title_size=template.title_size,
        body_size=template.body_size,
        paragraphs=[
            runs(line.strip()) for line in template.body.splitlines() if line.strip()
        ],
        # Two bodies that are set apart by a blank sign one under the other.
        signature=re.split(r"\s+(?=[\u4e00-\u9fff])", signature),
        date=day_in_numerals(day),
        footnote=words(template.footnote),
        code=code,
        site=site,
        address=address,
        is_sample=is_sample,
    )


def check_printable(sheet: CertificateSheet) -> None:
    """Refuse a certificate with a character that would be an empty box on paper."""
    missing = lacking(sheet.words)
    if missing:
        raise ValidationError(
            f"证书字体里没有“{'、'.join(missing)}”，印不出来。"
            "请核对用字；确需使用的，请联系系统管理员更换字体。",
            code="font",
        )


@transaction.atomic
def load_templates() -> int:
    """Make the templates that are missing, and return how many.

    A kind that has a template already is left to staff.
    """
    known = set(CertificateTemplate.objects.values_list("for_own_titles", flat=True))
    missing = [fields for fields in TEMPLATES if fields["for_own_titles"] not in known]
    for fields in missing:
        template = CertificateTemplate(**fields, is_default=True)
        template.full_clean()
        template.save()
    return len(missing)
