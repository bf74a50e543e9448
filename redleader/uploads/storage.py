"""Uploaded files, on disk before the row that names them is committed."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from django.core.files import File
from django.core.files.storage import FileSystemStorage


def random_name(prefix: str, suffix: str) -> str:
    """Return ``photos/ab/ab…32 hex digits.jpg``; nothing a person typed is in it."""
    token = secrets.token_hex(16)
    return f"{prefix}/{token[:2]}/{token}{suffix}"


def configure(variables: Mapping[str, str]) -> dict:
    """Return ``STORAGES["default"]``: a folder, or a bucket if ``S3_BUCKET`` is set."""
    if not variables.get("S3_BUCKET"):
        return {"BACKEND": "redleader.uploads.storage.DurableStorage"}
    return {
        "BACKEND": "redleader.cluster.s3.ObjectStorage",
        "OPTIONS": {
            "bucket_name": variables["S3_BUCKET"],
            "endpoint_url": variables.get("S3_ENDPOINT") or None,
            "region_name": variables.get("S3_REGION") or None,
            "access_key": variables.get("S3_ACCESS_KEY"),
            "secret_key": variables.get("S3_SECRET_KEY"),
        },
    }


@runtime_checkable
class RemoteStorage(Protocol):
    """A storage whose files are not in a folder of this machine."""

    def save(self, name: str, content: File) -> str: ...

    def open(self, name: str) -> File: ...

    def delete(self, name: str) -> None: ...

    def names(self) -> list[str]: ...

    def mirror(self, root: Path) -> None: ...

    def take_in(self, root: Path) -> int: ...

    def is_open_to_strangers(self, name: str) -> bool: ...


class DurableStorage(FileSystemStorage):
    """File storage that survives a power cut after ``save()`` has returned."""

    file_permissions_mode = 0o640
    directory_permissions_mode = 0o750

    def _save(self, name: str, content: File) -> str:
        root = Path(self.location)
        # Only the very first upload finds no root: then its parents are new too.
        top = next(path for path in (root, *root.parents) if path.exists())
        name = super()._save(name, content)  # type: ignore[misc]
        path = Path(self.path(name))
        sync(path)
        # Another save may have made a directory and not synced it yet, so every
        # directory up to the top is synced.
        for directory in path.parents:
            sync(directory)
            if directory == top:
                break
        return name


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
