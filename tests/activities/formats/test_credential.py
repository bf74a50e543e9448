"""The signature is checked by libraries that took no part in making it."""

import base64
import copy
import gzip
import hashlib
import json
from datetime import date

import jcs
import pytest
from apsig import ProofVerifier
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from multiformats import multibase
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from activities.formats import credential as services
from activities.services.certificate import award_today
from redleader.signing import multikey
from tests.factories.activities import AwardFactory, CertificateFactory, SiteFactory
from tests.factories.chambers import BranchFactory, ChamberFactory, UserFactory

pytestmark = pytest.mark.django_db

SITE = "https://chamber.example"
GRANTED = {
    "grantor": "全国工商联",
    "document_number": "全联〔2024〕2号",
    "cycle_label": "2023年",
    "granted_on": date(2024, 2, 1),
    "valid_until": date(2099, 12, 31),
}


def issued(**fields):
    certificate = CertificateFactory(award=AwardFactory(**fields))
    award = award_today(certificate.award)
    return services.credential(certificate, award, site=SITE)


def published_key():
    document = services.issuer_document(SITE)
    (method,) = document["verificationMethod"]
    assert document["assertionMethod"] == [method["id"]]
    assert method["controller"] == document["id"]
    return method["id"], method["publicKeyMultibase"]


def check(document, key):
    """Verify by the steps of the standard, with PyNaCl and jcs only."""
    document = copy.deepcopy(document)
    proof = document.pop("proof")
    signature = multibase.decode(proof.pop("proofValue"))
    hashed = b"".join(
        hashlib.sha256(jcs.canonicalize(part)).digest() for part in (proof, document)
    )
    raw = multibase.decode(key)
    assert raw[:2] == b"\xed\x01"
    VerifyKey(raw[2:]).verify(hashed, signature)


def is_accepted_by_others(document, key):
    return bool(ProofVerifier(key).verify(copy.deepcopy(document)))


def test_signature_is_accepted_by_independent_libraries():
    document = json.loads(json.dumps(issued(**GRANTED)))
    method, key = published_key()

    check(document, key)

    assert is_accepted_by_others(document, key)
    assert document["proof"]["verificationMethod"] == method
    assert document["proof"]["cryptosuite"] == "eddsa-jcs-2022"
    assert document["proof"]["proofPurpose"] == "assertionMethod"


def leaves(value, path=()):
    """Return the way to every text in a document."""
    if isinstance(value, str):
        return [path]
    if not isinstance(value, dict | list):
        return []
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return [leaf for key, inner in pairs for leaf in leaves(inner, (*path, key))]


def test_any_changed_character_is_noticed():
    document = issued(**GRANTED)
    _, key = published_key()
    paths = [path for path in leaves(document) if path[:2] != ("proof", "proofValue")]
    assert len(paths) > 30

    for path in paths:
        forged = copy.deepcopy(document)
        place = forged
        for step in path[:-1]:
            place = place[step]
        text = place[path[-1]]
        place[path[-1]] = text[:-1] + chr(ord(text[-1]) + 1)
        with pytest.raises(BadSignatureError):
            check(forged, key)

    forged = copy.deepcopy(document)
    forged["credentialSubject"]["achievement"]["name"] += "金奖"
    assert not is_accepted_by_others(forged, key)
    del forged["validUntil"]
    with pytest.raises(BadSignatureError):
        check(forged, key)


def test_another_key_does_not_fit():
    document = issued(**GRANTED)
    other = multikey(Ed25519PrivateKey.generate())

    with pytest.raises(BadSignatureError):
        check(document, other)
    assert not is_accepted_by_others(document, other)


def test_the_same_certificate_has_the_same_proof():
    certificate = CertificateFactory(award=AwardFactory(**GRANTED))
    award = award_today(certificate.award)

    first, second = (
        services.credential(certificate, award, site=SITE) for _ in range(2)
    )

    assert first == second


def test_credential_has_what_open_badges_ask_for():
    """The fields that the schema of Open Badges 3.0 requires, by name."""
    chamber = ChamberFactory(name="云溪商会")
    document = issued(chamber=chamber, **GRANTED)

    subject = document["credentialSubject"]
    achievement = subject["achievement"]
    assert document["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert document["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert document["id"].startswith(f"{SITE}/verify/")
    assert document["id"].endswith("/credential.json")
    assert document["name"] == "全国“四好”商会"
    assert document["validFrom"] == "2024-02-01T00:00:00+08:00"
    assert document["awardedDate"] == document["validFrom"]
    assert document["validUntil"] == "2099-12-31T23:59:59+08:00"
    assert document["issuer"]["id"] == f"{SITE}/open-badges/issuer.json"
    assert document["issuer"]["type"] == ["Profile"]
    assert subject["type"] == ["AchievementSubject"]
    assert subject["id"] == f"{SITE}{chamber.get_absolute_url()}"
    assert subject["identifier"] == [
        {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": "云溪商会",
            "identityType": "ext:organizationName",
        }
    ]
    assert set(achievement) >= {"id", "type", "name", "description", "criteria"}
    assert achievement["type"] == ["Achievement"]
    assert achievement["creator"]["name"] == "全国工商联"
    assert "全联〔2024〕2号" in achievement["criteria"]["narrative"]


def test_silence_of_the_source_is_said():
    document = issued()

    assert "validUntil" not in document
    assert "awardedDate" not in document
    assert document["validFrom"] == document["proof"]["created"]
    achievement = document["credentialSubject"]["achievement"]
    assert "creator" not in achievement
    assert achievement["description"] == "国家级称号，年度未载明。授予单位：未载明。"
    assert "文号未载明" in achievement["criteria"]["narrative"]


def test_expired_title_tells_by_its_last_day():
    document = issued(granted_on=date(2020, 1, 1), valid_until=date(2021, 12, 31))

    assert document["validUntil"] == "2021-12-31T23:59:59+08:00"
    assert document["validFrom"] < document["validUntil"]


@pytest.mark.parametrize(
    "recipient", [{"branch": BranchFactory}, {"site": SiteFactory}]
)
def test_every_recipient_is_identified(recipient):
    [(field, factory)] = recipient.items()
    row = factory(name="云溪")
    subject = issued(chamber=None, **{field: row})["credentialSubject"]

    assert subject["identifier"][0]["identityHash"] == "云溪"
    assert ("id" in subject) == (field == "site")


def test_no_person_stands_in_it():
    staff = UserFactory(name="王经办", username="wangjingban")
    certificate = CertificateFactory(issued_by=staff)
    award = award_today(certificate.award)

    text = str(services.credential(certificate, award, site=SITE))

    assert "王经办" not in text
    assert "wangjingban" not in text


def bits_of(document):
    packed = document["credentialSubject"]["encodedList"]
    assert packed[0] == "u"
    padded = packed[1:] + "=" * (-len(packed[1:]) % 4)
    data = gzip.decompress(base64.urlsafe_b64decode(padded))
    return "".join(f"{byte:08b}" for byte in data)


def test_status_list_marks_what_was_revoked():
    held = CertificateFactory()
    award = AwardFactory(
        revoked_on=date(2024, 6, 1), revocation_reason="因", revocation_document="文"
    )
    revoked = CertificateFactory(award=award)
    _, key = published_key()

    document = services.status_list(0, site=SITE)

    check(document, key)
    assert is_accepted_by_others(document, key)
    bits = bits_of(document)
    assert len(bits) == 131_072
    assert {n for n, bit in enumerate(bits) if bit == "1"} == {revoked.pk}
    entry = services.status_entry(held, SITE)
    assert entry["statusListCredential"] == document["id"]
    assert entry["statusListIndex"] == str(held.pk)
    assert entry["statusPurpose"] == document["credentialSubject"]["statusPurpose"]
    assert services.status_list(1, site=SITE) is None


def test_status_list_is_the_same_while_nothing_is_revoked():
    CertificateFactory()

    assert services.status_list(0, site=SITE) == services.status_list(0, site=SITE)
