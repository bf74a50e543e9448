"""Certificates for programs: Open Badges 3.0, a W3C Verifiable Credential 2.0.

The county certifies the content of its roll; whoever granted the title is named as the
achievement's creator. An expired title shows by ``validUntil``. A revoked one is marked
in the status list, and its credential is no longer served.
"""

import base64
import datetime
import gzip
import uuid
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from activities.models import Award, Certificate
from activities.models.honour import AwardState
from activities.models.scheme import HonourLevel
from redleader.signing import multikey, signed, signing_key

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CONTROLLED = "https://www.w3.org/ns/cid/v1"
LIST_LENGTH = (
    131_072  # entries; with fewer, a look-up would reveal which certificate is checked
)
KEY = "#key-1"


def issuer_address(site: str) -> str:
    return site + reverse("public:issuer")


def profile(site: str) -> dict[str, Any]:
    return {
        "id": issuer_address(site),
        "type": ["Profile"],
        "name": settings.PORTAL["owner"],
        "url": f"{site}/",
    }


def issuer_document(site: str) -> dict[str, Any]:
    """Return the issuer and its public key, under the issuer's own id."""
    method = issuer_address(site) + KEY
    key = {
        "id": method,
        "type": "Multikey",
        "controller": issuer_address(site),
        "publicKeyMultibase": multikey(signing_key()),
    }
    return {
        "@context": [CONTROLLED, OPEN_BADGES],
        **profile(site),
        "verificationMethod": [key],
        "assertionMethod": [method],
    }


def credential(certificate: Certificate, award: Award, *, site: str) -> dict[str, Any]:
    """Return the signed credential of a certificate; it never changes on its own."""
    issued = certificate.issued_on
    begins = award.granted_on or issued
    if award.valid_until:
        begins = min(begins, award.valid_until)
    address = site + certificate.get_absolute_url()
    document: dict[str, Any] = {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": f"{address}credential.json",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": award.title,
        "description": f"{award.recipient.name}：{award.title}",
        "issuer": profile(site),
        "validFrom": instant(begins),
        "credentialSubject": subject(award, site),
        "credentialStatus": status_entry(certificate, site),
    }
    if award.granted_on:
        document["awardedDate"] = instant(award.granted_on)
    if award.valid_until:
        document["validUntil"] = instant(award.valid_until, last=True)
    method = issuer_address(site) + KEY
    return signed(document, method=method, created=instant(issued))


def subject(award: Award, site: str) -> dict[str, Any]:
    """Return the holder of the title: a chamber, an organisation or a site."""
    recipient: dict[str, Any] = {"type": ["AchievementSubject"]}
    page = award.chamber or award.site
    if page:
        recipient["id"] = site + page.get_absolute_url()
    recipient["identifier"] = [
        {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": award.recipient.name,
            "identityType": "ext:organizationName",
        }
    ]
    return recipient | {"achievement": achievement(award, site)}


def achievement(award: Award, site: str) -> dict[str, Any]:
    level = HonourLevel(award.level).label
    cycle = award.cycle_label or "年度未载明"
    grantor = award.grantor or "未载明"
    document = award.document_number or "文号未载明"
    about = [str(award.version_id), award.level, award.title, award.cycle_label]
    text = f"{level}称号，{cycle}。授予单位：{grantor}。"
    result: dict[str, Any] = {
        "id": named(site, "achievement", *about),
        "type": ["Achievement"],
        "achievementType": "Award",
        "name": award.title,
        "description": text,
        "criteria": {
            "narrative": f"{text}依据：{document}。"
            f"由授予单位按其办法评定，登记在{settings.PORTAL['county']}商会荣誉榜。"
        },
    }
    if award.grantor:
        result["creator"] = {
            "id": named(site, "grantor", award.grantor),
            "type": ["Profile"],
            "name": award.grantor,
        }
    return result


def named(site: str, *parts: str) -> str:
    """Return an id that is always the same for the same words."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join([site, *parts])).urn


def instant(day: datetime.date, *, last: bool = False) -> str:
    """Return the first moment or the last second of a local day."""
    time = datetime.time(23, 59, 59) if last else datetime.time()
    moment = datetime.datetime.combine(day, time, timezone.get_default_timezone())
    return moment.isoformat()


def status_entry(certificate: Certificate, site: str) -> dict[str, Any]:
    number, index = divmod(certificate.pk, LIST_LENGTH)
    address = site + reverse("public:status-list", args=[number])
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def status_list(number: int, *, site: str) -> dict[str, Any] | None:
    """Return the signed list of revocations, or None for a list not yet begun."""
    newest = Certificate.objects.aggregate(newest=Max("pk"))["newest"] or 0
    if number > newest // LIST_LENGTH:
        return None
    first = number * LIST_LENGTH
    revoked = Award.objects.on().filter(
        state=AwardState.REVOKED,
        certificate__pk__gte=first,
        certificate__pk__lt=first + LIST_LENGTH,
    )
    bits = bytearray(LIST_LENGTH // 8)
    for key in revoked.values_list("certificate", flat=True):
        index = key - first
        bits[index // 8] |= 0x80 >> index % 8
    packed = base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0))
    address = site + reverse("public:status-list", args=[number])
    document = {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_address(site),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": "u" + packed.decode().rstrip("="),
        },
    }
    return signed(document, method=issuer_address(site) + KEY)
