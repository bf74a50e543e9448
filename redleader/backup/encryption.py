"""Encrypted files in the age format, written and read as a stream.

A backup is made for public keys, so that a machine that only makes backups cannot
read them. The ``age`` tool of any system opens the same files.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from getpass import getpass
from pathlib import Path
from typing import BinaryIO

import pyrage
from pyrage.x25519 import Identity, Recipient

AGE = b"age-encryption.org/v1"
CHUNK = 1024 * 1024  # bytes


class VaultError(Exception):
    """A key or an encrypted file is unusable; the message is for people."""


def new_key(path: Path, passphrase: str = "") -> str:
    """Write a new private key that only this account can read; return the public one.

    With a passphrase the file itself is encrypted.
    """
    identity = Identity.generate()
    text = f"# public key: {identity.to_public()}\n{identity}\n".encode()
    if passphrase:
        text = pyrage.passphrase.encrypt(text, passphrase)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise VaultError(f"{path} 已经存在，没有覆盖。") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return str(identity.to_public())


def lines_of(text: str) -> list[str]:
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def read_recipients(path: Path) -> list[Recipient]:
    """Return the public keys of a file, one on each line."""
    try:
        recipients = [Recipient.from_str(line) for line in lines_of(path.read_text())]
    except OSError as error:
        raise VaultError(f"读不到公钥文件 {path}：{error.strerror}。") from None
    except (pyrage.RecipientError, UnicodeDecodeError):
        raise VaultError(f"{path} 中有一行不是 age 公钥（以 age1 开头）。") from None
    if not recipients:
        raise VaultError(f"公钥文件 {path} 是空的。")
    return recipients


def read_identities(path: Path) -> list[Identity]:
    """Return the private keys of a file, asking for its passphrase if it has one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise VaultError(f"读不到私钥文件 {path}：{error.strerror}。") from None
    if content.startswith(AGE):
        try:
            content = pyrage.passphrase.decrypt(content, passphrase())
        except pyrage.DecryptError:
            raise VaultError(f"私钥文件 {path} 的口令不对。") from None
    try:
        identities = [Identity.from_str(line) for line in lines_of(content.decode())]
    except (pyrage.IdentityError, UnicodeDecodeError):
        raise VaultError(
            f"{path} 不是 age 私钥文件（以 AGE-SECRET-KEY- 开头）。"
        ) from None
    if not identities:
        raise VaultError(f"私钥文件 {path} 是空的。")
    return identities


def passphrase() -> str:
    """Return the passphrase of a key from the configured file, or ask a person."""
    place = os.environ.get("BACKUP_PASSPHRASE_FILE")
    if place:
        try:
            return Path(place).read_text().strip()
        except OSError as error:
            raise VaultError(f"读不到口令文件 {place}：{error.strerror}。") from None
    try:
        return getpass("私钥文件的口令：")
    except EOFError:
        raise VaultError("私钥文件有口令，请设置 BACKUP_PASSPHRASE_FILE。") from None


@contextmanager
def sealing(target: BinaryIO, recipients: Sequence[Recipient]) -> Iterator[BinaryIO]:
    """Provide a file to write to, whose content arrives encrypted in ``target``."""
    read_end, write_end = os.pipe()

    def encrypt():
        with open(read_end, "rb") as source:
            pyrage.encrypt_io(source, target, recipients)

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(encrypt)
        try:
            with open(write_end, "wb", buffering=CHUNK) as sink:
                yield sink
        except BrokenPipeError:
            raise_fault(job)
            raise
        raise_fault(job)


@contextmanager
def opening(path: Path, identities: Sequence[Identity]) -> Iterator[BinaryIO]:
    """Provide the content of an encrypted file, checked to its last byte.

    Raises VaultError for a wrong key, or a damaged or truncated file.
    """
    read_end, write_end = os.pipe()

    def decrypt():
        with open(path, "rb") as source, open(write_end, "wb") as sink:
            pyrage.decrypt_io(source, sink, identities)

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(decrypt)
        try:
            with open(read_end, "rb", buffering=CHUNK) as plain:
                yield plain
                while plain.read(CHUNK):
                    pass
        except BaseException:
            raise_fault(job, path, closed_early=True)
            raise
        raise_fault(job, path)


def raise_fault(job: Future, path: Path | None = None, *, closed_early: bool = False):
    """Re-raise an error of the thread, in words for people."""
    fault = job.exception()
    if fault is None or (closed_early and isinstance(fault, BrokenPipeError)):
        return
    if isinstance(fault, pyrage.DecryptError) and "No matching keys" in str(fault):
        raise VaultError(f"这把私钥打不开 {path}：它不是为这把钥匙加密的。") from None
    if isinstance(fault, pyrage.DecryptError):
        raise VaultError(f"{path} 不是备份文件，或者开头已经损坏。") from None
    if isinstance(fault, OSError) and fault.errno is None:
        raise VaultError(f"{path} 已经损坏或不完整。") from None
    if isinstance(fault, pyrage.EncryptError):
        raise VaultError(f"没有写成：{fault}") from None
    raise fault
