import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from multiformats import multibase

from redleader import signing

# The example of W3C "Data Integrity EdDSA Cryptosuites", representation
# eddsa-jcs-2022; its key pair is public on purpose.
SECRET = "z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq"
PUBLIC = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
CREDENTIAL = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/examples/v2",
    ],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "name": "Alumni Credential",
    "description": "A minimum viable example of an Alumni Credential.",
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {
        "id": "did:example:abcdefgh",
        "alumniOf": "The School of Examples",
    },
}
PROOF_VALUE = (
    "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTM"
    "uVor51aX"
)


@pytest.fixture
def key_file(settings, tmp_path):
    path = tmp_path / "keys" / "key.pem"
    settings.SIGNING_KEY_FILE = str(path)
    return path


def pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_proof_is_that_of_the_standard(key_file):
    key = Ed25519PrivateKey.from_private_bytes(multibase.decode(SECRET)[2:])
    key_file.parent.mkdir()
    key_file.write_bytes(pem(key))

    document = signing.signed(
        CREDENTIAL,
        method=f"did:key:{PUBLIC}#{PUBLIC}",
        created="2023-02-24T23:36:38Z",
    )

    assert signing.multikey(key) == PUBLIC
    assert document["proof"]["proofValue"] == PROOF_VALUE


@pytest.mark.parametrize("data", [b"\x01", b"\0\0\x01\xff", b"\xff" * 64, b"\0"])
def test_base58_is_that_of_others(data):
    assert signing.base58(data) == multibase.encode(data, "base58btc")


def test_demo_makes_its_key_once_and_for_itself_alone(key_file):
    first = signing.multikey(signing.signing_key())

    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert signing.multikey(signing.signing_key()) == first
    assert [path.name for path in key_file.parent.iterdir()] == ["key.pem"]


def test_second_writer_leaves_the_key_of_the_first(key_file):
    signing.make_key(key_file)
    first = key_file.read_bytes()

    signing.make_key(key_file)

    assert key_file.read_bytes() == first


def test_real_installation_makes_no_key(key_file, settings):
    settings.DEMO = False

    with pytest.raises(signing.SigningKeyError, match="读不出 Ed25519 私钥"):
        signing.signing_key()
    assert not key_file.exists()

    settings.SIGNING_KEY_FILE = ""
    with pytest.raises(signing.SigningKeyError, match="没有设置签名密钥文件"):
        signing.signing_key()


@pytest.mark.parametrize(
    "content", [b"", b"secret words", pem(X25519PrivateKey.generate())]
)
def test_another_file_is_no_key_and_is_not_told(key_file, content):
    key_file.parent.mkdir()
    key_file.write_bytes(content)

    with pytest.raises(signing.SigningKeyError) as refused:
        signing.signing_key()

    assert "secret" not in str(refused.value)
    assert str(key_file) not in str(refused.value)
