import os
import re
import stat

import pytest
from django.core.files.base import ContentFile

from redleader.uploads.storage import DurableStorage, random_name


@pytest.fixture
def synced(monkeypatch):
    """Return the paths that are synced, in order, with the bytes they then held."""
    paths = []
    fsync = os.fsync

    def record(descriptor):
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        paths.append((path, os.path.getsize(path) if os.path.isfile(path) else None))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    return paths


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_save_syncs_the_file_and_every_directory(tmp_path, synced):
    storage = DurableStorage(location=tmp_path)

    name = storage.save("photos/ab/abc.jpg", ContentFile(b"picture"))

    assert name == "photos/ab/abc.jpg"
    assert synced == [
        (str(tmp_path / "photos/ab/abc.jpg"), 7),
        (str(tmp_path / "photos/ab"), None),
        (str(tmp_path / "photos"), None),
        (str(tmp_path), None),
    ]


def test_first_save_syncs_the_parents_of_the_root(tmp_path, synced):
    storage = DurableStorage(location=tmp_path / "var/media")

    storage.save("a.jpg", ContentFile(b"picture"))

    assert synced == [
        (str(tmp_path / "var/media/a.jpg"), 7),
        (str(tmp_path / "var/media"), None),
        (str(tmp_path / "var"), None),
        (str(tmp_path), None),
    ]


def test_directories_are_synced_again(tmp_path, synced):
    storage = DurableStorage(location=tmp_path)
    storage.save("photos/ab/a.jpg", ContentFile(b"one"))
    synced.clear()

    storage.save("photos/ab/b.jpg", ContentFile(b"another"))

    assert synced[-1] == (str(tmp_path), None)
    assert len(synced) == 4


def test_failed_sync_is_not_hidden(tmp_path, monkeypatch):
    def fail(descriptor):
        raise OSError("disk")

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(OSError, match="disk"):
        DurableStorage(location=tmp_path).save("a.jpg", ContentFile(b"picture"))


def test_only_the_application_may_read(tmp_path):
    storage = DurableStorage(location=tmp_path / "media")

    storage.save("photos/ab/abc.jpg", ContentFile(b"picture"))

    assert mode(tmp_path / "media/photos/ab/abc.jpg") == 0o640
    assert mode(tmp_path / "media/photos/ab") == 0o750
    assert mode(tmp_path / "media/photos") == 0o750
    assert mode(tmp_path / "media") == 0o750


def test_second_file_of_a_name_does_not_replace_the_first(tmp_path):
    storage = DurableStorage(location=tmp_path)

    first = storage.save("a.jpg", ContentFile(b"one"))
    second = storage.save("a.jpg", ContentFile(b"two"))

    assert first != second
    assert (tmp_path / first).read_bytes() == b"one"


def test_random_name_holds_only_chance():
    names = {random_name("photos", ".jpg") for _ in range(1000)}

    assert len(names) == 1000
    for name in names:
        assert re.fullmatch(r"photos/([0-9a-f]{2})/\1[0-9a-f]{30}\.jpg", name)
