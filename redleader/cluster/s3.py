"""Uploaded files in an S3-compatible store, for web processes on several machines.

A file is stored before the row that names it is committed, and ``save()`` returns only
when the store has acknowledged it. Nothing is public: the store serves only holders of
the key, and views pass a file on to those who may see it.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

PART = 16 * 1024 * 1024  # bytes; every upload of ours goes in one request
CONFIG = Config(
    connect_timeout=3,  # seconds
    read_timeout=15,
    retries={"max_attempts": 3, "mode": "standard"},
    # The store compares what arrived with what was sent.
    request_checksum_calculation="when_supported",
)


@contextmanager
def told_as_io() -> Iterator[None]:
    """Report a failing store like a failing disk, so that the page is a 503."""
    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise OSError(f"the object store failed: {error}") from error


class ObjectStorage(S3Storage):
    """Private objects that are never overwritten and have no address of their own."""

    def get_default_settings(self) -> dict[str, Any]:
        return super().get_default_settings() | {
            "file_overwrite": False,
            "addressing_style": "path",
            "signature_version": None,
            "client_config": CONFIG.merge(Config(s3={"addressing_style": "path"})),
            "transfer_config": TransferConfig(
                multipart_threshold=PART, use_threads=False
            ),
            "max_memory_size": PART,
        }

    def _save(self, name: str, content: File) -> str:
        with told_as_io():
            return super()._save(name, content)

    def _open(self, name: str, mode: str = "rb") -> File:
        with told_as_io():
            file = super()._open(name, mode)
            if "r" in mode:
                # Read now: once the response has begun, an error would cut it off.
                file.file  # noqa: B018
        return file

    def delete(self, name: str) -> None:
        with told_as_io():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with told_as_io():
            return super().exists(name)

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        raise NotImplementedError("Uploads are sent by views that ask who may see.")

    def names(self) -> list[str]:
        """Return every name in the store, in order."""
        with told_as_io():
            found = self.bucket.objects.all()
            return sorted(item.key for item in found if not item.key.endswith("/"))

    def mirror(self, root: Path) -> None:
        """Copy every object into a folder; skip those removed meanwhile."""
        for name in self.names():
            path = root / name
            if not path.resolve().is_relative_to(root.resolve()):
                raise OSError(f"the object store holds an unsafe name: {name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with self.open(name) as file, path.open("wb") as copy:
                    shutil.copyfileobj(file, copy)
            except FileNotFoundError:
                path.unlink(missing_ok=True)

    def take_in(self, root: Path) -> int:
        """Upload every file of a folder that the store lacks; return how many.

        The names stay, because rows refer to them.
        """
        known, count = set(self.names()), 0
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and not path.is_symlink() and name not in known:
                with path.open("rb") as file:
                    self._save(name, File(file))
                count += 1
        return count

    def is_open_to_strangers(self, name: str) -> bool:
        """Tell whether the store would serve an object without the key."""
        try:
            self.unsigned_connection.meta.client.get_object(
                Bucket=self.bucket_name, Key=name
            )
        except ClientError:
            return False
        except BotoCoreError as error:
            raise OSError(f"the object store failed: {error}") from error
        return True
