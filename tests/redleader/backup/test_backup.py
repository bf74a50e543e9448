"""Backups made, refused and brought back; the drill is in ``restore_drill``."""

import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from redleader import database
from redleader.backup import archive as backup
from redleader.backup import drill, encryption, fingerprints
from redleader.backup.archive import (
    ArchiveMember,
    BackupError,
    Manifest,
    make_backup,
    read_backup,
)
from redleader.backup.encryption import (
    VaultError,
    opening,
    read_identities,
    read_recipients,
)
from redleader.backup.fingerprints import TableFingerprint
from redleader.backup.restore import fill_database, require_known_schema, restore_backup
from tests.conftest import become, empty_database

COPY = "restored"
EMPTY = Manifest("2026-11-25T12:00:00+00:00", {"redleader": "0.1.0"}, [], {})


def quiet(text):
    pass


@pytest.fixture
def keys(tmp_path):
    """The files of a private and a public key."""
    private, public = tmp_path / "key", tmp_path / "public"
    public.write_text(f"# 备份\n{encryption.new_key(private)}\n")
    return private, public


def sealed(path, keys, *chunks):
    with (
        path.open("wb") as file,
        encryption.sealing(file, read_recipients(keys[1])) as sink,
    ):
        for chunk in chunks:
            sink.write(chunk)
    return path


def content_of(path, keys):
    with opening(path, read_identities(keys[0])) as plain:
        return plain.read()


def test_vault_gives_back_what_was_put_in(tmp_path, keys):
    text = "商会".encode() * 100_000

    path = sealed(tmp_path / "x.age", keys, text, text)

    assert path.read_bytes().startswith(b"age-encryption.org/v1")
    assert content_of(path, keys) == text * 2


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data + b"x",
        lambda data: data[:200_000] + bytes([data[200_000] ^ 1]) + data[200_001:],
    ],
)
def test_vault_refuses_a_changed_file(tmp_path, keys, change):
    path = sealed(tmp_path / "x.age", keys, b"x" * 300_000)
    path.write_bytes(change(path.read_bytes()))

    with pytest.raises(VaultError, match="已经损坏或不完整"):
        content_of(path, keys)
    with pytest.raises(VaultError), opening(path, read_identities(keys[0])) as plain:
        plain.read(10)


def test_vault_refuses_another_key_and_another_file(tmp_path, keys):
    other = tmp_path / "other"
    encryption.new_key(other)
    path = sealed(tmp_path / "x.age", keys, b"x")

    with pytest.raises(VaultError, match="这把私钥打不开"):
        content_of(path, (other, keys[1]))
    path.write_bytes(b"no backup")
    with pytest.raises(VaultError, match="不是备份文件"):
        content_of(path, keys)


def test_key_is_private_never_overwritten_and_may_have_a_passphrase(
    tmp_path, monkeypatch
):
    path = tmp_path / "key"
    public = encryption.new_key(path, "一句长长的口令")
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(VaultError, match="已经存在"):
        encryption.new_key(path)

    word = tmp_path / "word"
    monkeypatch.setenv("BACKUP_PASSPHRASE_FILE", str(word))
    word.write_text("一句长长的口令\n")
    assert str(read_identities(path)[0].to_public()) == public
    word.write_text("另一句")
    with pytest.raises(VaultError, match="口令不对"):
        read_identities(path)


@pytest.mark.parametrize("text", ["", "# nothing\n", "ssh-rsa AAAA", "age1zzz"])
def test_files_without_a_key_are_refused(tmp_path, text):
    path = tmp_path / "key"
    path.write_text(text)

    for read in (read_recipients, read_identities):
        with pytest.raises(VaultError, match="key"):
            read(path)


def archive(path, keys, members, manifest=EMPTY):
    """Write an encrypted tar of (name, content) and a manifest."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        if manifest:
            members = [*members, (backup.MANIFEST, manifest.to_json())]
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return sealed(path, keys, out.getvalue())


@pytest.mark.parametrize(
    ("members", "manifest", "message"),
    [
        ([], None, "没有清单"),
        ([("media/../../x", b"")], EMPTY, "不该有的内容"),
        ([("/etc/x", b"")], EMPTY, "不该有的内容"),
        ([("media/a.jpg", b"x")], EMPTY, "1 个文件与清单不符"),
        (
            [("media/a", b"x")],
            replace(EMPTY, members={"media/a": ArchiveMember(1, "0" * 64)}),
            "1 个文件与清单不符，第一个是 media/a",
        ),
        ([], replace(EMPTY, members={"media/a": ArchiveMember(1, "0")}), "与清单不符"),
        ([], replace(EMPTY, format=2), "格式是第 2 版"),
        ([("manifest.json", b"[]")], None, "清单读不出来"),
    ],
)
def test_an_archive_that_does_not_add_up_is_refused(
    tmp_path, keys, members, manifest, message
):
    path = archive(tmp_path / "x.age", keys, members, manifest)

    with pytest.raises(BackupError, match=message):
        read_backup(path, read_identities(keys[0]), into=tmp_path / "out")
    assert not (tmp_path.parent / "x").exists()


def made_by(*names):
    return replace(EMPTY, migrations=[["redleader", name] for name in names])


def test_a_schema_made_by_another_program_is_refused():
    steps = MigrationLoader(None).disk_migrations["redleader", "0001_schema"].replaces

    require_known_schema(made_by("0001_schema"))
    require_known_schema(made_by(*(name for _, name in steps)))
    with pytest.raises(BackupError, match=r"更新的程序.*redleader\.9999_later"):
        require_known_schema(made_by("9999_later"))
    with pytest.raises(BackupError, match=r"更早的程序.*redleader\.0005_publication"):
        require_known_schema(made_by(*(name for _, name in steps[:-1])))


def test_old_backups_are_dropped_but_the_newest_stay(tmp_path):
    for day in range(1, 6):
        (tmp_path / f"redleader-2026110{day}-000000.tar.age").touch()
    (tmp_path / "others.tar.age").touch()

    backup.drop_old(tmp_path, 2)

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "others.tar.age",
        "redleader-20261104-000000.tar.age",
        "redleader-20261105-000000.tar.age",
    ]


def test_the_password_is_in_the_environment_only():
    environment = backup.client_environment(
        {"NAME": "a", "USER": "b", "PASSWORD": "c", "HOST": "", "PORT": ""}
        | {"OPTIONS": {"host": "/run/x", "sslmode": "require", "connect_timeout": 5}}
    )

    assert {k: v for k, v in environment.items() if k.startswith("PG")} == {
        "PGDATABASE": "a",
        "PGUSER": "b",
        "PGPASSWORD": "c",
        "PGHOST": "/run/x",
        "PGSSLMODE": "require",
        "PGCONNECT_TIMEOUT": "10",
        "PGCLIENTENCODING": "UTF8",
    }


@pytest.fixture
def copy():
    with empty_database(COPY):
        yield COPY


def held():
    with connection.cursor() as cursor:
        return fingerprints.fingerprints(cursor)


@pytest.mark.django_db(transaction=True)
def test_a_backup_comes_back_whole_or_not_at_all(tmp_path, keys, media, copy, settings):
    settings.VAR_DIR = tmp_path / "var"
    (media / "photos").mkdir(parents=True)
    (media / "photos" / "a.jpg").write_bytes(b"picture")
    become(database.READER)

    path, manifest = make_backup(tmp_path, read_recipients(keys[1]), tell=quiet)

    assert [p.name for p in backup.backups_in(tmp_path)] == [path.name]
    assert path.stat().st_mode & 0o077 == 0
    assert not list(settings.VAR_DIR.iterdir())
    assert list(manifest.media) == ["photos/a.jpg"]
    assert len(manifest.tables) > 100

    connection.settings_dict["NAME"] = copy
    become(database.OWNER)
    target = tmp_path / "restored"
    give = {"media_root": target, "tell": quiet}
    identities = read_identities(keys[0])

    done = restore_backup(path, identities, replace="", **give)

    assert done.old_media is None
    assert drill.hashes(target) == drill.hashes(media)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal")
        assert cursor.fetchone()[0] > 50
        cursor.execute(
            "SELECT has_table_privilege('redleader', 'django_migrations', 'DELETE')"
        )
        assert cursor.fetchone() == (False,)
    before = held()
    assert not fingerprints.differences(manifest.tables, before)

    with pytest.raises(BackupError, match="不是空的"):
        restore_backup(path, identities, replace="", **give)
    with pytest.raises(BackupError, match="与要取代的数据库"):
        restore_backup(path, identities, replace="other", **give)
    damaged = drill.damaged_copy(path, tmp_path)
    with pytest.raises(VaultError, match="已经损坏"):
        restore_backup(damaged, identities, replace=copy, **give)
    staged = tmp_path / "staged"
    staged.mkdir()
    read_backup(path, identities, into=staged)
    wrong = {"public.django_migrations": TableFingerprint(1, "1")}
    lying = replace(manifest, tables=manifest.tables | wrong)
    with pytest.raises(BackupError, match="django_migrations 与备份不符"):
        fill_database(staged / backup.DATABASE, lying, clear=True)
    assert held() == before

    done = restore_backup(path, identities, replace=copy, **give)

    assert (done.old_media / "photos" / "a.jpg").read_bytes() == b"picture"
    assert held() == before


def test_the_public_key_is_printed_again(keys, capsys):
    private, public = keys
    call_command("backup_key", public=private)
    assert capsys.readouterr().out.strip() in public.read_text()


def test_commands_say_what_is_missing(tmp_path, monkeypatch):
    for name in ("BACKUP_DIR", "BACKUP_RECIPIENTS_FILE", "BACKUP_IDENTITY_FILE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(CommandError, match="BACKUP_RECIPIENTS_FILE"):
        call_command("backup")
    with pytest.raises(CommandError, match="不存在或不可写"):
        call_command("backup", to=tmp_path / "no", recipients=Path("x"))
    with pytest.raises(CommandError, match="BACKUP_IDENTITY_FILE"):
        call_command("restore", source=Path("x"))
