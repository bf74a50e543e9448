"""R9: what a thief of a backup can read."""

import gzip

import pytest

from redleader import database
from redleader.backup import archive as backup
from redleader.backup import encryption
from redleader.backup.archive import make_backup, read_backup
from redleader.backup.encryption import VaultError, read_identities, read_recipients
from tests.conftest import become
from tests.factories.chambers import MemberFactory
from tests.redleader.backup.test_backup import keys, quiet  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WHAT = "backup: names and files that can be read without the private key"
TARGET = "0 of the planted; another key and a changed byte refused"
NAME, PICTURE = "田园花开", b"picture-of-a-meeting " * 50


@pytest.fixture
def planted(media):
    MemberFactory(name=NAME)
    (media / "photos").mkdir(parents=True)
    (media / "photos" / "a.jpg").write_bytes(PICTURE)
    become(database.READER)
    yield
    become(database.APP)


def readable(content):
    """Return which of the planted texts stand in these bytes."""
    marks = {"name": NAME.encode(), "file": PICTURE, "table": b"chambers_member"}
    return [what for what, mark in marks.items() if mark in content]


def refused(path, private):
    try:
        read_backup(path, read_identities(private))
    except VaultError:
        return True
    return False


def test_figure(figure, planted, keys, tmp_path, settings):  # noqa: F811
    settings.VAR_DIR = tmp_path / "var"
    private, public = keys
    path, manifest = make_backup(tmp_path, read_recipients(public), tell=quiet)
    content = path.read_bytes()
    figure(
        f"{len(readable(content))} of 3 in {len(content)} bytes,"
        f" {len(manifest.tables)} tables, {len(manifest.media)} file",
        kept=not readable(content),
    )
    mode = path.stat().st_mode & 0o777
    figure(f"mode of the file: {mode:o}", kept=not mode & 0o077)
    other = tmp_path / "other"
    encryption.new_key(other)
    broken = tmp_path / "broken.age"
    broken.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    tries = {
        "another key": refused(path, other),
        "a changed byte": refused(broken, private),
    }
    for what, said_no in tries.items():
        figure(f"{what} refused: {said_no}", kept=said_no)


def test_control(control, planted, keys, tmp_path, settings):  # noqa: F811
    settings.VAR_DIR = tmp_path / "var"
    private, public = keys
    path, _ = make_backup(tmp_path, read_recipients(public), tell=quiet)
    out = tmp_path / "out"
    out.mkdir()
    read_backup(path, read_identities(private), into=out)
    dumped = gzip.decompress((out / backup.DATABASE).read_bytes())
    files = [file.read_bytes() for file in out.rglob("*") if file.is_file()]
    found = readable(b"".join([dumped, *files]))
    control(f"the same, opened with its key: {len(found)} of 3", caught=len(found) == 3)
    said_no = refused(path, private)
    control(f"its own key refused: {said_no}", caught=not said_no)
