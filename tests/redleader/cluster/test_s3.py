"""Uploads in an object store, over HTTP, from a server on this machine."""

import boto3
import pytest
from botocore.config import Config
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import transaction
from moto.server import ThreadedMotoServer

from activities.models import Photo
from activities.services.photo import add_photos
from redleader.backup import doctor
from redleader.backup.archive import media_root
from redleader.backup.findings import BAD, GOOD
from redleader.uploads import storage
from tests.acceptance.drives.site import free_port
from tests.factories.activities import LectureFactory, upload
from tests.factories.chambers import ChamberFactory, secretary_of

KEYS = {"S3_ACCESS_KEY": "key", "S3_SECRET_KEY": "secret", "S3_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def server():
    port = free_port()
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


def variables(address, bucket="uploads"):
    return KEYS | {"S3_BUCKET": bucket, "S3_ENDPOINT": address}


def client(address):
    return boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        config=Config(s3={"addressing_style": "path"}),
    )


@pytest.fixture
def store(server, settings):
    """Let uploads go to an empty bucket."""
    link = client(server)
    link.create_bucket(Bucket="uploads")
    settings.STORAGES = settings.STORAGES | {
        "default": storage.configure(variables(server))
    }
    yield storages["default"]
    for name in storages["default"].names():
        link.delete_object(Bucket="uploads", Key=name)
    link.delete_bucket(Bucket="uploads")


@pytest.fixture
def lost_store(settings):
    """Let uploads go where nobody listens."""
    address = f"http://127.0.0.1:{free_port()}"
    settings.STORAGES = settings.STORAGES | {
        "default": storage.configure(variables(address))
    }
    return storages["default"]


def test_without_a_bucket_files_stay_in_a_folder():
    assert storage.configure({}) == {
        "BACKEND": "redleader.uploads.storage.DurableStorage"
    }


def test_saved_file_is_in_the_store_when_save_returns(store, server):
    name = store.save("photos/ab/abc.jpg", ContentFile(b"picture"))

    assert name == "photos/ab/abc.jpg"
    answer = client(server).get_object(Bucket="uploads", Key=name)
    assert answer["Body"].read() == b"picture"


def test_second_file_of_a_name_does_not_replace_the_first(store):
    first = store.save("a.jpg", ContentFile(b"one"))
    second = store.save("a.jpg", ContentFile(b"two"))

    assert first != second
    with store.open(first) as file:
        assert file.read() == b"one"


def test_strangers_get_nothing_from_the_store(store):
    name = store.save("a.jpg", ContentFile(b"private"))
    assert not store.is_open_to_strangers(name)
    store.connection.meta.client.put_object_acl(
        Bucket="uploads", Key=name, ACL="public-read"
    )
    assert store.is_open_to_strangers(name)


def test_uploads_have_no_address_of_their_own(store):
    with pytest.raises(NotImplementedError):
        store.url(store.save("a.jpg", ContentFile(b"private")))


def test_missing_file_is_a_missing_file(store):
    with pytest.raises(FileNotFoundError):
        store.open("nothing.jpg")
    store.delete("nothing.jpg")


def test_a_store_that_does_not_answer_is_a_failing_disk(lost_store):
    for ask in (
        lambda: lost_store.save("a.jpg", ContentFile(b"x")),
        lambda: lost_store.open("a.jpg"),
        lambda: lost_store.delete("a.jpg"),
        lost_store.names,
        lambda: lost_store.is_open_to_strangers("a.jpg"),
    ):
        with pytest.raises(OSError, match="object store failed"):
            ask()


@pytest.mark.django_db
def test_no_row_is_committed_when_the_store_does_not_acknowledge(lost_store):
    lecture = LectureFactory()
    with pytest.raises(OSError, match="object store failed"), transaction.atomic():
        add_photos(lecture, [upload()])
    assert not Photo.objects.exists()


@pytest.mark.django_db
def test_photo_in_the_store_is_sent_to_who_may_see_it_only(store, sign_in, client):
    chamber = ChamberFactory()
    keeper = secretary_of(chamber)
    lecture = LectureFactory(chamber=chamber, created_by=keeper, is_public=False)
    (photo,) = add_photos(lecture, [upload()])
    with store.open(photo.image.name) as file:
        content = file.read()
    address = f"/photos/{photo.pk}/full/"

    assert client.get(address).status_code == 404
    assert sign_in(secretary_of(ChamberFactory())).get(address).status_code == 404
    answer = sign_in(keeper).get(address)
    assert b"".join(answer.streaming_content) == content
    assert answer["Cache-Control"] == "private, no-store"
    assert int(answer["Content-Length"]) == len(content)


def test_mirror_holds_every_file(store, tmp_path):
    store.save("photos/ab/a.jpg", ContentFile(b"one"))
    store.save("logos/b.jpg", ContentFile(b"two"))

    root = media_root(tmp_path, lambda text: None)

    found = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }
    assert found == {"photos/ab/a.jpg": b"one", "logos/b.jpg": b"two"}


def test_files_move_into_the_store_once(store, tmp_path, capsys):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/a.jpg").write_bytes(b"one")

    call_command("move_media", "--from", str(tmp_path))
    call_command("move_media", "--from", str(tmp_path))

    assert store.names() == ["photos/a.jpg"]
    said = capsys.readouterr().out
    assert "已放入 1 个文件" in said
    assert "已放入 0 个文件" in said


def test_without_a_store_nothing_moves(tmp_path):
    with pytest.raises(CommandError, match="没有设置 S3_BUCKET"):
        call_command("move_media", "--from", str(tmp_path))


def test_doctor_tries_the_store(store):
    assert doctor.check_media().state == GOOD
    assert store.names() == []


def test_doctor_sees_that_the_store_is_away(lost_store):
    assert doctor.check_media().state == BAD
