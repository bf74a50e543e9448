"""Signed JSON: Data Integrity proofs of the suite ``eddsa-jcs-2022``.

The signature covers SHA-256 of the proof's options and of the document, both in the
canonical form of RFC 8785. The same document always gets the same proof.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519_PUBLIC = b"\xed\x01"  # the multicodec prefix of such a key


class SigningKeyError(Exception):
    """There is no signing key; the message is for people."""


def signing_key() -> Ed25519PrivateKey:
    """Return the key of ``SIGNING_KEY_FILE``; the demo makes it on first use."""
    if not settings.SIGNING_KEY_FILE:
        raise SigningKeyError(
            "没有设置签名密钥文件，请系统管理员设置 SIGNING_KEY_FILE。"
        )
    path = Path(settings.SIGNING_KEY_FILE)
    if settings.DEMO and not path.exists():
        make_key(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError(
            "签名密钥文件读不出 Ed25519 私钥，请系统管理员检查 SIGNING_KEY_FILE。"
        ) from None
    return key


def make_key(path: Path) -> None:
    """Write a new key that only this account can read; the first writer wins."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)  # made with mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(name)


def base58(data: bytes) -> str:
    """Return bytes in multibase base58btc."""
    number, digits = int.from_bytes(data), ""
    while number:
        number, rest = divmod(number, 58)
        digits = BASE58[rest] + digits
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + "1" * zeros + digits


def multikey(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key, as a Multikey writes it."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base58(ED25519_PUBLIC + public)


def digest(document: dict[str, Any]) -> bytes:
    return hashlib.sha256(rfc8785.dumps(document)).digest()


def signed(
    document: dict[str, Any], *, method: str, created: str = ""
) -> dict[str, Any]:
    """Return a document with its proof; ``method`` says where the key is published."""
    options = {
        "@context": document["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    if created:
        options["created"] = created
    signature = signing_key().sign(digest(options) + digest(document))
    return document | {"proof": options | {"proofValue": base58(signature)}}
