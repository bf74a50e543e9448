"""Uploaded files, on the disk before the row that names them is committed."""

import os
import secrets
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage


def random_name(prefix: str, suffix: str) -> str:
    """Return ``photos/ab/ab…32 hex digits.jpg``; nothing a person typed is in it."""
    token = secrets.token_hex(16)
    return f"{prefix}/{token[:2]}/{token}{suffix}"


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
        # directory up to the top is synced, whoever made it.
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
